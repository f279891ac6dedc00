"""Nothing is lost: interrupted runs are resumed and give the same bytes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from spacy_sarcasm.scoring.bulk import journal
from spacy_sarcasm.scoring.bulk.journal import PartialOutput
from spacy_sarcasm.scoring.bulk.manifest import PartialOutputError
from spacy_sarcasm.scoring.bulk.score_files import RunStoppedError, score_files

from ..conftest import make_texts, read_jsonl, write_jsonl

OPTIONS = {"batch_size": 10}
SUFFIXES = ["jsonl", "csv.gz", "parquet"]


@pytest.fixture
def given(tmp_path: Path) -> list[Path]:
    """Three inputs of several kinds, 75 rows."""
    texts = make_texts(75)
    first = write_jsonl(tmp_path / "a.jsonl", [{"text": t, "i": i} for i, t in enumerate(texts)])
    lines = first.read_text().splitlines(keepends=True)
    first.write_text("".join(lines[:32]))
    second = tmp_path / "b.csv"
    second.write_text("i,text\n" + "".join(f'{i},"{texts[i]}"\n' for i in range(32, 60)))
    third = tmp_path / "c.txt"
    third.write_text("\n".join(texts[60:]))
    return [first, second, third]


class Interruption:
    """Ends a run at its nth write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
        self.left = 0
        self.error = error
        original = PartialOutput.write

        def write(work, data, checkpoint):
            self.left -= 1
            if self.left == 0:
                raise self.error
            return original(work, data, checkpoint)

        monkeypatch.setattr(PartialOutput, "write", write)


@pytest.fixture
def run(given: list[Path], bundled: Language) -> Callable[..., object]:
    """A function that scores the inputs."""

    def call(output: Path, options: dict[str, object] = OPTIONS, **more: object) -> object:
        return score_files(given, output, model=bundled, **options, **more)

    return call


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_resumed_output_is_the_same_wherever_it_was_cut(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    pytest.importorskip("pyarrow")
    expected, output = tmp_path / f"whole.{suffix}", tmp_path / f"out.{suffix}"
    run(expected)
    interruption = Interruption(monkeypatch, KeyboardInterrupt())
    for n_writes in range(1, 12):
        interruption.left = n_writes
        with pytest.raises(KeyboardInterrupt):
            run(output)
        assert not output.exists()
        if n_writes % 2:
            # What was written after the last checkpoint is cut off.
            folder = tmp_path / f"out.{suffix}.partial"
            if folder.exists():
                with (folder / "rows").open("ab") as rows, (folder / "journal").open("ab") as more:
                    rows.write(b"half a row")
                    more.write(b'{"size": 12')
        interruption.left = 0
        summary = run(output, resume=True)
        assert output.read_bytes() == expected.read_bytes()
        assert summary.counts.rows == 75
        assert not list(tmp_path.glob("*.partial"))
        output.unlink()


def test_a_run_may_be_cut_many_times(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, output = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    run(expected)
    interruption = Interruption(monkeypatch, KeyboardInterrupt())
    cuts = 0
    while not output.exists():
        interruption.left = 3
        try:
            run(output, resume=True)
        except KeyboardInterrupt:
            cuts += 1
    assert cuts > 3
    assert output.read_bytes() == expected.read_bytes()


def test_full_disk(tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.jsonl"
    interruption = Interruption(monkeypatch, OSError(errno.ENOSPC, "No space left on device"))
    interruption.left = 4
    with pytest.raises(RunStoppedError, match=r"No space left.*20 rows are kept in .*--resume"):
        run(output)
    interruption.left = 0
    run(output, resume=True)
    assert len(read_jsonl(output)) == 75


def test_a_stopped_run_can_go_on_past_bad_rows(tmp_path: Path, bundled: Language) -> None:
    rows = [{"text": text} for text in make_texts(30)]
    rows[25]["text"] = ["no text"]
    given = write_jsonl(tmp_path / "in.jsonl", rows)
    keep = {"batch_size": 10, "on_error": "keep"}
    score_files([given], tmp_path / "whole.jsonl", model=bundled, **keep)
    output = tmp_path / "out.jsonl"
    with pytest.raises(RunStoppedError, match="line 26: .*20 rows are kept"):
        score_files([given], output, model=bundled, **OPTIONS)
    score_files([given], output, model=bundled, **keep, resume=True)
    assert output.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def cut(run: Callable, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        Interruption(patched, KeyboardInterrupt()).left = 4
        with pytest.raises(KeyboardInterrupt):
            run(output)


def test_what_has_changed_is_told(
    tmp_path: Path, run: Callable, given: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    with pytest.raises(PartialOutputError, match=r"changed: batch_size was 10 and is 20"):
        run(output, {"batch_size": 20}, resume=True)
    with pytest.raises(PartialOutputError, match=r"threshold was null and is 0\.5"):
        run(output, {"batch_size": 10, "threshold": 0.5}, resume=True)
    other = spacy.blank("en")
    other.add_pipe("sarcasm", config={"max_length": 5})
    with pytest.raises(PartialOutputError, match="model was"):
        score_files(given, output, model=other, **OPTIONS, resume=True)
    given[1].write_text(given[1].read_text() + "99,one more\n")
    with pytest.raises(PartialOutputError, match="inputs was"):
        run(output, resume=True)
    run(output, overwrite=True)
    assert len(read_jsonl(output)) == 76


def test_outputs_that_exist(tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("precious")
    with pytest.raises(PartialOutputError, match=r"out\.jsonl' already exists: pass --overwrite"):
        run(output)
    # It may have been scored from other inputs, or with other options.
    with pytest.raises(PartialOutputError, match="there is no interrupted run to resume"):
        run(output, resume=True)
    assert output.read_text() == "precious"
    output.unlink()
    cut(run, output, monkeypatch)
    with pytest.raises(PartialOutputError, match="holds the work of an interrupted run"):
        run(output)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_run_that_ended_after_the_output_got_its_name(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    pytest.importorskip("pyarrow")
    output = tmp_path / f"out.{suffix}"
    with monkeypatch.context() as patched:
        patched.setattr(PartialOutput, "discard", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(output)
    whole = output.read_bytes()
    with pytest.raises(PartialOutputError, match="cannot be resumed"):
        run(output, {"batch_size": 20}, resume=True)
    assert run(output, resume=True).was_complete
    assert output.read_bytes() == whole
    assert not list(tmp_path.glob("*.partial"))


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.skipif(os.name != "posix", reason="links take rights on Windows")
def test_an_output_that_is_a_link_to_nowhere(tmp_path: Path, run: Callable) -> None:
    output = tmp_path / "out.jsonl"
    output.symlink_to(tmp_path / "elsewhere.jsonl")
    with pytest.raises(PartialOutputError, match="already exists: pass --overwrite"):
        run(output)
    assert output.is_symlink()
    run(output, overwrite=True)
    assert len(read_jsonl(output)) == 75


@pytest.mark.parametrize("how", ["folder", "file", "link", "rows only", "foreign manifest"])
@pytest.mark.parametrize("option", ["overwrite", "resume", "neither"])
def test_a_folder_of_somebody_elses_is_left_alone(
    tmp_path: Path, run: Callable, how: str, option: str
) -> None:
    folder = tmp_path / "out.jsonl.partial"
    real = tmp_path / "real" if how == "link" else folder
    if how == "file":
        folder.write_text("precious")
        precious = folder
    else:
        real.mkdir()
        name = {"rows only": "rows", "foreign manifest": "manifest.json"}.get(how, "photos.txt")
        precious = real / name
        precious.write_text('{"precious": 1}')
        if how == "link":
            folder.symlink_to(real)
    before = precious.read_text()
    given = {} if option == "neither" else {option: True}
    with pytest.raises(PartialOutputError, match="this command did not write it: move it away"):
        run(tmp_path / "out.jsonl", **given)
    assert precious.read_text() == before
    assert len(list(precious.parent.iterdir())) == (1 if how != "file" else 4)


def test_files_of_others_in_a_folder_of_ours_stay(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    note = tmp_path / "out.jsonl.partial" / "note.txt"
    note.write_text("precious")
    run(output, resume=True)
    assert [path.name for path in note.parent.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("leftovers", [[], ["lock"], ["lock", ".manifest.json.7.partial"]])
def test_a_run_killed_before_it_began_is_not_in_the_way(
    tmp_path: Path, run: Callable, leftovers: list[str]
) -> None:
    folder = tmp_path / "out.jsonl.partial"
    folder.mkdir()
    for name in leftovers:
        (folder / name).touch()
    run(tmp_path / "out.jsonl")
    assert not folder.exists()


@pytest.mark.parametrize("moment", ["_start", "_check", "write"])
def test_interrupted_at_the_start_nothing_stays(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    output = tmp_path / "out.jsonl"
    with monkeypatch.context() as patched:
        patched.setattr(PartialOutput, moment, interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(output)
    assert not list(tmp_path.glob("*.partial"))


def test_an_old_output_stays_until_the_new_one_is_whole(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    output.write_text("precious")
    Interruption(monkeypatch, KeyboardInterrupt()).left = 4
    with pytest.raises(KeyboardInterrupt):
        run(output, overwrite=True)
    assert output.read_text() == "precious"


def test_damaged_rows(tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    rows = tmp_path / "out.jsonl.partial" / "rows"
    whole = rows.read_bytes()
    for damaged in (b"", whole[:-1], whole.replace(b"area", b"Area", 1)):
        rows.write_bytes(damaged)
        with pytest.raises(PartialOutputError, match=r"rows' is damaged: pass --overwrite"):
            run(output, resume=True)
    rows.write_bytes(whole)
    run(output, resume=True)
    assert len(read_jsonl(output)) == 75


DEEP = b"[" * 100_000


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", DEEP, b"\xff", b"{}"])
def test_damaged_manifest(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    (tmp_path / "out.jsonl.partial" / "manifest.json").write_bytes(content)
    for option in ("resume", "overwrite"):
        with pytest.raises(PartialOutputError, match=r"is damaged: remove|move it away"):
            run(output, **{option: True})


@pytest.mark.parametrize("content", [b"[]\n", b"null\n", DEEP + b"\n", b"\0" * 100 + b"\n"])
def test_damaged_journal(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    journal = tmp_path / "out.jsonl.partial" / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(content)
    with pytest.raises(PartialOutputError, match=r"journal' is damaged: pass --overwrite"):
        run(output, resume=True)
    # What is intact is enough.
    journal.write_bytes(whole + content)
    run(output, resume=True)
    assert len(read_jsonl(output)) == 75


def test_a_journal_that_names_another_place(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    journal = tmp_path / "out.jsonl.partial" / "journal"
    line = journal.read_bytes().splitlines()[-1]
    assert b'"source": 0' in line
    journal.write_bytes(line.replace(b'"source": 0', b'"source": 2') + b"\n")
    with pytest.raises(PartialOutputError, match=r"journal' is damaged"):
        run(output, resume=True)


def test_a_journal_of_another_run(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    output, other = tmp_path / "out.jsonl", tmp_path / "other.jsonl"
    cut(run, output, monkeypatch)
    cut(lambda path: run(path, {"batch_size": 20}), other, monkeypatch)
    journals = [Path(f"{path}.partial", "journal") for path in (output, other)]
    journals[0].write_bytes(journals[1].read_bytes())
    with pytest.raises(PartialOutputError, match=r"journal' is damaged"):
        run(output, resume=True)


def test_standard_input_cannot_be_resumed(tmp_path: Path, bundled: Language) -> None:
    with pytest.raises(PartialOutputError, match="--resume needs files"):
        score_files(["-"], tmp_path / "out.jsonl", model=bundled, resume=True)


def test_two_runs_at_once(tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fcntl")
    output = tmp_path / "out.jsonl"
    cut(run, output, monkeypatch)
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'ab'); fcntl.lockf(file, fcntl.LOCK_EX);"
        "print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "out.jsonl.partial" / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(PartialOutputError, match="another process is working on"):
            run(output, resume=True)
        other.stdin.close()
    run(output, resume=True)


def test_two_threads_of_one_process(
    tmp_path: Path, run: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    inside, go_on = threading.Event(), threading.Event()
    original = PartialOutput.write

    def write(work, data, checkpoint):
        inside.set()
        assert go_on.wait(60)
        return original(work, data, checkpoint)

    monkeypatch.setattr(PartialOutput, "write", write)
    first = threading.Thread(target=run, args=(output,))
    first.start()
    assert inside.wait(60)
    # Another way to write the same path.
    same = tmp_path / "." / "inner" / ".." / "out.jsonl"
    (tmp_path / "inner").mkdir()
    for path in (output, same):
        with pytest.raises(PartialOutputError, match="another run in this process is working on"):
            run(path, resume=True)
    go_on.set()
    first.join()
    assert len(read_jsonl(output)) == 75
    assert not list(tmp_path.glob("*.partial"))


HOLDS = """
import sys
from pathlib import Path
from spacy_sarcasm.scoring.bulk.journal import PartialOutput
from spacy_sarcasm.scoring.bulk.manifest import PartialOutputError
try:
    PartialOutput(Path(sys.argv[1]), {}).open(overwrite=True)
    print("started")
except PartialOutputError as error:
    print(error)
"""


def test_work_is_removed_under_the_lock(
    tmp_path: Path, run: Callable, run_script: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fcntl")
    output = tmp_path / "out.jsonl"
    said = []
    original = PartialOutput._remove_files

    def remove(work):
        said.append(run_script(HOLDS, str(output)))
        original(work)
        if output.exists():
            said.append(run_script(HOLDS, str(output)))

    monkeypatch.setattr(PartialOutput, "_remove_files", remove)
    run(output)
    # At the start, and twice at the end.
    assert len(said) == 3
    assert all("another process is working on" in one for one in said)
    assert len(read_jsonl(output)) == 75


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from spacy_sarcasm.scoring.bulk import journal
from spacy_sarcasm.scoring.bulk.score_files import score_files

journal.CHECKPOINT_SECONDS = 0.01

def score(output, n_process, **more):
    score_files(
        [given], output, batch_size=20, n_process=n_process, **more
    )

def in_child(output, **more):
    pid = os.fork()
    if pid == 0:
        score(output, **more)
        os._exit(0)
    return pid

if __name__ == "__main__":
    given, output, n_process = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    whole = output.with_name("whole-" + output.name)
    began = time.monotonic()
    _, status = os.waitpid(in_child(whole, n_process=1), 0)
    assert status == 0
    took = time.monotonic() - began
    random.seed(int(sys.argv[4]))
    kills = runs = 0
    while kills < 20:
        pid = in_child(output, n_process=n_process, resume=True)
        deadline = time.monotonic() + random.uniform(0, took / 3)
        while time.monotonic() < deadline:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            time.sleep(0.001)
        else:
            os.kill(pid, signal.SIGKILL)
            done, status = os.waitpid(pid, 0)
            kills += 1
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            assert output.read_bytes() == whole.read_bytes()
            output.unlink()
            runs += 1
    score(output, n_process, resume=True)
    assert output.read_bytes() == whole.read_bytes()
    assert not Path(f"{output}.partial").exists()
    print(kills, runs)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n_process"), [("out.jsonl", 1), ("out.parquet", 1), ("out.csv.gz", 2)]
)
def test_kill_at_twenty_random_moments(
    tmp_path: Path, run_script: Callable[..., str], name: str, n_process: int
) -> None:
    pytest.importorskip("pyarrow")
    texts = make_texts(2500)
    given = write_jsonl(tmp_path / "in.jsonl", [{"text": t, "i": i} for i, t in enumerate(texts)])
    out = run_script(KILLED, str(given), str(tmp_path / name), str(n_process), "0", timeout=900)
    assert out.split()[0] == "20"
    if name.endswith("jsonl"):
        rows = read_jsonl(tmp_path / name)
        assert [(row["i"], row["text"]) for row in rows] == list(enumerate(texts))


def test_checkpoints_are_told_truly(tmp_path: Path, run: Callable) -> None:
    # Every line of the journal tells how many rows lie before its size.
    saved = []
    original = PartialOutput.save

    def save(work):
        original(work)
        content = (work.folder / "rows").read_bytes()[: work.checkpoint.size]
        saved.append((content.count(b"\n"), work.checkpoint.counts.rows))
        lines = (work.folder / "journal").read_text().splitlines()
        assert json.loads(lines[-1])["size"] == len(content)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(PartialOutput, "save", save)
        patched.setattr(journal, "CHECKPOINT_SECONDS", 0.0)
        run(tmp_path / "out.jsonl")
    assert saved[-1] == (75, 75)
    assert len(saved) > 8
    assert all(lines == rows for lines, rows in saved)
