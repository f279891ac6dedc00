"""Scores on Spark, on a local master with two workers at a time; Ray Data and Dask beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language

pytestmark = pytest.mark.slow

ROWS = 200_000
AGREEMENT = 1e-5
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "spark.md"
TEXTS = ["area man wins", None, "", "rain in the north", "\u2028odd \U0001f643", "oh great"]

# A pipeline package that notes which processes load it.
COUNTED = """
import os
from pathlib import Path
from spacy_sarcasm.pipeline.loading import load_scoring_pipeline

def load(**overrides):
    with (Path(__file__).parent / "loads.txt").open("a") as loads:
        loads.write(f"{os.getpid()}\\n")
    return load_scoring_pipeline()
"""
# Rows of one to twelve words and their number; a null and an empty text in every thousand.
SYNTHETIC = """
    SELECT id, CASE WHEN id % 1000 = 7 THEN NULL WHEN id % 1000 = 8 THEN '' ELSE concat_ws(' ',
        transform(sequence(0, cast(id % 12 AS int)), i -> element_at(
            array('area', 'man', 'wins', 'great', ',', 'meeting', 'council', 'rain', 'reports'),
            cast(pmod(hash(id, i), 9) AS int) + 1)), id) END AS text
    FROM range(0, {rows}, 1, 4)
"""


def java_version() -> int:
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with one pipeline package in it, `counted_sarcasm`."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "counted_sarcasm").mkdir()
    (folder / "counted_sarcasm" / "__init__.py").write_text(COUNTED)
    (folder / "counted_sarcasm-1.0.dist-info").mkdir()
    (folder / "counted_sarcasm-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: counted_sarcasm\nVersion: 1.0\n"
    )
    return folder


@pytest.fixture(scope="module")
def spark(packages: Path):
    """A Spark session with two workers at a time."""
    pytest.importorskip("pyspark", reason="pyspark is not installed: spacy-sarcasm[spark]")
    if (version := java_version()) < 17:
        found = f"Java {version} is too old" if version else "there is no java"
        pytest.skip(f"{found}: Spark takes Java 17 or later, as in openjdk-17-jre-headless")
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYSPARK_DRIVER_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(packages), prepend=os.pathsep)
        patch.syspath_prepend(packages)
        session = (
            SparkSession.builder.master("local[2]")
            .appName("spacy-sarcasm tests")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("ERROR")
        yield session
        session.stop()


def scores_of(nlp: Language, texts: list[str | None]) -> np.ndarray:
    """The scores of a local pipeline, NaN for texts without a known word."""
    return as_array([doc._.sarcasm for doc in nlp.pipe(text or "" for text in texts)])


def as_array(scores: list[float | None]) -> np.ndarray:
    return np.array([np.nan if score is None else score for score in scores])


def test_many_rows_on_two_workers(spark, packages: Path, bundled: Language) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    source = spark.sql(SYNTHETIC.format(rows=ROWS))
    start = time.perf_counter()
    scored = score_dataframe(source, model="counted_sarcasm").toArrow()
    seconds = time.perf_counter() - start
    print(f"Spark local[2]: {ROWS:,} rows, {ROWS / seconds:,.0f} rows/s with start-up")

    texts = source.select("text").toArrow()["text"].to_pylist()
    assert scored["id"].to_pylist() == list(range(ROWS))
    assert scored["text"].to_pylist() == texts
    expected = scores_of(bundled, texts)
    # The nulls and the empty texts.
    assert np.isnan(expected).sum() == 2 * ROWS / 1000
    np.testing.assert_allclose(
        as_array(scored["sarcasm"].to_pylist()), expected, rtol=0, atol=AGREEMENT
    )

    # The driver loads the pipeline to check it; of the workers, each that ran loaded it once.
    loads = (packages / "counted_sarcasm" / "loads.txt").read_text().split()
    assert len(set(loads)) == len(loads)
    assert str(os.getpid()) in loads
    assert len(loads) >= 3


def test_by_sentence(spark, bundled: Language) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    texts = ["Oh great. The council met.", None, "", "One."]
    source = spark.createDataFrame(list(enumerate(texts)), "`a.b` int, text string")
    scored = score_dataframe(source, output_column="score", by="sentence")
    names = ["a.b", "text", "sentence_number", "sentence_start", "sentence_end", "score"]
    assert scored.columns == names
    rows = sorted(map(tuple, scored.collect()), key=lambda row: (row[0], row[2] or 0))
    assert [row[:5] for row in rows] == [
        (0, "Oh great.", 1, 0, 9),
        (0, "The council met.", 2, 10, 26),
        (1, None, None, None, None),
        (2, "", None, None, None),
        (3, "One.", 1, 0, 4),
    ]
    expected = scores_of(bundled, [row[1] for row in rows])
    found = as_array([row[5] for row in rows])
    np.testing.assert_allclose(found, expected, rtol=0, atol=AGREEMENT)
    taken = source.withColumnRenamed("a.b", "sentence_end")
    with pytest.raises(ValueError, match="a column 'sentence_end' already"):
        score_dataframe(taken, by="sentence")


def test_workers_that_are_used_again_keep_the_pipeline(spark, packages: Path) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    loads = packages / "counted_sarcasm" / "loads.txt"
    for _ in range(3):
        source = spark.sql(SYNTHETIC.format(rows=100))
        assert score_dataframe(source, model="counted_sarcasm").count() == 100
    pids = loads.read_text().split()
    assert len(set(pids)) == len(pids)


def test_the_schema_is_kept(spark) -> None:
    from pyspark.sql import functions
    from pyspark.sql.types import DoubleType, StructField

    from spacy_sarcasm.scoring.spark import score_dataframe

    source = spark.sql(
        """
        SELECT id, cast(id AS decimal(20, 3)) / 7 AS number, date'2020-02-29' AS day,
            timestamp'2020-02-29 12:00:00' AS moment, timestamp_ntz'1900-01-01 00:00:00' AS local,
            array(named_struct('a', id, 'b', array('x', null))) AS nested, map('k', id) AS pairs,
            X'FF0041' AS bytes, cast(id AS tinyint) AS tiny, cast('NaN' AS float) AS nothing,
            interval '1' day AS length, null AS void, 'one' AS twin, 2 AS twin,
            CASE WHEN id = 3 THEN NULL ELSE 'area man' END AS `the headline.text`
        FROM range(0, 6, 1, 2)
        """
    )
    source = source.withColumn("id", functions.col("id").alias("id", metadata={"from": "us"}))
    scored = score_dataframe(source, text_column="the headline.text", output_column="score")
    assert scored.schema.fields[:-1] == source.schema.fields
    assert scored.schema["id"].metadata == {"from": "us"}
    assert scored.schema.fields[-1] == StructField("score", DoubleType(), nullable=True)
    # As text, because NaN equals nothing.
    assert str(scored.drop("score").collect()) == str(source.collect())


def test_a_saved_pipeline_by_its_path(spark, trained_folder: Path, trained: Language) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    source = spark.createDataFrame([(text,) for text in TEXTS], "text string")
    rows = score_dataframe(source, model=trained_folder).collect()
    assert [row.text for row in rows] == TEXTS
    np.testing.assert_allclose(
        as_array([row.sarcasm for row in rows]), scores_of(trained, TEXTS), rtol=0, atol=AGREEMENT
    )


def test_a_saved_pipeline_shipped_with_the_job(
    spark, trained_folder: Path, trained: Language, tmp_path: Path
) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    shutil.copytree(trained_folder, tmp_path / "shipped_sarcasm")
    spark.sparkContext.addFile(str(tmp_path / "shipped_sarcasm"), recursive=True)
    # Spark's copy alone has that name: neither a package nor a path from here.
    assert not Path("shipped_sarcasm").exists()
    source = spark.createDataFrame([(text,) for text in TEXTS], "text string")
    rows = score_dataframe(source, model="shipped_sarcasm").collect()
    np.testing.assert_allclose(
        as_array([row.sarcasm for row in rows]), scores_of(trained, TEXTS), rtol=0, atol=AGREEMENT
    )


def test_a_pipeline_that_workers_lack_is_named(spark, trained_folder: Path, tmp_path: Path) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    shutil.copytree(trained_folder, tmp_path / "gone")
    source = spark.createDataFrame([("a",)], "text string")
    scored = score_dataframe(source, model=tmp_path / "gone")
    shutil.rmtree(tmp_path / "gone")
    with pytest.raises(Exception, match=r"there is no pipeline '.*gone' on .*addFile"):
        scored.collect()


@pytest.mark.parametrize(
    ("query", "options", "message"),
    [
        ("SELECT 'a' AS body, 1 AS n", {}, r"no column 'text'; the columns are: 'body', 'n'"),
        ("SELECT 1 AS text", {}, r"'text' holds no texts: its type is int\."),
        ("SELECT array('a') AS text", {}, r"'text' holds no texts: its type is array<string>"),
        ("SELECT 'a' AS text, 'b' AS text", {}, "there are 2 columns named 'text'"),
        ("SELECT 'a' AS text, 1 AS sarcasm", {}, "there is a column 'sarcasm' already"),
        ("SELECT 'a' AS text, 1 AS Sarcasm", {}, "there is a column 'Sarcasm' already"),
        ("SELECT 'a' AS text", {"output_column": "text"}, "there is a column 'text' already"),
        ("SELECT 'a' AS text", {"model": "no_such"}, r"'no_such' cannot score: there is no pipe"),
        ("SELECT 'a' AS text", {"model": "BLANK"}, r"cannot score: .* has no sarcasm component"),
        ("SELECT 'a' AS text", {"model": "UNTRAINED"}, r"untrained' cannot score: "),
        ("SELECT 'a' AS text", {"model": "DAMAGED"}, r"damaged' cannot score: "),
    ],
)
def test_what_is_wrong_is_said_before_the_job(
    spark, trained_folder: Path, tmp_path: Path, query: str, options: dict[str, str], message: str
) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    nlp = spacy.blank("en")
    nlp.to_disk(tmp_path / "blank")
    nlp.add_pipe("sarcasm", config={"weights": None})
    nlp.to_disk(tmp_path / "untrained")
    shutil.copytree(trained_folder, tmp_path / "damaged")
    (tmp_path / "damaged" / "sarcasm" / "weights.npz").write_bytes(b"no weights")
    if options.get("model", "").isupper():
        options = {"model": str(tmp_path / options["model"].lower())}
    with pytest.raises(ValueError, match=message):
        score_dataframe(spark.sql(query), **options)


def test_strings_that_are_no_unicode_score_null(spark) -> None:
    from spacy_sarcasm.scoring.spark import score_dataframe

    source = spark.sql("SELECT cast(X'61FF' AS string) AS text UNION ALL SELECT 'area man'")
    scored = score_dataframe(source).selectExpr("hex(text) AS text", "sarcasm")
    rows = {row.text: row.sarcasm for row in scored.collect()}
    assert rows["61FF"] is None
    assert rows[b"area man".hex().upper()] > 0.5


def guide_block(kind: str, containing: str) -> str:
    blocks = re.findall(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (found,) = [block for block in blocks if containing in block]
    return found


def test_the_job_in_the_guide(spark, bundled: Language, tmp_path: Path) -> None:
    import pyarrow.parquet

    (tmp_path / "score_headlines.py").write_text(guide_block("python", "SparkSession"))
    with (tmp_path / "headlines.json").open("w") as lines:
        for i, text in enumerate(TEXTS):
            lines.write(json.dumps({"id": i, "headline": text}) + "\n")
    # The guide's command takes its programs from .venv.
    programs = Path(sys.executable).parent
    command = guide_block("bash", "spark-submit").replace(".venv/bin", str(programs))
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    scored = pyarrow.parquet.read_table(tmp_path / "scored").sort_by("id")
    assert scored["headline"].to_pylist() == TEXTS
    np.testing.assert_allclose(
        as_array(scored["sarcasm"].to_pylist()), scores_of(bundled, TEXTS), rtol=0, atol=AGREEMENT
    )


def test_dask_in_processes_and_in_threads(bundled: Language) -> None:
    pytest.importorskip("dask.dataframe", reason="Dask is not installed: dask[dataframe]")
    import dask.dataframe
    import pandas as pd

    from spacy_sarcasm import score_frame

    texts = TEXTS * 20
    frame = dask.dataframe.from_pandas(pd.DataFrame({"headline": texts}), npartitions=4)
    for scheduler in ("processes", "threads"):
        scored = frame.map_partitions(score_frame, text_column="headline").compute(
            scheduler=scheduler
        )
        assert list(scored.columns) == ["headline", "sarcasm"]
        np.testing.assert_allclose(
            scored["sarcasm"], scores_of(bundled, texts), rtol=0, atol=AGREEMENT
        )


def test_ray_data(bundled: Language) -> None:
    pytest.importorskip("ray.data", reason="Ray is not installed: ray[data]")
    import ray

    from spacy_sarcasm import score_frame

    texts = TEXTS * 20
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        rows = [{"id": i, "headline": text} for i, text in enumerate(texts)]
        dataset = ray.data.from_items(rows, override_num_blocks=4)
        scored = dataset.map_batches(
            score_frame, batch_format="pandas", fn_kwargs={"text_column": "headline"}
        )
        table = scored.to_pandas().sort_values("id")
    finally:
        ray.shutdown()
    assert list(table["headline"]) == texts
    np.testing.assert_allclose(table["sarcasm"], scores_of(bundled, texts), rtol=0, atol=AGREEMENT)
