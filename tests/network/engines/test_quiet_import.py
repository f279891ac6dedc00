"""Notes written by C++ code are held back, everything else is not."""

from __future__ import annotations

import os

import pytest

from spacy_sarcasm.network.engines.quiet_import import without_notes


def test_notes_are_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    with without_notes():
        os.write(2, b"I0000 00:00:1 cudart_stub.cc:31] Could not find cuda drivers\n")
        os.write(2, b"E0000 00:00:1 loader.cc:1] out of memory\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "E0000 00:00:1 loader.cc:1] out of memory\nafter\n"


def test_what_was_said_before_an_error_is_kept(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        os.write(2, b"libcuda.so is damaged\n")
        raise ImportError("tensorflow")

    with pytest.raises(ImportError, match="tensorflow"), without_notes():
        fail()
    assert capfd.readouterr().err == "libcuda.so is damaged\n"
