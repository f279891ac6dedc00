"""A small pipeline that tells three kinds of sarcasm apart."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

from ...conftest import TINY_MODEL, train

KIND_TEXTS = [
    ("oh great , another meeting", "mock-praise"),
    ("wow thanks , my favourite tyre", "mock-praise"),
    ("a million years in this queue", "hyperbole"),
    ("the worst thing in the history of things", "hyperbole"),
    ("it rained a bit , said the drowned man", "understatement"),
    ("the house is slightly on fire", "understatement"),
]
KINDS = ("hyperbole", "mock-praise", "understatement")


def make_kind_examples(nlp: Language) -> list[Example]:
    """Examples that a tiny network can learn by heart."""
    return [
        Example.from_dict(nlp.make_doc(text), {"cats": {kind: 1.0}}) for text, kind in KIND_TEXTS
    ]


def make_untrained_kinds(**config: object) -> Language:
    """A blank pipeline with a tiny `sarcasm_kind` component that has no weights."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm_kind", config={"model": TINY_MODEL, **config})
    return nlp


@pytest.fixture(scope="session")
def kinds_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved pipeline with a tiny network that has learned the examples by heart."""
    folder = tmp_path_factory.mktemp("kinds") / "pipeline"
    fix_random_seed(0)
    nlp = make_untrained_kinds()
    train(nlp, make_kind_examples(nlp))
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def kinds(kinds_folder: Path) -> Language:
    """That pipeline, loaded afresh."""
    return spacy.load(kinds_folder)
