"""`spacy_sarcasm.JsonlLogger.v1`: a log to read while training runs, and Ctrl-C between steps."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.training import loop
from spacy.training.initialize import init_nlp
from spacy.util import load_config

import spacy_sarcasm
from spacy_sarcasm.training.curves import plot_log, read_log
from spacy_sarcasm.training.logger import LateInterrupt, make_jsonl_logger

from ..conftest import TINY_TEXTS, make_untrained

CONFIG = Path(spacy_sarcasm.__file__).parent / "configs" / "sarcasm.cfg"
PNG = b"\x89PNG\r\n\x1a\n"


def write_corpus(folder: Path) -> Path:
    path = folder / "corpus.jsonl"
    rows = [{"text": text, "label": gold} for text, gold in TINY_TEXTS] * 3
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def make_config(folder: Path, **training: Any) -> Any:
    config = load_config(CONFIG, interpolate=False)
    reader = {"@readers": "spacy_sarcasm.JsonlCorpus.v1", "path": str(write_corpus(folder))}
    config["corpora"] = {"train": reader, "dev": reader}
    config["components"]["sarcasm"]["model"]["units"] = 4
    config["initialize"]["before_init"] = None
    config["paths"]["log"] = str(folder / "log.jsonl")
    config["training"] |= {"max_epochs": 0, "eval_frequency": 1, "patience": 0, **training}
    return config


def step(number: int) -> dict[str, Any]:
    return {
        "epoch": 0,
        "step": number,
        "seconds": 1,
        "losses": {"sarcasm": 0.5},
        "other_scores": {"sarcasm_acc": 0.75, "by_type": {}},
        "score": 0.75,
    }


def test_lines_can_be_read_at_once_and_an_old_log_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.jsonl"
    path.parent.mkdir()
    path.write_text("old\n")
    nlp = make_untrained()
    nlp.config["training"]["score_weights"] = {"sarcasm_acc": 1.0}
    output = io.StringIO()
    log_step, finalize = make_jsonl_logger(path)(nlp, output, io.StringIO())
    log_step(step(0))
    log_step(None)
    assert read_log(path) == [
        {
            "epoch": 0,
            "step": 0,
            "seconds": 1,
            "losses": {"sarcasm": 0.5},
            "scores": {"sarcasm_acc": 0.75},
            "score": 0.75,
        }
    ]
    log_step(step(1))
    finalize()
    assert [line["step"] for line in read_log(path)] == [0, 1]
    assert "75.00" in output.getvalue()


def test_interrupt_waits_for_the_step_and_the_second_does_not() -> None:
    interrupt = LateInterrupt()
    # Programs in the background of a script are started with Ctrl-C ignored.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    interrupt.start()
    try:
        interrupt.check()
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        interrupt.stop()
        signal.signal(signal.SIGINT, former)


def test_interrupt_while_the_best_model_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment at which `spacy train` would lose it: the old one gone, the new not there."""
    copies = []
    copy = shutil.copytree

    def copytree(*args: Any, **options: Any) -> Any:
        copies.append(args)
        if len(copies) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return copy(*args, **options)

    monkeypatch.setattr(loop.shutil, "copytree", copytree)
    (tmp_path / "out").mkdir()
    nlp = init_nlp(make_config(tmp_path, max_steps=50))
    with pytest.raises(KeyboardInterrupt):
        loop.train(nlp, tmp_path / "out", stdout=io.StringIO(), stderr=io.StringIO())
    best = spacy.load(tmp_path / "out" / "model-best")
    assert 0 < best("oh great")._.sarcasm < 1
    assert len(read_log(tmp_path / "log.jsonl")) == 1
    plot_log(tmp_path / "log.jsonl", tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(PNG)


@pytest.mark.slow
def test_ctrl_c_leaves_the_best_model_whole(tmp_path: Path) -> None:
    make_config(tmp_path).to_disk(tmp_path / "train.cfg")
    command = [sys.executable, "-m", "spacy", "train", "train.cfg", "--output", "out"]
    log = tmp_path / "log.jsonl"
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        deadline = time.monotonic() + 300
        while not log.exists() or log.read_text().count("\n") < 20:
            assert process.poll() is None, process.stdout and process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=120)
    # By the version of Typer: it says "Aborted" and leaves with 1, or leaves with 130.
    assert process.returncode in (1, 130), output
    assert "Error" not in output
    lines = read_log(log)
    best = spacy.load(tmp_path / "out" / "model-best")
    best_score = max(line["score"] for line in lines)
    assert best.meta["performance"]["sarcasm_acc"] == pytest.approx(best_score)
    assert 0 < best("oh great")._.sarcasm < 1


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"step": 1}'])
def test_damaged_log(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"log\.jsonl"):
        read_log(path)


@pytest.mark.parametrize(("share", "word"), [(0.0, "no"), (1.0, "every"), (0.4, None)])
def test_warning_where_the_threshold_decides_nothing(
    trained: Language, share: float, word: str | None
) -> None:
    stderr = io.StringIO()
    log_step, finalize = make_jsonl_logger()(trained, io.StringIO(), stderr)
    worse = {**step(1), "score": 0.1}
    worse["other_scores"] = {"sarcasm_acc": 0.1, "sarcasm_share": 0.4}
    best = {**step(0), "other_scores": {"sarcasm_acc": 0.75, "sarcasm_share": share}}
    log_step(best)
    log_step(worse)
    finalize()
    shown = stderr.getvalue()
    if word is None:
        assert "Warning" not in shown
    else:
        assert f"at threshold 0.50 {word} text is called sarcastic" in shown
        assert "spacy-sarcasm calibrate MODEL DEV_DATA" in shown
