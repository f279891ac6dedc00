"""The component in bulk: order, batch sizes, odd texts, failing docs, processes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from ..conftest import skip_without_tensorflow

AGREEMENT = 1e-5
WORDS = [
    "area",
    "man",
    "wins",
    "another",
    "meeting",
    "about",
    "the",
    "north",
    ",",
    "reports",
    "local",
    "council",
    ":",
    "wow",
]


def make_texts(count: int, seed: int = 0) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, size=rng.integers(0, 40))) for _ in range(count)]


ODD_TEXTS = [
    "",
    " ",
    "\n\t \u3000",
    "word",
    "😀🙃 👩‍👩‍👧‍👦",
    "nul \x00 inside",
    "\x00",
    "\u200b\u200d\ufeff",
    "combining e\u0301\u0301\u0301 marks",
    "\u202eright to left\u202c שלום",
    "!!!???...,,,;;;",
    "\U0010ffff\ufffe",
    "a" * 10_000,
    ":( (a",
    "line\r\nbreaks\u2028and\u0085more",
]


def scores_of(docs: Sequence[Doc]) -> list[float]:
    return [math.nan if doc._.sarcasm is None else doc._.sarcasm for doc in docs]


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1000])
def test_pipe_equals_call(bundled: Language, batch_size: int) -> None:
    texts = make_texts(100)
    docs = list(bundled.pipe(texts, batch_size=batch_size))
    assert [doc.text for doc in docs] == texts
    np.testing.assert_allclose(
        scores_of(docs), scores_of([bundled(text) for text in texts]), atol=AGREEMENT, rtol=0
    )


@pytest.mark.parametrize("budget", [1, 50, 100_000])
def test_batch_budget_does_not_matter(bundled: Language, budget: int) -> None:
    texts = make_texts(60)
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"batch_budget": budget})
    np.testing.assert_allclose(
        scores_of(list(nlp.pipe(texts))), scores_of(list(bundled.pipe(texts))), atol=AGREEMENT
    )


def test_batches_are_grouped_by_length_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    from spacy_sarcasm.network.engines import onnx_scorer

    shapes = []

    def run(session, rows, *others):
        shapes.append(rows.shape)
        return original(session, rows, *others)

    original = onnx_scorer.run
    monkeypatch.setattr(onnx_scorer, "run", run)
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm", config={"batch_budget": 200})
    texts = make_texts(300)
    docs = list(nlp.pipe(texts))
    assert all(time * count <= 200 for time, count in shapes)
    padded = sum(time * count for time, count in shapes)
    assert padded < 1.2 * sum(len(doc) for doc in docs)


def test_as_tuples_keeps_texts_and_contexts_together(bundled: Language) -> None:
    texts = make_texts(50)
    pairs = bundled.pipe(((text, i) for i, text in enumerate(texts)), as_tuples=True, batch_size=8)
    for i, (doc, context) in enumerate(pairs):
        assert (context, doc.text) == (i, texts[i])
        assert doc._.sarcasm == pytest.approx(bundled(texts[i])._.sarcasm, abs=AGREEMENT)


def test_odd_texts_score(bundled: Language) -> None:
    piped = list(bundled.pipe([*ODD_TEXTS, *make_texts(5)]))
    for text, doc in zip(ODD_TEXTS, piped, strict=False):
        score = doc._.sarcasm
        assert (score is None) == (doc._.sarcasm_coverage == 0)
        if score is None:
            assert bundled(text)._.sarcasm is None
            continue
        assert text.strip()
        assert math.isfinite(score)
        assert 0 <= score <= 1
        assert score == pytest.approx(bundled(text)._.sarcasm, abs=AGREEMENT)


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_scores(bundled: Language, text: str) -> None:
    # st.text() makes no lone surrogates: spaCy's tokenizer takes valid Unicode only.
    doc = bundled(text)
    score = doc._.sarcasm
    assert (score is None) == (doc._.sarcasm_coverage == 0)
    assert score is None or 0 < score <= 1
    assert score is None or text.strip()


@pytest.mark.filterwarnings("ignore:a text has more than 512 tokens:UserWarning")
def test_very_long_texts(bundled: Language) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    texts = ["word " * 10_000, "short text", "man " * 600]
    docs = list(nlp.pipe(texts))
    assert all(0 < score < 1 for score in scores_of(docs))
    assert docs[1]._.sarcasm == pytest.approx(bundled(texts[1])._.sarcasm, abs=AGREEMENT)
    assert docs[0]._.sarcasm == pytest.approx(bundled("word " * 512)._.sarcasm, abs=AGREEMENT)


def test_no_docs(bundled: Language) -> None:
    assert list(bundled.pipe([])) == []
    assert list(bundled.get_pipe("sarcasm").pipe([])) == []


class BrokenTextError(Exception):
    """What the test's failing doc raises."""


def break_docs(nlp: Language, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Make docs with a word fail inside the component."""
    vocabulary = nlp.get_pipe("sarcasm").network.vocabulary
    original = vocabulary.text_rows

    def text_rows(docs, *arguments):
        if any(word in doc.text for doc in docs):
            raise BrokenTextError(f"cannot score a text with {word}")
        return original(docs, *arguments)

    monkeypatch.setattr(vocabulary, "text_rows", text_rows)


def test_a_failing_doc_goes_to_the_error_handler_alone(
    bundled: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    break_docs(nlp, monkeypatch, "poison")
    handled = []
    nlp.set_error_handler(
        lambda name, proc, docs, error: handled.append((name, [d.text for d in docs], error))
    )
    texts = make_texts(20)
    texts[3] = texts[11] = "a poison text"
    healthy = [text for text in texts if "poison" not in text]
    contexts = [i for i, text in enumerate(texts) if "poison" not in text]
    pairs = list(nlp.pipe(zip(texts, range(20), strict=True), as_tuples=True))
    assert [doc.text for doc, _ in pairs] == healthy
    assert [context for _, context in pairs] == contexts
    np.testing.assert_allclose(
        scores_of([doc for doc, _ in pairs]), scores_of(list(bundled.pipe(healthy))), atol=AGREEMENT
    )
    assert [(name, docs) for name, docs, _ in handled] == 2 * [("sarcasm", ["a poison text"])]
    assert all(isinstance(error, BrokenTextError) for _, _, error in handled)


def test_a_failing_doc_raises_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    break_docs(nlp, monkeypatch, "poison")
    for run in (lambda: list(nlp.pipe(["fine", "poison"])), lambda: nlp("poison")):
        with pytest.raises(BrokenTextError, match="poison"):
            run()


PROCESSES = """
    import multiprocessing, os, sys, json
    import spacy

    def main():
        method, before = sys.argv[1:3]
        multiprocessing.set_start_method(method)
        if before == "tensorflow":
            import tensorflow as tf
            assert float(tf.reduce_sum(tf.matmul(tf.ones((64, 64)), tf.ones((64, 64))))) > 0
        elif before == "trained":
            from spacy.training import Example
            tuned = spacy.blank("en")
            tuned.add_pipe("sarcasm", config={"weights": None, "model": {"units": 4}})
            example = Example.from_dict(tuned.make_doc("great"), {"cats": {"SARCASM": 1.0}})
            tuned.update([example], sgd=tuned.initialize(lambda: [example]))
            assert "tensorflow" in sys.modules
        nlp = spacy.blank("en")
        threads = 2 if before == "scored by threads" else 1
        nlp.add_pipe("sarcasm", config={"threads": threads})
        texts = json.load(sys.stdin)
        single = [doc._.sarcasm for doc in nlp.pipe(texts)] if before != "nothing" else None
        double = [doc._.sarcasm for doc in nlp.pipe(texts, n_process=2, batch_size=10)]
        single = single or [doc._.sarcasm for doc in nlp.pipe(texts)]
        assert [score is None for score in single] == [score is None for score in double]
        assert any(score is None for score in single)
        # The difference in the last place is the engine's: batches differ.
        pairs = [(a, b) for a, b in zip(single, double) if a is not None]
        assert max(abs(a - b) for a, b in pairs) <= 1e-5
        tuples = nlp.pipe(list(zip(texts, range(len(texts)))), as_tuples=True, n_process=2)
        assert [(doc.text, i) for doc, i in tuples] == list(zip(texts, range(len(texts))))
        print("scored", len(double))

    if __name__ == "__main__":
        main()
"""


@pytest.mark.parametrize(
    "before", ["nothing", "scored", "scored by threads", "tensorflow", "trained"]
)
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes(tmp_path: Path, method: str, before: str) -> None:
    import json

    if before in ("tensorflow", "trained"):
        skip_without_tensorflow()
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(PROCESSES))
    texts = [*make_texts(60), *ODD_TEXTS]
    result = subprocess.run(
        [sys.executable, str(script), method, before],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.split() == ["scored", str(len(texts))]
