"""Memory does not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MEASURED = """
import resource, sys
from pathlib import Path
import spacy
from spacy_sarcasm.scoring.bulk.score_files import score_files

def write(path, start, count):
    # New words in every row.
    texts = [f"area man{i} wins award{i} {'again ' * 20}" for i in range(start, start + count)]
    if path.suffix == ".parquet":
        import pyarrow as pa, pyarrow.parquet as pq
        pq.write_table(pa.table({"text": texts}), path, row_group_size=5000)
    else:
        with path.open("w") as file:
            file.writelines('{"text": "%s"}\\n' % text for text in texts)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

if __name__ == "__main__":
    folder, suffix = Path(sys.argv[1]), sys.argv[2]
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    peaks = []
    for start, count in ((0, 10_000), (10_000, 60_000)):
        given = folder / f"in{start}{suffix}"
        write(given, start, count)
        # The peak of the writing is not to hide that of the scoring.
        score_files([given], folder / f"out{start}{suffix}", model=nlp)
        peaks.append(peak())
    print(peaks[1] - peaks[0])
"""


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_six_times_the_rows_take_no_more_memory(
    tmp_path: Path, run_script: Callable[..., str], suffix: str
) -> None:
    pytest.importorskip("resource")
    pytest.importorskip("pyarrow")
    # The content of the rows alone would be over 60 MB, as Python's strings and as Docs far more.
    assert float(run_script(MEASURED, str(tmp_path), suffix, timeout=900)) < 45
