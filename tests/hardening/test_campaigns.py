"""A small slice of every campaign; tests/benchmarks/hardening.py runs them in full."""

from __future__ import annotations

import os

import numpy as np
import pytest

if not hasattr(os, "fork"):
    pytest.skip("the campaigns fork", allow_module_level=True)
pytest.importorskip("pyarrow")

from . import damage, forks, kills, memory, texts
from .running import Budget, Child, Result


def check(result: Result) -> None:
    assert result.is_clean, [str(result), *result.examples]


def test_texts() -> None:
    check(texts.run(200, seed=1, n_pipelines=2))


def test_a_fault_in_the_scores_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts.TextScorer, "score_values", lambda self, t: ([2.0] * len(t), []))
    result = texts.run(20, seed=1, n_pipelines=1)
    assert result.faults["out of range"] == 20
    assert not result.is_clean


def test_kills() -> None:
    check(kills.run(2, 8, seed=1))


def test_lost_and_repeated_rows_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = kills._whole

    def one_more(given, output):
        data, seconds = whole(given, output)
        return data + b"\n", seconds

    monkeypatch.setattr(kills, "_whole", one_more)
    monkeypatch.setattr(kills, "FORMATS", ["jsonl"])
    result = kills.run(0, 2, seed=1)
    assert result.faults["lost"] == result.faults["other bytes"] == 2


def test_forks() -> None:
    check(forks.run(6, 0, 8, 0, seed=1))


def test_spawn() -> None:
    check(forks.run(0, 1, 0, 0, seed=1))


def test_forks_beside_a_thread() -> None:
    check(forks.run(0, 0, 0, 6, seed=1))


def test_wrong_scores_of_a_child_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "_beside_a_thread", lambda texts, delay: Child("done", [0.5] * 30))
    monkeypatch.setattr(forks, "_spawned", lambda texts: Child("hang"))
    result = forks.run(0, 1, 0, 1, seed=1)
    assert result.faults == {"hangs": 1, "crashes": 0, "wrong": 1, "orphans": 0}


def test_damage() -> None:
    check(damage.run(36, seed=1))


def test_a_long_message_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "LONGEST_MESSAGE", 5)
    assert damage.run(30, seed=1).faults["long messages"] > 0


def test_every_kind_of_damage_changes_something() -> None:
    rng = np.random.default_rng(0)
    data = b'{"text": "area man"}\n' * 20
    assert sum(damage.damage(rng, data) != data for _ in range(100)) > 90


def test_memory() -> None:
    check(memory.run(3000))


def test_growing_memory_is_noticed() -> None:
    peaks = {"100000": 300.0, "1000000": 900.0}
    result = Result("memory", {}, {"growth": 0, "strings": 0})
    memory.judge(result, Child("done", {"peaks": peaks, "strings": 5}))
    assert result.faults == {"growth": 1, "strings": 5}


def test_a_campaign_ends_when_its_time_is_over() -> None:
    for result in (
        damage.run(10**9, seed=1, budget=Budget(0)),
        texts.run(10**9, seed=1, n_pipelines=1, budget=Budget(0)),
        kills.run(10**9, 10**9, seed=1, budget=Budget(0)),
        forks.run(10**9, 10**9, 10**9, 10**9, seed=1, budget=Budget(0)),
    ):
        assert result.done[""] == 0
    assert memory.run(10**9, Budget(2)).done["rows"] < 10**9
