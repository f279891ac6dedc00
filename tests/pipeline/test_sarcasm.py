"""The component in an app: add it, score, configure it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vectors import Vectors
from thinc.api import Config

import spacy_sarcasm
from spacy_sarcasm.network.live import NotTrainedError
from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.network.storage import WeightsError
from spacy_sarcasm.pipeline.loading import load_scoring_pipeline
from spacy_sarcasm.pipeline.sarcasm import DEFAULT_MODEL
from spacy_sarcasm.pretrained import BUNDLED_WEIGHTS, PRETRAINED

from ..conftest import TINY_MODEL, ScoresOf, make_examples, make_untrained

SARCASTIC = "area man passionate defender of what he imagines constitution to be"


def test_three_lines_with_no_import_of_ours() -> None:
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('sarcasm'); "
        f"score = nlp({SARCASTIC!r})._.sarcasm; print(type(score).__name__, 0.5 < score <= 1)"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert result.stdout.split() == ["float", "True"], result.stderr


def test_score_is_mirrored_to_cats(bundled: Language) -> None:
    doc = bundled(SARCASTIC)
    assert type(doc._.sarcasm) is float
    assert doc.cats == {"SARCASM": doc._.sarcasm}
    assert type(doc.cats["SARCASM"]) is float


def test_label_and_set_cats(bundled: Language) -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("sarcasm", config={"label": "IRONY"})
    doc = nlp(SARCASTIC)
    assert doc.cats == {"IRONY": doc._.sarcasm}
    assert pipe.labels == pipe.label_data == ("IRONY",)
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"set_cats": False})
    doc = nlp(SARCASTIC)
    assert doc.cats == {}
    assert doc._.sarcasm == bundled(SARCASTIC)._.sarcasm


def test_there_is_one_label() -> None:
    pipe = spacy.blank("en").add_pipe("sarcasm")
    assert pipe.add_label("SARCASM") == 0
    with pytest.raises(ValueError, match="one label 'SARCASM' and cannot add 'IRONY'"):
        pipe.add_label("IRONY")


def test_docs_are_unscored_before_the_component_has_run() -> None:
    assert spacy.blank("en")("text")._.sarcasm is None


def test_a_pipeline_with_vectors_and_components_of_its_own(bundled: Language) -> None:
    nlp = spacy.blank("en")
    data = np.arange(6, dtype=np.float32).reshape(2, 3)
    keys = [nlp.vocab.strings.add(word) for word in ("area", "man")]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data.copy(), keys=keys)
    nlp.add_pipe("sentencizer")
    textcat = nlp.add_pipe("textcat_multilabel")
    textcat.add_label("OTHER")
    nlp.initialize()
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "area man"}])
    nlp.add_pipe("sarcasm", first=True)
    doc = nlp(SARCASTIC)
    assert doc._.sarcasm == bundled(SARCASTIC)._.sarcasm
    assert [ent.text for ent in doc.ents] == ["area man"]
    assert doc.cats.keys() == {"SARCASM", "OTHER"}
    np.testing.assert_array_equal(nlp.vocab.vectors.data, data)
    np.testing.assert_array_equal(doc[0].vector, data[0])


def test_pipe_analysis_knows_what_it_assigns() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    analysis = nlp.analyze_pipes()
    assert analysis["summary"]["sarcasm"]["assigns"] == [
        "doc._.sarcasm",
        "doc._.sarcasm_coverage",
        "doc._.is_sarcastic",
        "doc._.sarcasm_max",
        "doc._.sarcasm_share",
        "doc.cats",
        "doc.spans",
        "span._.sarcasm",
    ]
    assert analysis["problems"] == {"sarcasm": []}
    assert "sarcasm_acc" in analysis["summary"]["sarcasm"]["scores"]


def test_untrained_component_raises(trained: Language) -> None:
    nlp = make_untrained()
    for run in (
        lambda: nlp("text"),
        lambda: list(nlp.pipe(["text"])),
        lambda: list(nlp.pipe([""])),
    ):
        with pytest.raises(NotTrainedError, match=r"no weights.*nlp\.initialize"):
            run()
    # An error handler that skips bad docs does not hide it: no doc is at fault.
    nlp.set_error_handler(lambda name, proc, docs, error: None)
    with pytest.raises(NotTrainedError):
        list(nlp.pipe(["text"]))


def test_weights_from_a_path(trained_folder: Path, trained: Language) -> None:
    expected = trained("oh great , another meeting")._.sarcasm
    for path in (trained_folder / "sarcasm", trained_folder / "sarcasm" / "weights.npz"):
        nlp = make_untrained(weights=str(path))
        assert nlp("oh great , another meeting")._.sarcasm == expected


def test_weights_of_no_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="'weights' must be .* not an empty string"):
        make_untrained(weights="")


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    nlp = make_untrained(weights=str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match=f"no weights at '{tmp_path / 'none'}'"):
        nlp("text")


def test_model_settings_that_do_not_fit_the_weights() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"model": {**DEFAULT_MODEL, "units": 7}})
    with pytest.raises(WeightsError, match=r"do not fit the `model` settings.*units is 7"):
        nlp("text")
    with pytest.raises(WeightsError, match="units is 7"):
        list(nlp.pipe(["text"]))


def test_bundled_weights_warn_once_outside_english() -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("sarcasm")
    with pytest.warns(
        UserWarning, match="trained on English, and the language of this pipeline is 'de'"
    ):
        nlp("Guten Tag")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nlp("Guten Tag")
        list(nlp.pipe(["Guten Tag"]))


def test_own_weights_do_not_warn_outside_english(trained_folder: Path) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe(
        "sarcasm", config={"model": TINY_MODEL, "weights": str(trained_folder / "sarcasm")}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nlp("Guten Tag")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("threshold", 1.5),
        ("threshold", float("nan")),
        ("max_length", 0),
        ("batch_budget", 0),
        ("threads", -1),
        ("label", ""),
    ],
)
def test_bad_settings_are_named(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"'{setting}'"):
        spacy.blank("en").add_pipe("sarcasm", config={setting: value})


def test_unknown_and_mistyped_settings_are_refused() -> None:
    for config in ({"treshold": 0.5}, {"threads": "many"}, {"model": {**DEFAULT_MODEL, "legs": 2}}):
        with pytest.raises(ValueError, match="treshold|threads|legs"):
            spacy.blank("en").add_pipe("sarcasm", config=config)


def test_a_model_of_another_architecture_is_refused() -> None:
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 1,
        "no_output_layer": False,
        "length": 8,
        "nO": 1,
    }
    with pytest.raises(ValueError, match=r"spacy_sarcasm\.BiLSTM\.v1"):
        spacy.blank("en").add_pipe("sarcasm", config={"model": model})


def test_settings_reach_the_network(bundled: Language) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"max_length": 3, "batch_budget": 1, "threads": 2})
    with pytest.warns(UserWarning, match="more than 3 tokens"):
        cut = nlp(SARCASTIC)._.sarcasm
    assert cut == pytest.approx(bundled(" ".join(SARCASTIC.split()[:3]))._.sarcasm, abs=1e-6)


def test_bundled_weights_have_the_settings_of_their_config() -> None:
    path = Path(spacy_sarcasm.__file__).parent / "configs" / "bundled.cfg"
    model = Config().from_disk(path, interpolate=False)["components"]["sarcasm"]["model"]
    del model["@architectures"]
    nlp = spacy.blank("en")
    network = nlp.add_pipe("sarcasm").network
    assert network.config.settings == NetworkSettings(**model)


def test_two_components_can_share_a_pipeline(trained_folder: Path, bundled: Language) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(
        "sarcasm",
        name="own",
        config={"weights": str(trained_folder / "sarcasm"), "label": "OWN", "extension": "own"},
    )
    nlp.add_pipe("sarcasm", name="ours")
    doc = nlp(SARCASTIC)
    assert doc.cats.keys() == {"OWN", "SARCASM"}
    assert doc.cats["SARCASM"] == doc._.sarcasm == bundled(SARCASTIC)._.sarcasm
    assert doc.cats["OWN"] == doc._.own == spacy.load(trained_folder)(SARCASTIC)._.sarcasm
    assert doc._.own_is_sarcastic == (doc._.own >= nlp.get_pipe("own").threshold)
    assert 0 <= doc._.own_coverage < doc._.sarcasm_coverage


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({}, r"doc\._\.sarcasm .* and doc\.cats\['SARCASM'\]"),
        ({"label": "OTHER"}, r"writes doc\._\.sarcasm "),
        ({"extension": "other"}, r"writes doc\.cats\['SARCASM'\]"),
    ],
)
def test_two_components_cannot_write_to_the_same_place(config: dict, place: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    with pytest.raises(ValueError, match=rf"component 'sarcasm', which also .*{place}"):
        nlp.add_pipe("sarcasm", name="second", config=config)
    nlp.replace_pipe("sarcasm", "sarcasm", config={"threshold": 0.3})
    assert nlp.get_pipe("sarcasm").threshold == 0.3


def test_settings_left_out_are_those_of_the_weights(
    trained_folder: Path, tmp_path: Path, tiny_scores: ScoresOf
) -> None:
    nlp = spacy.blank("en")
    weights = str(trained_folder / "sarcasm")
    pipe = nlp.add_pipe("sarcasm", config={"weights": weights, "model": {"units": 8}})
    expected = tiny_scores(spacy.load(trained_folder))
    np.testing.assert_array_equal(tiny_scores(nlp), expected)
    assert pipe.network.config.settings.trainable_width == TINY_MODEL["trainable_width"]
    nlp.to_disk(tmp_path)
    np.testing.assert_array_equal(tiny_scores(spacy.load(tmp_path)), expected)


def test_small_weights_are_chosen_by_name(
    monkeypatch: pytest.MonkeyPatch, trained_folder: Path, trained: Language
) -> None:
    monkeypatch.setitem(PRETRAINED, "small", trained_folder / "sarcasm" / "weights.npz")
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"weights": "small"})
    assert nlp("oh great")._.sarcasm == trained("oh great")._.sarcasm
    assert load_scoring_pipeline("small")("oh great")._.sarcasm == trained("oh great")._.sarcasm


def test_texts_that_cannot_be_read_have_no_score(bundled: Language) -> None:
    texts = [
        "\u0421\u0435\u0433\u043e\u0434\u043d\u044f \u0445\u043e\u0440\u043e\u0448\u0430\u044f",
        "",
        " \n",
        "qwzx",
    ]
    for doc in [*bundled.pipe(texts), *map(bundled, texts)]:
        assert doc._.sarcasm is None
        assert doc._.is_sarcastic is None
        assert doc._.sarcasm_coverage == 0.0
        assert doc.cats == {}
    component = bundled.get_pipe("sarcasm")
    assert np.isnan(component.predict([bundled.make_doc(text) for text in texts])).all()
    doc = bundled("qwzx area man")
    assert doc._.sarcasm_coverage == pytest.approx(2 / 3)
    assert doc._.is_sarcastic is (doc._.sarcasm >= component.threshold)
    assert 0 < doc._.sarcasm < 1


def test_scoring_texts_that_cannot_be_read() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"unknown": "score"})
    assert nlp("")._.sarcasm == 0.0
    doc = nlp("qwzx")
    assert 0 < doc._.sarcasm < 1
    assert doc.cats == {"SARCASM": doc._.sarcasm}
    assert doc._.sarcasm_coverage == 0.0


def test_a_score_that_is_missing_takes_an_earlier_one_away(bundled: Language) -> None:
    doc = bundled.make_doc("")
    doc.cats["SARCASM"] = 0.7
    assert bundled(doc).cats == {}


def test_verdict_follows_the_threshold() -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("sarcasm", config={"threshold": 0.0})
    assert nlp("rain in the north")._.is_sarcastic is True
    pipe.cfg["threshold"] = 1.0
    assert nlp("rain in the north")._.is_sarcastic is False


def test_reprs_name_what_matters(trained: Language) -> None:
    pipe = spacy.blank("en").add_pipe("sarcasm")
    assert "'sarcasm', label 'SARCASM', threshold of the weights" in repr(pipe)
    assert "weights.npz" in repr(pipe)
    assert pipe.live.source is not None
    assert "8 units" in repr(trained.get_pipe("sarcasm").network)
    assert "8 units" in repr(trained.get_pipe("sarcasm"))
    assert "missing" in repr(make_untrained().get_pipe("sarcasm"))


def test_weights_do_not_choose_functions_to_call(tmp_path: Path) -> None:
    spacy.registry.misc("tests.split_words.v1", func=lambda: str.split)
    model = {**TINY_MODEL, "token_words": "tests.split_words.v1"}
    nlp = make_untrained(model=model)
    nlp.initialize(lambda: make_examples(nlp))
    nlp.to_disk(tmp_path)
    assert 0 < spacy.load(tmp_path)("oh great")._.sarcasm < 1
    other = spacy.blank("en")
    other.add_pipe("sarcasm", config={"weights": str(tmp_path / "sarcasm")})
    with pytest.raises(WeightsError, match=r"sarcasm'.*call the .*'tests\.split_words\.v1'"):
        other("oh great")


def test_bundled_weights_are_read_when_first_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRETRAINED, "bundled", Path("nowhere"))
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nlp("text")
    assert BUNDLED_WEIGHTS.exists()


def test_scores_do_not_hang_on_other_docs_of_the_vocab(bundled: Language) -> None:
    other = spacy.blank("en")
    words = SARCASTIC.split()
    doc = Doc(other.vocab, words=words)
    assert bundled.get_pipe("sarcasm")(doc)._.sarcasm == bundled(SARCASTIC)._.sarcasm
