"""spaCy pipelines as teachers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.training import Example

from spacy_sarcasm.teacher.teachers import load_teacher

from ..conftest import TINY_TEXTS

TEXTS = [text for text, _ in TINY_TEXTS]


@pytest.fixture(scope="module")
def textcat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nlp = spacy.blank("en")
    nlp.add_pipe("textcat")
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {"joke": gold, "fact": 1 - gold}})
        for text, gold in TINY_TEXTS
    ]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(3):
        nlp.update(examples, sgd=optimizer)
    folder = tmp_path_factory.mktemp("textcat") / "pipeline"
    nlp.to_disk(folder)
    return folder


def test_sarcasm_component(trained_folder: Path, tiny_scores: Callable) -> None:
    scores = load_teacher(str(trained_folder)).score(TEXTS)
    np.testing.assert_allclose(scores, tiny_scores(spacy.load(trained_folder)), atol=1e-6)
    assert (np.round(scores) == [gold for _, gold in TINY_TEXTS]).all()


def test_bundled(bundled: Language, tiny_scores: Callable) -> None:
    scores = load_teacher("bundled").score(TEXTS)
    np.testing.assert_allclose(scores, tiny_scores(bundled), atol=1e-5)


def test_category_of_a_text_classifier(textcat_folder: Path) -> None:
    nlp = spacy.load(textcat_folder)
    expected = [nlp(text).cats["joke"] for text in TEXTS]
    scores = load_teacher(str(textcat_folder), label="joke").score(TEXTS)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert len(set(expected)) == len(TEXTS)


def test_strings_do_not_pile_up(textcat_folder: Path) -> None:
    teacher = load_teacher(str(textcat_folder), label="joke")
    teacher.score(["unheardof0"])
    before = len(teacher.nlp.vocab.strings)
    teacher.score([f"unheardof{i}" for i in range(1, 500)])
    assert len(teacher.nlp.vocab.strings) == before


def test_a_text_classifier_needs_a_label(textcat_folder: Path) -> None:
    with pytest.raises(ValueError, match=r"no sarcasm component: name the category .*joke, fact"):
        load_teacher(str(textcat_folder))
    with pytest.raises(ValueError, match=r"category 'irony': its categories are joke, fact"):
        load_teacher(str(textcat_folder), label="irony")


def test_what_is_no_teacher(tmp_path: Path, textcat_folder: Path) -> None:
    with pytest.raises(OSError, match=r"not a teacher: expected the folder of a Hugging Face"):
        load_teacher(str(tmp_path))
    with pytest.raises(OSError, match=r"no_such_pipeline"):
        load_teacher("no_such_pipeline")
    with pytest.raises(ValueError, match=r"class by number is for Hugging Face folders"):
        load_teacher(str(textcat_folder), label_index=1)
    with pytest.raises(ValueError, match=r"device is for Hugging Face folders"):
        load_teacher("bundled", device="cpu")


def test_pipeline_teachers_need_no_tensorflow() -> None:
    source = (
        "import sys; from spacy_sarcasm.teacher import label, teachers, train_teacher; "
        "teachers.load_teacher('bundled').score(['x']); "
        "print({'tensorflow', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=120)
    assert done.stdout.decode().strip() == "set()", done.stderr.decode()


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ImportError, match=r"pip install '.*\[teacher\]'"):
        load_teacher(str(tmp_path))
