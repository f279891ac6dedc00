"""The report of an evaluation, its pictures and the model card."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import srsly
from matplotlib import image
from spacy.language import Language

from spacy_sarcasm.evaluation.card import describe_training, make_card, read_figures, write_card
from spacy_sarcasm.evaluation.datasets import Labelled
from spacy_sarcasm.evaluation.evaluate import (
    file_digest,
    make_report,
    worst_mistakes,
)
from spacy_sarcasm.evaluation.metrics import METRICS, Bootstrap
from spacy_sarcasm.evaluation.output import write_report
from spacy_sarcasm.evaluation.scored import Scored, score_datasets
from spacy_sarcasm.evaluation.thresholds import threshold_warnings
from spacy_sarcasm.network.calibration import Calibration

from ..conftest import TINY_TEXTS

QUICK = Bootstrap(resamples=20)
TEXTS = [text for text, _ in TINY_TEXTS]
GOLD = np.array([gold for _, gold in TINY_TEXTS])
TINY = Labelled("tiny", TEXTS, GOLD, ["satire" if gold else "news" for gold in GOLD])
# Gold turned round: every text is a mistake.
WRONG = Labelled("wrong | way", TEXTS, 1 - GOLD, [None] * len(GOLD))


@pytest.fixture
def scored(trained: Language) -> list[Scored]:
    return score_datasets(trained, [TINY], [WRONG])


def test_report(trained: Language, trained_folder: Path, scored: list[Scored]) -> None:
    trained.get_pipe("sarcasm").calibration = Calibration(threshold=0.4)
    report = make_report(trained, str(trained_folder), scored, QUICK)
    assert json.loads(json.dumps(report)) == report
    assert report["threshold"] == report["calibration"]["threshold"] == 0.4
    assert report["weights_sha256"] == file_digest(trained_folder / "sarcasm" / "weights.npz")
    tiny, wrong = report["data"]
    assert (tiny["texts"], tiny["sarcastic"], tiny["out_of_domain"], wrong["out_of_domain"]) == (
        6,
        3,
        False,
        1,
    )
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
    with pytest.raises(ValueError, match="more than one data set is called tiny"):
        score_datasets(trained, [TINY], [TINY])


def test_worst_mistakes() -> None:
    data = Labelled("d", ["a", "b", "c", "d"], np.array([0.0, 0.0, 1.0, 1.0]), ["s"] * 4)
    scored = Scored(data, np.array([0.7, 0.9, 0.2, 0.8]))
    found = worst_mistakes(scored, 0.5)
    assert [one["text"] for one in found] == ["b", "c", "a"]
    assert found[0] == {"text": "b", "gold": 0.0, "score": 0.9, "source": "s"}
    assert len(worst_mistakes(scored, 0.5, max_rows=1)) == 1


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


def test_texts_mean_nothing_in_the_markdown(trained: Language, tmp_path: Path) -> None:
    texts = ["<script>alert(1)</script> | [x](javascript:y)", "![a](b) `c` *d* \\| \x1b[31m", "_e_"]
    gold = np.array([*GOLD, 1.0, 0.0, 1.0])
    data = Labelled("tiny", [*TEXTS, *texts], gold, ["<b>"] * len(gold))
    scored = [Scored(data, 1 - gold)]
    write_report(tmp_path, make_report(trained, "tiny", scored, QUICK), scored)
    report = (tmp_path / "report.md").read_text()
    assert "\\<script\\>alert(1)\\</script\\> \\| \\[x\\](javascript:y)" in report
    assert "\\!\\[a\\](b) \\`c\\` \\*d\\* \\\\\\| \N{REPLACEMENT CHARACTER}\\[31m" in report
    assert "\\_e\\_" in report
    assert not re.search(r"(?<!\\)[<>]", report)


def test_no_curve_for_one_class(trained: Language, tmp_path: Path) -> None:
    serious = Labelled("serious", TEXTS[3:], GOLD[3:], [None] * 3)
    scored = score_datasets(trained, [serious], [])
    write_report(tmp_path, make_report(trained, "tiny", scored, QUICK), scored)
    assert not (tmp_path / "serious-roc.png").exists()
    assert (tmp_path / "serious-scores.png").exists()


def test_card(trained: Language, scored: list[Scored], tmp_path: Path) -> None:
    network = trained.get_pipe("sarcasm").network
    report = make_report(trained, "tiny", scored, QUICK)
    training = {
        "title": "a tiny network",
        "data": [{"name": "six", "what": "texts", "licence": "MIT", "use": "all"}],
        "license": "MIT",
        "labels": "The labels of headlines are the publisher's.",
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
        "| licence | MIT |",
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
    # Without a word on the labels, the card does not make one up.
    other = make_card(network.config, recorded, {"title": "tweets"})
    assert "headline" not in other
    assert "publisher" not in other
    # It follows the figures.
    recorded["data"][0]["metrics"]["accuracy"]["value"] = 0.1234
    assert "0.1234" in make_card(network.config, recorded, training)


def test_card_with_a_broken_training_record(trained: Language, tmp_path: Path) -> None:
    network = trained.get_pipe("sarcasm").network
    report = make_report(trained, "tiny", [], QUICK)
    for content, message in (
        ("{", "damaged"),
        ('{"data": [{"name": "x"}]}', "what"),
        ("1", "JSON object"),
    ):
        (tmp_path / "training.json").write_text(content)
        with pytest.raises(ValueError, match=rf"training\.json'.*{message}"):
            write_card(tmp_path / "CARD.md", network, report)
    assert [path.name for path in tmp_path.iterdir()] == ["training.json"]


def test_texts_without_a_score_are_counted(trained: Language, tmp_path: Path) -> None:
    scores = np.array([0.9, np.nan, 0.8, 0.1, 0.2, np.nan])
    one = Scored(TINY, scores)
    report = make_report(trained, "tiny", [one], QUICK)
    (figures,) = report["data"]
    assert (figures["texts"], figures["unscored"]) == (4, 2)
    assert figures["metrics"]["accuracy"]["value"] == 1.0
    write_report(tmp_path, report, [one])
    assert "2 more texts could not be scored" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize(("threshold", "word"), [(1.0, "no"), (0.0, "every")])
def test_warning_where_the_threshold_decides_nothing(
    trained: Language, threshold: float, word: str
) -> None:
    trained.get_pipe("sarcasm").calibration = Calibration(threshold=threshold)
    one = Scored(TINY, np.array([0.6, 0.7, 0.5, 0.1, 0.2, 0.3]))
    (warning,) = threshold_warnings(make_report(trained, "tiny", [one], QUICK))
    assert f"at threshold {threshold:.2f} {word} text is called sarcastic" in warning
    assert "spacy-sarcasm calibrate" in warning
    trained.get_pipe("sarcasm").calibration = Calibration(threshold=0.4)
    assert threshold_warnings(make_report(trained, "tiny", [one], QUICK)) == []


def test_card_metadata_is_what_the_hub_reads(trained: Language, scored: list[Scored]) -> None:
    report = make_report(trained, "tiny", scored, QUICK)
    training = {"title": "en_tiny", "license": "MIT", "language": "de"}
    card = make_card(trained.get_pipe("sarcasm").network.config, report, training)
    metadata = srsly.yaml_loads(card.split("---")[1])
    assert (metadata["license"], metadata["language"]) == ("mit", ["de"])
    (index,) = metadata["model-index"]
    assert index["name"] == "en_tiny"
    assert [result["dataset"]["name"] for result in index["results"]] == ["tiny", "wrong | way"]
    assert {"type": "accuracy", "value": 1.0, "name": "accuracy"} in index["results"][0]["metrics"]


def test_training_described_by_options(trained: Language, tmp_path: Path) -> None:
    data = {"name": "My tweets", "what": "tweets | 2022", "licence": "MIT", "url": "https://x.org"}
    record = describe_training(
        {"limits": ["Short."]}, data=data, labels="Their authors labelled them.", author="Ann"
    )
    report = make_report(trained, "tiny", [], QUICK)
    card = make_card(trained.get_pipe("sarcasm").network.config, report, record)
    assert "| [My tweets](https://x.org) | tweets \\| 2022 | MIT | training |" in card
    assert "Their authors labelled them. The network learned" in card
    assert "| author | Ann |" in card
    assert "- Short." in card
    with pytest.raises(ValueError, match="--data-name"):
        describe_training({}, data={"name": "", "what": "tweets"})


def test_figures_of_another_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"format_version": 1}')
    with pytest.raises(ValueError, match=r"report\.json' does not hold figures of this version"):
        read_figures(path)
