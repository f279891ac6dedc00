"""Files appear under their names only when they are complete."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from spacy_sarcasm.atomic import atomic_write


def test_an_error_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(TypeError, match="str"), atomic_write(path) as file:
        file.write("not bytes")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_a_missing_folder_is_reported_with_the_name_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "scores.csv"
    with pytest.raises(FileNotFoundError) as caught, atomic_write(path):
        pass
    assert caught.value.filename == str(path)
    assert "partial" not in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="links take rights on Windows")
def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for number in (os.getpid(), threading.get_native_id()):
        link = tmp_path / f".file.{number}.partial"
        link.unlink(missing_ok=True)
        link.symlink_to(victim)
    with atomic_write(tmp_path / "file") as file:
        file.write(b"new")
    assert victim.read_text() == "precious"
    assert (tmp_path / "file").read_text() == "new"
    assert not (tmp_path / "file").is_symlink()
