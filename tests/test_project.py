"""project.yml: what `spacy project run` does with it, and what spaCy's commands do with the result.

All but the first few run real commands in a clean copy, and are slow.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest
import spacy
from spacy.util import get_minor_version_range

import spacy_sarcasm
from spacy_sarcasm.downloads.assets import HEADLINES_FILE, HEADLINES_SHA256
from spacy_sarcasm.downloads.glove import VECTORS_SETS

from .conftest import ROOT, spacy_command

CONFIGS = ROOT / "spacy_sarcasm" / "configs"
STEPS = ["assets", "convert", "vectors", "coverage", "train", "evaluate", "card", "plot", "package"]
SAMPLE = {
    "assets_from": "../../assets/sample",
    "config": "../../spacy_sarcasm/configs/sarcasm.cfg",
    "corpus_file": "headlines.json",
    "corpus_sha256": "",
    "vectors_file": "sample.25d.txt",
    "vectors_dim": "25",
    "epochs": "2",
    "package_name": "sarcasm_sample",
}

if not (ROOT / "project.yml").exists():
    pytest.skip("the source tree is not here: there is no project.yml", allow_module_level=True)


def overrides(**changed: object) -> list[str]:
    return [f"--vars.{key}={value}" for key, value in {**SAMPLE, **changed}.items()]


def run_all(folder: Path, **changed: object) -> subprocess.CompletedProcess[str]:
    return spacy_command("project", "run", "all", ".", *overrides(**changed), cwd=folder)


def steps_run(output: str) -> list[str]:
    """The commands of a workflow that were not skipped."""
    output = re.sub(r"\x1b\[[0-9;]*m", "", output)
    skipped = re.findall(r"Skipping '([\w-]+)': nothing changed", output)
    begun = re.findall(r"^=+ ([\w-]+) =+$", output, re.MULTILINE)
    return [step for step in begun if step in STEPS and step not in skipped]


def test_what_the_project_says_of_its_assets() -> None:
    import srsly

    project = srsly.read_yaml(ROOT / "project.yml")
    assert project["vars"]["corpus_file"] == HEADLINES_FILE
    assert project["vars"]["corpus_sha256"] == HEADLINES_SHA256
    urls = {asset["url"]: asset for asset in project["assets"] if "url" in asset}
    assert set(urls) == {VECTORS_SETS[name].url for name in ("6B", "twitter.27B")}
    assert all(asset["extra"] for asset in urls.values())
    assert all(command["help"] for command in project["commands"])
    assert project["workflows"]["all"] == STEPS
    assert {"smoke", "seed", "generate"} <= set(project["workflows"])


def test_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    shutil.copy(ROOT / "assets" / "sample" / "make_sample.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "make_sample.py"], check=True, timeout=120)
    for name in ("headlines.json",):
        assert (tmp_path / name).read_bytes() == (ROOT / "assets" / "sample" / name).read_bytes()
    rows = [json.loads(line) for line in (tmp_path / "headlines.json").read_text().splitlines()]
    assert sum(row["is_sarcastic"] for row in rows) * 2 == len(rows) == 240


@pytest.mark.slow
def test_smoke_makes_everything(project: Path) -> None:
    for name in (
        "assets/report.json",
        "corpus/report.json",
        "corpus/train.spacy",
        "corpus/vectors/meta.json",
        "metrics/coverage/presence-by-rank.png",
        "training/log.jsonl",
        "metrics/evaluation/report.json",
        "metrics/curves.png",
        "packages/en_sarcasm_sample-0.1.0/dist/en_sarcasm_sample-0.1.0.tar.gz",
        "packages/en_sarcasm_sample-0.1.0/dist/en_sarcasm_sample-0.1.0-py3-none-any.whl",
    ):
        assert (project / name).is_file(), name
    assert spacy.load(project / "training" / "model-best").vocab.vectors.shape == (0, 0)
    with (project / "training" / "log.jsonl").open() as log:
        assert json.loads(next(log)).keys() >= {"epoch", "step", "losses", "scores"}


@pytest.mark.slow
def test_generate_writes_news_and_satire(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed: extra `train`")
    shutil.copy(ROOT / "project.yml", tmp_path)
    settings = overrides(assets_from=ROOT / "assets" / "sample", generator_epochs=3)
    result = spacy_command("project", "run", "generate", ".", *settings, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "interpolated trigram model: held-out perplexity" in result.stdout
    assert (tmp_path / "training" / "headlines.npz").is_file()
    written = result.stdout.rpartition("headlines.npz: epoch")[2].splitlines()
    headlines = [line for line in written if line and line == line.lower() and "=" not in line]
    corpus = (ROOT / "assets" / "sample" / "headlines.json").read_text()
    known = {json.loads(line)["headline"] for line in corpus.splitlines()}
    assert len(headlines) >= 10
    assert known.isdisjoint(headlines)


@pytest.mark.slow
def test_a_second_run_runs_the_check_alone(project: Path) -> None:
    again = run_all(project)
    assert again.returncode == 0, again.stdout + again.stderr
    assert steps_run(again.stdout) == ["assets"]
    renamed = run_all(project, package_version="0.1.1")
    assert steps_run(renamed.stdout) == ["assets", "card", "package"]


@pytest.mark.slow
def test_a_changed_corpus_runs_what_follows(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    source = tmp_path / "source"
    shutil.copytree(ROOT / "assets" / "sample", source)
    with (source / "headlines.json").open("a") as file:
        file.write('{"headline": "moon asks for a day off", "is_sarcastic": 1}\n')
    changed = run_all(copy, assets_from=source, config=CONFIGS / "sarcasm.cfg", epochs=1)
    assert changed.returncode == 0, changed.stdout + changed.stderr
    assert steps_run(changed.stdout) == STEPS


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["missing", "truncated", "wrong"])
def test_a_bad_asset_stops_the_run_at_once(tmp_path: Path, fault: str) -> None:
    folder, source = tmp_path / "project", tmp_path / "source"
    folder.mkdir()
    source.mkdir()
    shutil.copy(ROOT / "project.yml", folder)
    if fault != "missing":
        content = b'{"headline": "a", "is_sarcastic": 1}\n'
        (source / "c.json").write_bytes(content[:-9] if fault == "truncated" else content)
    result = run_all(
        folder,
        assets_from=source,
        config="project.yml",
        corpus_file="c.json",
        corpus_sha256="ab" * 32,
    )
    assert result.returncode == 1
    (message,) = [line for line in result.stderr.splitlines() if line.startswith("Error:")]
    assert "c.json" in message
    assert "ab" * 32 in message
    assert "--vars.assets_from" in message
    assert "Traceback" not in result.stderr
    assert " convert " not in result.stdout
    assert not (folder / "corpus" / "train.spacy").exists()


@pytest.mark.slow
def test_the_package_says_what_it_is(project: Path) -> None:
    dist = project / "packages" / "en_sarcasm_sample-0.1.0" / "dist"
    with zipfile.ZipFile(dist / "en_sarcasm_sample-0.1.0-py3-none-any.whl") as wheel:
        names = wheel.namelist()
        text = wheel.read("en_sarcasm_sample-0.1.0.dist-info/METADATA").decode()
        meta = json.loads(wheel.read("en_sarcasm_sample/meta.json"))
    metadata = Parser().parsestr(text)
    assert metadata["Name"].replace("-", "_") == "en_sarcasm_sample"
    assert metadata["Version"] == "0.1.0"
    requirements = {
        re.match(r"[\w-]+", line)[0]: line for line in metadata.get_all("Requires-Dist")
    }
    assert set(requirements) == {"spacy", "spacy-sarcasm"}
    pinned = get_minor_version_range(spacy_sarcasm.__version__).split(",")
    own = requirements["spacy-sarcasm"].removeprefix("spacy-sarcasm")
    assert set(own.split(",")) == set(pinned)
    assert "# Model card: en_sarcasm_sample 0.1.0" in text
    assert "ccuracy" in text
    assert meta["license"] == "MIT"
    assert {source["name"].split(":")[0] for source in meta["sources"]} == {"corpus", "vectors"}
    assert not any("tests" in name or name.endswith(".spacy") for name in names)
    with tarfile.open(dist / "en_sarcasm_sample-0.1.0.tar.gz") as sdist:
        assert any(name.endswith("/README.md") for name in sdist.getnames())


@pytest.mark.slow
def test_the_package_scores_the_same_without_tensorflow(
    project: Path, install: Callable[[Path], Path]
) -> None:
    (wheel,) = (project / "packages" / "en_sarcasm_sample-0.1.0" / "dist").glob("*.whl")
    python = install(wheel) / "python"
    with (project / "assets" / "headlines.json").open() as file:
        texts = [json.loads(line)["headline"] for line in file][:50]
    code = (
        "import importlib.util, json, sys, spacy\n"
        "assert importlib.util.find_spec('tensorflow') is None\n"
        "nlp = spacy.load('en_sarcasm_sample')\n"
        "print(json.dumps([doc._.sarcasm for doc in nlp.pipe(json.load(sys.stdin))]))"
    )
    result = subprocess.run(
        [python, "-c", code], input=json.dumps(texts), capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stderr
    nlp = spacy.load(project / "training" / "model-best")
    expected = [doc._.sarcasm for doc in nlp.pipe(texts)]
    assert json.loads(result.stdout) == pytest.approx(expected, abs=1e-6)
    assert max(expected) - min(expected) > 1e-4


@pytest.mark.slow
def test_spacys_commands_work_on_the_trained_pipeline(project: Path, tmp_path: Path) -> None:
    model, dev = "training/model-best", "corpus/dev.spacy"
    scored = spacy_command("evaluate", model, dev, "--output", tmp_path / "m.json", cwd=project)
    assert scored.returncode == 0, scored.stderr
    scores = json.loads((tmp_path / "m.json").read_text())
    figures = json.loads((project / "metrics/evaluation/report.json").read_text())
    accuracy = figures["data"][0]["metrics"]["accuracy"]["value"]
    assert scores["sarcasm_acc"] == pytest.approx(accuracy, abs=1e-4)
    found = spacy_command(
        "find-threshold", model, dev, "sarcasm", "threshold", "sarcasm_f", "-n", 3, cwd=project
    )
    assert found.returncode == 0, found.stderr
    assert "Best threshold" in found.stdout
    speed = spacy_command("benchmark", "speed", model, dev, "--batches", 30, cwd=project)
    assert speed.returncode == 0, speed.stderr
    assert "words/s" in speed.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in CONFIGS.glob("*.cfg")))
def test_spacys_commands_work_on_the_configs(project: Path, tmp_path: Path, name: str) -> None:
    # spaCy's debug commands take a config whose defaults are filled in.
    config = tmp_path / "filled.cfg"
    filled = spacy_command("init", "fill-config", CONFIGS / name, config, cwd=project)
    assert filled.returncode == 0, filled.stdout + filled.stderr
    assert "scorer" in spacy.util.load_config(config)["components"]["sarcasm"]
    paths = ["--paths.train", "corpus/train.spacy", "--paths.dev", "corpus/dev.spacy"]
    vectors = ["--initialize.vectors", "corpus/vectors"]
    checked = spacy_command("debug", "config", config, *paths, *vectors, cwd=project)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    looked = spacy_command("debug", "data", config, *paths, *vectors, cwd=project)
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert "176 training docs" in looked.stdout
