"""Saved, loaded, copied and pickled: the same scores."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.util import load_model_from_config

from spacy_sarcasm.network.live import NotTrainedError
from spacy_sarcasm.network.storage import WeightsError
from spacy_sarcasm.pretrained import PRETRAINED

from ..conftest import TINY_MODEL, TINY_TEXTS, ScoresOf, make_examples, make_untrained

SAME = 1e-6


@pytest.fixture(autouse=True)
def _no_bundled_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """A saved pipeline never reads the bundled file."""
    monkeypatch.setitem(PRETRAINED, "bundled", Path("must-not-be-read"))


def test_disk(trained: Language, trained_folder: Path, tiny_scores: ScoresOf) -> None:
    expected = tiny_scores(trained)
    assert np.ptp(expected) > 0.5
    np.testing.assert_allclose(tiny_scores(spacy.load(trained_folder)), expected, atol=SAME)


def test_disk_of_a_component_that_started_from_the_default(
    trained: Language, tmp_path: Path, tiny_scores: ScoresOf
) -> None:
    """Its config says "bundled", which must not be read when it is loaded."""
    nlp = make_untrained(weights="bundled")
    nlp.initialize(lambda: make_examples(nlp))
    expected = tiny_scores(nlp)
    nlp.to_disk(tmp_path / "saved")
    config = spacy.load(tmp_path / "saved").config["components"]["sarcasm"]
    assert config["weights"] == "bundled"
    loaded = spacy.load(tmp_path / "saved")
    np.testing.assert_allclose(tiny_scores(loaded), expected, atol=SAME)
    np.testing.assert_allclose(
        tiny_scores(type(nlp).from_config(nlp.config).from_bytes(nlp.to_bytes())),
        expected,
        atol=SAME,
    )


def test_bytes(trained: Language, tiny_scores: ScoresOf) -> None:
    loaded = type(trained).from_config(trained.config).from_bytes(trained.to_bytes())
    np.testing.assert_allclose(tiny_scores(loaded), tiny_scores(trained), atol=SAME)
    pipe = make_untrained().get_pipe("sarcasm")
    pipe.from_bytes(trained.get_pipe("sarcasm").to_bytes())
    scores = pipe.predict([trained.make_doc(text) for text, _ in TINY_TEXTS])[:, 0]
    np.testing.assert_allclose(scores, tiny_scores(trained), atol=SAME)


def test_pickle(trained: Language, tiny_scores: ScoresOf) -> None:
    expected = tiny_scores(trained)
    np.testing.assert_allclose(
        tiny_scores(pickle.loads(pickle.dumps(trained))), expected, atol=SAME
    )


def test_source(trained: Language, tiny_scores: ScoresOf, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", source=trained)
    np.testing.assert_allclose(tiny_scores(nlp), tiny_scores(trained), atol=SAME)
    nlp.to_disk(tmp_path / "copy")
    np.testing.assert_allclose(
        tiny_scores(spacy.load(tmp_path / "copy")), tiny_scores(trained), atol=SAME
    )


def test_source_in_a_config(trained: Language, trained_folder: Path, tiny_scores: ScoresOf) -> None:
    nlp = load_model_from_config(
        {
            "nlp": {"lang": "en", "pipeline": ["sarcasm"]},
            "components": {"sarcasm": {"source": str(trained_folder)}},
        },
        auto_fill=True,
    )
    np.testing.assert_allclose(tiny_scores(nlp), tiny_scores(trained), atol=SAME)


def test_docbin(trained: Language) -> None:
    docs = list(trained.pipe([*(text for text, _ in TINY_TEXTS), ""]))
    data = DocBin(docs=docs, store_user_data=True, attrs=["ORTH"]).to_bytes()
    loaded = list(DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab))
    assert [doc._.sarcasm for doc in loaded] == [doc._.sarcasm for doc in docs]
    assert [doc.cats for doc in loaded] == [doc.cats for doc in docs]
    assert all(type(doc._.sarcasm) is float for doc in loaded[:-1])
    assert loaded[-1]._.sarcasm is None
    for name in ("sarcasm_coverage", "is_sarcastic"):
        assert [doc._.get(name) for doc in loaded] == [doc._.get(name) for doc in docs]


def test_doc_bytes(trained: Language) -> None:
    doc = trained("oh great")
    assert type(doc)(trained.vocab).from_bytes(doc.to_bytes())._.sarcasm == doc._.sarcasm


def test_untrained_survives_the_round_trip(tmp_path: Path) -> None:
    make_untrained().to_disk(tmp_path / "saved")
    assert not (tmp_path / "saved" / "sarcasm" / "weights.npz").exists()
    for nlp in (
        spacy.load(tmp_path / "saved"),
        make_untrained().from_bytes(make_untrained().to_bytes()),
    ):
        with pytest.raises(NotTrainedError):
            nlp("text")


@pytest.mark.parametrize("file", ["weights.npz", "cfg"])
def test_missing_file_is_named(trained: Language, tmp_path: Path, file: str) -> None:
    trained.to_disk(tmp_path)
    (tmp_path / "sarcasm" / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"sarcasm/{file}"):
        spacy.load(tmp_path)


@pytest.mark.parametrize("file", ["weights.npz", "cfg"])
def test_truncated_file_is_named(trained: Language, tmp_path: Path, file: str) -> None:
    trained.to_disk(tmp_path)
    path = tmp_path / "sarcasm" / file
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match=rf"sarcasm/{file}'.*(cut short|damaged)"):
        spacy.load(tmp_path)


@pytest.mark.parametrize("exclude", ["model", "weights", "cfg"])
def test_parts_can_be_left_out(trained: Language, tmp_path: Path, exclude: str) -> None:
    pipe = trained.get_pipe("sarcasm")
    pipe.to_disk(tmp_path / "part", exclude=["vocab", exclude])
    files = {path.name for path in (tmp_path / "part").iterdir()}
    assert files == ({"weights.npz"} if exclude == "cfg" else {"cfg"})
    pipe.cfg["threshold"] = 0.9
    pipe.from_disk(tmp_path / "part", exclude=["vocab", exclude])
    assert pipe.cfg["threshold"] == (0.9 if exclude == "cfg" else None)
    assert 0 < trained("oh great")._.sarcasm < 1


@pytest.mark.parametrize(
    ("saved", "message"),
    [
        ([], "expected an object with 'cfg'"),
        ({}, "expected an object with 'cfg'"),
        ({"cfg": [], "configured": {}, "trained": True}, "expected an object with 'cfg'"),
        ({"max_length": -5}, "'max_length' must be a whole number of at least 1, not -5"),
        ({"max_length": 0}, "'max_length'"),
        ({"threshold": "high"}, "'threshold' must be in"),
        ({"label": 3}, "'label' must be a name"),
        ({"legs": 4}, "does not know: legs"),
    ],
)
def test_saved_settings_are_checked(
    trained: Language, tmp_path: Path, saved: object, message: str
) -> None:
    trained.to_disk(tmp_path)
    file = tmp_path / "sarcasm" / "cfg"
    if isinstance(saved, dict) and saved and "cfg" not in saved:
        whole = json.loads(file.read_text())
        whole["cfg"].update(saved)
        saved = whole
    file.write_text(json.dumps(saved))
    with pytest.raises(ValueError, match=rf"sarcasm/cfg'.*{message}"):
        spacy.load(tmp_path)
    file.write_text("[" * 100_000)
    with pytest.raises(ValueError, match=r"sarcasm/cfg' is damaged"):
        spacy.load(tmp_path)


def test_config_that_no_longer_fits_the_weights(trained: Language, tmp_path: Path) -> None:
    trained.to_disk(tmp_path)
    with pytest.raises(WeightsError, match="units is 9 in the config and 8 in the weights"):
        spacy.load(tmp_path, config={"components": {"sarcasm": {"model": {"units": 9}}}})


def test_changed_settings_are_saved(trained: Language, tmp_path: Path) -> None:
    trained.get_pipe("sarcasm").cfg["threshold"] = 0.7
    trained.to_disk(tmp_path)
    assert spacy.load(tmp_path).get_pipe("sarcasm").cfg["threshold"] == 0.7


def test_settings_can_be_overridden_when_loading(trained: Language, tmp_path: Path) -> None:
    trained.get_pipe("sarcasm").cfg["threshold"] = 0.7
    trained.to_disk(tmp_path)
    override = {"components": {"sarcasm": {"threshold": 0.2, "threads": 2}}}
    cfg = spacy.load(tmp_path, config=override).get_pipe("sarcasm").cfg
    assert (cfg["threshold"], cfg["threads"]) == (0.2, 2)


def test_no_pickle_in_a_saved_pipeline(trained_folder: Path) -> None:
    with np.load(trained_folder / "sarcasm" / "weights.npz", allow_pickle=False) as arrays:
        members = {name: arrays[name] for name in arrays.files}
    assert {type(value) for value in members.values()} == {np.ndarray, bytes}
    for name in ("config.json", "words.json"):
        json.loads(members[name])


def test_scoring_where_tensorflow_is_not_installed(trained_folder: Path, tmp_path: Path) -> None:
    for module in ("tensorflow", "keras"):
        (tmp_path / f"{module}.py").write_text("raise ModuleNotFoundError('not installed')")
    code = (
        f"import spacy, sys; nlp = spacy.load({str(trained_folder)!r}); "
        "print(nlp('oh great , another meeting about meetings')._.sarcasm)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    expected = spacy.load(trained_folder)("oh great , another meeting about meetings")._.sarcasm
    assert float(result.stdout) == pytest.approx(expected, abs=SAME), result.stderr


def test_a_config_of_several_components_keeps_their_own_weights(
    trained: Language, tmp_path: Path
) -> None:
    other = make_untrained()
    other.initialize(lambda: make_examples(other))
    apart = {"extension": "second", "label": "SECOND"}
    trained.add_pipe("sarcasm", name="second", config={"model": TINY_MODEL, **apart})
    trained.get_pipe("second").from_bytes(other.get_pipe("sarcasm").to_bytes())
    text = TINY_TEXTS[0][0]
    trained.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    doc = loaded(text)
    assert doc._.second == pytest.approx(other(text)._.sarcasm, abs=SAME)
    assert doc._.sarcasm == pytest.approx(trained(text)._.sarcasm, abs=SAME)
    assert doc._.sarcasm != pytest.approx(doc._.second, abs=1e-3)
