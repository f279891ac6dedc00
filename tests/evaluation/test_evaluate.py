"""The report of an evaluation, its pictures and the model card."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import spacy
from matplotlib import image
from spacy.language import Language

from spacy_sarcasm.evaluation.card import copy_card, make_card, write_card
from spacy_sarcasm.evaluation.evaluate import (
    Scored,
    file_digest,
    make_report,
    score_sets,
    worst_mistakes,
)
from spacy_sarcasm.evaluation.labelled import Labelled
from spacy_sarcasm.evaluation.metrics import METRICS, Bootstrap
from spacy_sarcasm.evaluation.output import write_report
from spacy_sarcasm.network.calibration import Calibration
from spacy_sarcasm.pretrained import BUNDLED_CARD

from ..conftest import TINY_TEXTS

QUICK = Bootstrap(resamples=20)
TEXTS = [text for text, _ in TINY_TEXTS]
GOLD = np.array([gold for _, gold in TINY_TEXTS])
TINY = Labelled("tiny", TEXTS, GOLD, ["satire" if gold else "news" for gold in GOLD])
# Gold turned round: every text is a mistake.
WRONG = Labelled("wrong | way", TEXTS, 1 - GOLD, [None] * len(GOLD))


@pytest.fixture
def scored(trained: Language) -> list[Scored]:
    return score_sets(trained, [TINY], [WRONG])


def test_report(trained: Language, trained_folder: Path, scored: list[Scored]) -> None:
    trained.get_pipe("sarcasm").calibration = Calibration(threshold=0.4)
    report = make_report(trained, str(trained_folder), scored, QUICK)
    assert json.loads(json.dumps(report)) == report
    assert report["threshold"] == report["calibration"]["threshold"] == 0.4
    assert report["weights_sha256"] == file_digest(trained_folder / "sarcasm" / "weights.npz")
    tiny, wrong = report["data"]
    assert (tiny["texts"], tiny["sarcastic"], tiny["outside"], wrong["outside"]) == (6, 3, False, 1)
    assert list(tiny["metrics"]) == list(METRICS)
    assert tiny["metrics"]["accuracy"]["value"] == 1.0
    assert wrong["metrics"]["roc_auc"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert set(tiny["sources"]) == {"satire", "news"}
    assert tiny["sources"]["news"]["metrics"]["roc_auc"]["value"] is None
    assert tiny["sources"]["news"]["metrics"]["false_positive_rate"]["value"] == 0.0
    assert wrong["sources"] == {}
    # Figures only: texts of the data stay with those who have it.
    assert not any(text in json.dumps(report) for text in TEXTS)
    # The folder's name, not where it lies.
    assert report["pipeline"] == trained_folder.name


def test_two_sets_of_one_name(trained: Language) -> None:
    with pytest.raises(ValueError, match="several data sets are called tiny"):
        score_sets(trained, [TINY], [TINY])


def test_worst_mistakes() -> None:
    data = Labelled("d", ["a", "b", "c", "d"], np.array([0.0, 0.0, 1.0, 1.0]), ["s"] * 4)
    scored = Scored(data, np.array([0.7, 0.9, 0.2, 0.8]))
    found = worst_mistakes(scored, 0.5)
    assert [one["text"] for one in found] == ["b", "c", "a"]
    assert found[0] == {"text": "b", "gold": 0.0, "score": 0.9, "source": "s"}
    assert len(worst_mistakes(scored, 0.5, most=1)) == 1


def test_folder(trained: Language, scored: list[Scored], tmp_path: Path) -> None:
    report = make_report(trained, "tiny", scored, QUICK)
    write_report(tmp_path / "out", report, scored)
    kinds = ("confusion", "roc", "reliability", "scores")
    expected = {f"{name}-{kind}.png" for name in ("tiny", "wrong-way") for kind in kinds}
    expected |= {"report.json", "report.md", "mistakes.json"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == expected
    assert json.loads((tmp_path / "out" / "report.json").read_text()) == report
    text = (tmp_path / "out" / "report.md").read_text()
    assert all(f"({name})" in text for name in expected if name.endswith(".png"))
    assert all(line in text for line in TEXTS)
    mistakes = json.loads((tmp_path / "out" / "mistakes.json").read_text())
    assert (len(mistakes["tiny"]), len(mistakes["wrong | way"])) == (0, 6)
    for name in expected:
        if name.endswith(".png"):
            pixels = image.imread(tmp_path / "out" / name)
            assert min(pixels.shape[:2]) > 500, name
            # Something was drawn.
            assert pixels[..., :3].std() > 0.05, name


def test_no_curve_for_one_class(trained: Language, tmp_path: Path) -> None:
    serious = Labelled("serious", TEXTS[3:], GOLD[3:], [None] * 3)
    scored = score_sets(trained, [serious], [])
    write_report(tmp_path, make_report(trained, "tiny", scored, QUICK), scored)
    assert not (tmp_path / "serious-roc.png").exists()
    assert (tmp_path / "serious-scores.png").exists()


def test_card(trained: Language, scored: list[Scored], tmp_path: Path) -> None:
    network = trained.get_pipe("sarcasm").network
    report = make_report(trained, "tiny", scored, QUICK)
    training = {
        "title": "a tiny network",
        "data": [{"name": "six", "what": "texts", "licence": "MIT", "use": "all"}],
        "settings": {"seed": "0"},
        "choices": ["Nothing was chosen."],
        "tables": [{"title": "Left out", "columns": ["pair", "AUC"], "rows": [["a|b", "0.5"]]}],
        "limits": ["Six texts."],
    }
    (tmp_path / "training.json").write_text(json.dumps(training))
    write_card(tmp_path / "CARD.md", network, report)
    card = (tmp_path / "CARD.md").read_text()
    recorded = json.loads((tmp_path / "evaluation.json").read_text())
    assert recorded == report
    assert card == make_card(network.config, recorded, training)
    for part in (
        "# Model card: a tiny network",
        "| six | texts | MIT | all |",
        "| seed | 0 |",
        "Nothing was chosen.",
        "### Other data",
        "| a\\|b | 0.5 |",
        "- Six texts.",
        "labels of headlines are the publisher's",
        "Not for moderation",
        f"{network.config.n_words} rows",
    ):
        assert part in card
    assert not any(text in card for text in TEXTS)
    # It follows the figures.
    recorded["data"][0]["metrics"]["accuracy"]["value"] = 0.1234
    assert "0.1234" in make_card(network.config, recorded, training)


def test_card_with_a_broken_training_record(trained: Language, tmp_path: Path) -> None:
    network = trained.get_pipe("sarcasm").network
    report = make_report(trained, "tiny", [], QUICK)
    for content, message in (
        ("{", "damaged"),
        ('{"data": [{"name": "x"}]}', "KeyError"),
        ("1", "o"),
    ):
        (tmp_path / "training.json").write_text(content)
        with pytest.raises(ValueError, match=rf"training\.json' .*{message}"):
            write_card(tmp_path / "CARD.md", network, report)
    assert [path.name for path in tmp_path.iterdir()] == ["training.json"]


def test_card_goes_into_pipelines_with_the_bundled_weights(
    bundled: Language, trained_folder: Path, tmp_path: Path
) -> None:
    bundled.to_disk(tmp_path / "bundled")
    assert copy_card(tmp_path / "bundled")
    assert (tmp_path / "bundled" / "README.md").read_text() == BUNDLED_CARD.read_text()
    assert spacy.load(tmp_path / "bundled").pipe_names == ["sarcasm"]
    assert not copy_card(trained_folder)
    assert not (trained_folder / "README.md").exists()
