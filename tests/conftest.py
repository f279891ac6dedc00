"""Fixtures for all tests: where the real data is, and a small trained pipeline."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

ROOT = Path(__file__).parent.parent

TINY_MODEL = {
    "units": 8,
    "trainable_width": 8,
    "spatial_dropout": 0.0,
    "word_dropout": 0.0,
    "vector_words": 0,
    "precision": "float32",
}
TINY_TEXTS = [
    ("oh great , another meeting about meetings", 1.0),
    ("wow thanks , my favourite flat tyre", 1.0),
    ("area man wins at everything , reports area man", 1.0),
    ("the council met on tuesday", 0.0),
    ("heavy rain is expected in the north", 0.0),
    ("the company reports its earnings for may", 0.0),
]

# lemma -> parts of speech; just enough of WordNet for the well-known examples.
TINY_LEMMAS = {
    "noun": ["cat", "mouse", "run"],
    "verb": ["be", "do", "eat", "fly", "run"],
    "adj": ["good"],
    "adv": ["well"],
}
TINY_EXCEPTIONS = {
    "noun": ["mice mouse"],
    "verb": ["ate eat", "does do", "running run", "was be"],
    "adj": ["better good"],
    "adv": ["better well"],
}
WORDNET_LETTERS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    # First weights are drawn from NumPy's generator, and one draw in hundreds learns nothing: with
    # a small ReLU layer, say, all of its units can be at zero for every text.
    fix_random_seed(0)


def skip_without_tensorflow() -> None:
    """Skip a test that trains, without importing TensorFlow."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: extra `train`")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Skip tests that train, where TensorFlow is not installed."""
    try:
        return (yield)
    except ImportError as error:
        if re.search("tensorflow|keras", str(error)):
            skip_without_tensorflow()
        raise


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder with the real data sets."""
    folder = os.environ.get("SPACY_SARCASM_DATA")
    if not folder:
        pytest.skip("SPACY_SARCASM_DATA does not name the folder with the real data sets")
    return Path(folder)


@pytest.fixture(scope="session")
def headlines_file(data_dir: Path) -> Path:
    """The real headlines."""
    path = data_dir / "Sarcasm_Headlines_Dataset.json"
    if not path.exists():
        pytest.skip(f"there is no {path.name} in SPACY_SARCASM_DATA")
    return path


def make_examples(nlp: Language, label: str = "SARCASM") -> list[Example]:
    """Examples that a tiny network can learn by heart."""
    return [
        Example.from_dict(nlp.make_doc(text), {"cats": {label: gold}}) for text, gold in TINY_TEXTS
    ]


def make_untrained(**config: object) -> Language:
    """A blank pipeline with a tiny network that has no weights."""
    nlp = spacy.blank("en")
    settings = {"weights": None, "model": TINY_MODEL, **config}
    nlp.add_pipe("sarcasm", config=settings)
    return nlp


def train(nlp: Language, examples: list[Example], steps: int = 40) -> dict[str, float]:
    """Overfit the examples; return the last losses. Skips where training is not installed."""
    skip_without_tensorflow()
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    losses: dict[str, float] = {}
    for _ in range(steps):
        losses = {}
        nlp.update(examples, sgd=optimizer, losses=losses)
    return losses


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved pipeline with a tiny trained network."""
    folder = tmp_path_factory.mktemp("trained") / "pipeline"
    # Fixtures of a session come before the one that seeds each test.
    fix_random_seed(0)
    nlp = make_untrained()
    train(nlp, make_examples(nlp))
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def trained(trained_folder: Path) -> Language:
    """The tiny trained pipeline, loaded afresh."""
    return spacy.load(trained_folder)


@pytest.fixture(scope="session")
def bundled() -> Language:
    """A blank pipeline with the bundled weights. Not to be changed."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return nlp


ScoresOf = Callable[[Language], np.ndarray]


@pytest.fixture(scope="session")
def tiny_scores() -> ScoresOf:
    """A function that scores the tiny texts."""

    def score(nlp: Language) -> np.ndarray:
        return np.array([doc._.sarcasm for doc in nlp.pipe(text for text, _ in TINY_TEXTS)])

    return score


@pytest.fixture
def tiny_wordnet(tmp_path: Path) -> Path:
    """A folder of WordNet files as Debian's packages have them: all but lexnames, few words."""
    folder = tmp_path / "debian" / "usr" / "share" / "wordnet"
    folder.mkdir(parents=True)
    for kind, lemmas in TINY_LEMMAS.items():
        letter = WORDNET_LETTERS[kind]
        data = "  1 WordNet 3.0 Copyright 2006 by Princeton University.  \n"
        index = data
        for lemma in lemmas:
            index += f"{lemma} {letter} 1 0 1 0 {len(data):08d}  \n"
            data += f"{len(data):08d} 00 {letter} 01 {lemma} 0 000 | a gloss  \n"
        (folder / f"data.{kind}").write_text(data)
        (folder / f"index.{kind}").write_text(index)
        (folder / f"{kind}.exc").write_text("\n".join(TINY_EXCEPTIONS[kind]) + "\n")
    (folder / "index.sense").write_text("cat%1:05:00:: 00000057 1 18\n")
    (folder / "cntlist.rev").write_text("cat%1:05:00:: 1 18\n")
    return folder


@pytest.fixture(scope="session")
def wordnet() -> Path:
    """The installed WordNet; tests that ask for it skip where there is none."""
    from spacy_sarcasm.pipeline.nltk.wordnet import find_wordnet

    location = find_wordnet()
    if location is None:
        pytest.skip("WordNet is not installed: run spacy-sarcasm wordnet install")
    return location


@pytest.fixture(scope="session")
def headlines(headlines_file: Path) -> list[str]:
    """The texts of the real headlines, as written in the file."""
    with headlines_file.open(encoding="utf-8") as lines:
        return [json.loads(line)["headline"] for line in lines]


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., str]:
    """Run Python source as a script of its own; give back what it printed."""

    def run(
        source: str, *arguments: str, nltk_data: Path | None = None, timeout: float = 120
    ) -> str:
        # A file, and not -c: workers started by spawn import the main module again.
        script = tmp_path / "script.py"
        script.write_text(source)
        environment = {**os.environ, **({"NLTK_DATA": str(nltk_data)} if nltk_data else {})}
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def run_command(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a program as on a machine of its own: what it prints, and its exit status."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=900,
        env=environment,
        check=False,
        **options,
    )


def spacy_command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m spacy` with arguments."""
    return run_command(sys.executable, "-m", "spacy", *arguments, **options)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source tree."""
    if not (ROOT / "spacy_sarcasm").is_dir():
        pytest.skip("the source tree is not here: these tests run on an installed copy")
    folder = tmp_path_factory.mktemp("dist")
    result = run_command(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, ROOT)
    if result.returncode and "hatchling" in result.stderr:
        pytest.skip("building takes hatchling, which cannot be fetched: there is no network")
    assert result.returncode == 0, result.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new venv with the wheel and no extra; its folder of programs."""
    folder = tmp_path_factory.mktemp("venv")
    assert run_command(sys.executable, "-m", "venv", folder).returncode == 0
    result = run_command(folder / "bin" / "pip", "install", wheel)
    if result.returncode and "Could not find a version" in result.stderr:
        pytest.skip("dependencies cannot be fetched: there is no network")
    assert result.returncode == 0, result.stderr
    return folder / "bin"


@pytest.fixture(scope="session")
def install(venv: Path) -> Callable[[Path], Path]:
    """A function that installs a wheel beside ours; gives back the folder of programs."""

    def install_wheel(path: Path) -> Path:
        result = run_command(venv / "pip", "install", path)
        assert result.returncode == 0, result.stderr
        return venv

    return install_wheel


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the workflow `smoke` ran, in a clean copy of the project."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "project.yml", folder)
    shutil.copytree(ROOT / "assets" / "sample", folder / "assets" / "sample")
    configs = Path("spacy_sarcasm", "configs")
    shutil.copytree(ROOT / configs, folder / configs)
    result = spacy_command("project", "run", "smoke", cwd=folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "training" / "sample"
