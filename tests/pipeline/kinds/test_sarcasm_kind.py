"""The `sarcasm_kind` component in a pipeline: what it writes, learns, saves and refuses."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_sarcasm.network.live import NotTrainedError
from spacy_sarcasm.network.storage import WeightsError
from spacy_sarcasm.pretrained import BUNDLED_WEIGHTS

from ...conftest import make_examples, make_untrained
from .conftest import KIND_TEXTS, KINDS, make_kind_examples, make_untrained_kinds

TEXTS = [text for text, _ in KIND_TEXTS]
SAME = 1e-5


def probabilities(docs: list[Doc]) -> np.ndarray:
    return np.array([list(doc._.sarcasm_kinds.values()) for doc in docs])


def test_it_learns_kinds_by_heart(kinds: Language) -> None:
    for text, kind in KIND_TEXTS:
        doc = kinds(text)
        assert doc._.sarcasm_kind == kind
        assert tuple(doc._.sarcasm_kinds) == KINDS
        assert {type(value) for value in doc._.sarcasm_kinds.values()} == {float}
        assert sum(doc._.sarcasm_kinds.values()) == pytest.approx(1, abs=1e-5)
        assert doc.cats == doc._.sarcasm_kinds
    assert kinds.get_pipe("sarcasm_kind").labels == KINDS


def test_texts_without_a_known_word_have_no_kind(kinds: Language) -> None:
    for text in ("", " \n ", "xyzzy plugh"):
        doc = kinds(text)
        assert doc._.sarcasm_kind is None
        assert doc._.sarcasm_kinds is None
        assert doc.cats == {}
    kinds.get_pipe("sarcasm_kind").cfg["unknown"] = "score"
    assert kinds("xyzzy plugh")._.sarcasm_kind in KINDS
    assert kinds("")._.sarcasm_kind is None


def test_set_cats(kinds_folder: Path) -> None:
    nlp = spacy.load(kinds_folder, config={"components.sarcasm_kind.set_cats": False})
    doc = nlp(TEXTS[0])
    assert doc.cats == {}
    assert doc._.sarcasm_kind == "mock-praise"


def test_sincere_docs_have_no_kind_after_a_sarcasm_component(kinds: Language) -> None:
    sarcasm = kinds.add_pipe("sarcasm", first=True)
    doc = kinds(TEXTS[0])
    assert doc._.is_sarcastic
    assert doc._.sarcasm_kind == "mock-praise"
    sarcasm.cfg["threshold"] = 1.0
    doc = kinds(TEXTS[0])
    assert not doc._.is_sarcastic
    assert doc._.sarcasm_kind is None
    assert doc._.sarcasm_kinds["mock-praise"] > 0.9
    # After a component that could not read the text as well.
    kinds.get_pipe("sarcasm_kind").cfg["unknown"] = "score"
    assert kinds("xyzzy plugh")._.sarcasm is None
    assert kinds("xyzzy plugh")._.sarcasm_kind is None


def test_the_verdict_of_a_sarcasm_component_can_be_ignored(kinds_folder: Path) -> None:
    override = {"components.sarcasm_kind.sarcasm_extension": None}
    nlp = spacy.load(kinds_folder, config=override)
    nlp.add_pipe("sarcasm", first=True, config={"threshold": 1.0})
    assert nlp(TEXTS[0])._.sarcasm_kind == "mock-praise"


def test_pipe_batches_and_bytes_give_the_same(kinds: Language, kinds_folder: Path) -> None:
    texts = [*TEXTS, "", *TEXTS[::-1]]
    expected = [kinds(text) for text in texts]
    again = spacy.blank("en").from_config(kinds.config).from_bytes(kinds.to_bytes())
    for docs in (
        list(kinds.pipe(texts, batch_size=4)),
        list(again.pipe(texts)),
        list(pickle.loads(pickle.dumps(kinds)).pipe(texts)),
    ):
        assert [doc._.sarcasm_kind for doc in docs] == [doc._.sarcasm_kind for doc in expected]
        found = [doc for doc in docs if doc.text]
        np.testing.assert_allclose(
            probabilities(found), probabilities([doc for doc in expected if doc.text]), atol=SAME
        )


def test_annotations_of_predictions_are_those_of_a_call(kinds: Language) -> None:
    pipe = kinds.get_pipe("sarcasm_kind")
    docs = [kinds.make_doc(text) for text in [*TEXTS, ""]]
    scores = pipe.predict(docs)
    assert scores.shape == (len(docs), len(KINDS))
    pipe.set_annotations(docs, scores)
    assert [doc._.sarcasm_kind for doc in docs] == [*(kind for _, kind in KIND_TEXTS), None]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes(kinds_folder: Path, run_script: Callable[..., str], method: str) -> None:
    source = f"""
import multiprocessing, sys, spacy
if __name__ == "__main__":
    multiprocessing.set_start_method({method!r})
    nlp = spacy.load(sys.argv[1])
    texts = {TEXTS!r} * 3
    alone = [nlp(text)._.sarcasm_kind for text in texts]
    docs = list(nlp.pipe(texts, n_process=2, batch_size=4))
    assert [doc._.sarcasm_kind for doc in docs] == alone
    print(*alone[:3])
"""
    assert run_script(source, str(kinds_folder)).split() == [kind for _, kind in KIND_TEXTS[:3]]


def test_docbin_keeps_kinds(kinds: Language) -> None:
    docs = list(kinds.pipe([*TEXTS, ""]))
    data = DocBin(docs=docs, store_user_data=True).to_bytes()
    loaded = list(DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab))
    assert [doc._.sarcasm_kinds for doc in loaded] == [doc._.sarcasm_kinds for doc in docs]
    assert [doc._.sarcasm_kind for doc in loaded] == [doc._.sarcasm_kind for doc in docs]


def test_without_weights_it_says_so() -> None:
    nlp = make_untrained_kinds()
    with pytest.raises(NotTrainedError, match="no weights"):
        nlp("oh great")


def test_labels_may_be_given(kinds: Language) -> None:
    nlp = make_untrained_kinds()
    pipe = nlp.get_pipe("sarcasm_kind")
    assert pipe.labels == ()
    assert [pipe.add_label(name) for name in (*KINDS, "deadpan", "deadpan")] == [1, 1, 1, 1, 0]
    nlp.initialize(lambda: make_kind_examples(nlp))
    assert pipe.labels == (*KINDS, "deadpan")
    assert len(nlp(TEXTS[0])._.sarcasm_kinds) == 4
    with pytest.raises(ValueError, match="cannot add 'irony'.*fix the kinds"):
        kinds.get_pipe("sarcasm_kind").add_label("irony")
    nlp = make_untrained_kinds()
    examples = make_kind_examples(nlp)
    nlp.get_pipe("sarcasm_kind").initialize(lambda: examples, labels=["understatement", "other"])
    assert nlp.get_pipe("sarcasm_kind").labels == ("understatement", "other")


def test_classes_of_the_model_are_the_kinds() -> None:
    nlp = spacy.blank("en")
    model = {"units": 4, "classes": ["hyperbole", "understatement"]}
    pipe = nlp.add_pipe("sarcasm_kind", config={"model": model})
    assert pipe.labels == ("hyperbole", "understatement")
    with pytest.raises(ValueError, match="cannot add 'irony'"):
        pipe.add_label("irony")
    nlp.initialize(lambda: make_kind_examples(nlp))
    assert pipe.labels == ("hyperbole", "understatement")


def test_scores_of_sarcasm_in_the_same_corpus_are_no_kinds() -> None:
    nlp = spacy.blank("en")
    config = {"label": "IRONY", "weights": None, "model": {"units": 4}}
    nlp.add_pipe("sarcasm", config=config)
    nlp.add_pipe("sarcasm_kind", config={"model": {"units": 4}})
    examples = make_kind_examples(nlp)
    for example in examples:
        example.reference.cats |= {"SARCASM": 1.0, "IRONY": 1.0}
    examples.append(Example.from_dict(nlp.make_doc("it rains"), {"cats": {"IRONY": 0.0}}))
    nlp.initialize(lambda: examples)
    assert nlp.get_pipe("sarcasm_kind").labels == KINDS


def test_training_goes_on_from_weights_that_give_one_score() -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("sarcasm_kind")
    examples = make_kind_examples(nlp)
    pipe.initialize(lambda: examples, nlp=nlp, weights="bundled")
    assert pipe.labels == KINDS
    assert sum(nlp(TEXTS[0])._.sarcasm_kinds.values()) == pytest.approx(1, abs=1e-5)
    start = spacy.blank("en").add_pipe("sarcasm").network
    assert pipe.network.vocabulary.words == start.vocabulary.words
    assert pipe.calibration.is_identity
    name = "lstm_0/forward/recurrent_kernel"
    np.testing.assert_array_equal(pipe.network.weights[name], start.weights[name])


def test_weights_of_the_other_component_are_refused(kinds_folder: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"weights": str(kinds_folder / "sarcasm_kind")})
    with pytest.raises(WeightsError, match=r"tell 3 classes apart.*sarcasm_kind"):
        nlp("oh great")
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm_kind", config={"weights": str(BUNDLED_WEIGHTS)})
    with pytest.raises(WeightsError, match="give one score: they are for a `sarcasm` component"):
        nlp("oh great")
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm_kind", config={"weights": str(kinds_folder / "sarcasm_kind")})
    assert nlp(TEXTS[0])._.sarcasm_kind == "mock-praise"


def test_other_classes_than_those_of_the_weights_are_refused(kinds_folder: Path) -> None:
    override = {"components.sarcasm_kind.model.classes": ["a", "b"]}
    with pytest.raises(WeightsError, match="classes is .* in the config and .* in the weights"):
        spacy.load(kinds_folder, config=override)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("class_weight", "even"),
        ("class_weight", 2.0),
        ("sarcasm_extension", ""),
        ("extension", ""),
        ("threads", 0),
        ("unknown", "drop"),
    ],
)
def test_bad_settings_are_named(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=setting):
        spacy.blank("en").add_pipe("sarcasm_kind", config={setting: value})


def test_a_sarcasm_component_trains_beside_it() -> None:
    nlp = make_untrained()
    nlp.add_pipe("sarcasm_kind", config={"model": {"units": 4}})
    examples = [*make_examples(nlp), *make_kind_examples(nlp)]
    optimizer = nlp.initialize(lambda: examples)
    losses: dict[str, float] = {}
    nlp.update(examples, sgd=optimizer, losses=losses)
    assert set(losses) == {"sarcasm", "sarcasm_kind"}
    assert all(loss > 0 for loss in losses.values())
    assert nlp.evaluate(examples)["sarcasm_kind_acc"] is not None
