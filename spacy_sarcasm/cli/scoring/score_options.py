"""What options of ``spacy-sarcasm score`` may be."""

from __future__ import annotations

from enum import StrEnum


class OutputFormat(StrEnum):
    """The formats that are printed."""

    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"


class Unit(StrEnum):
    """What has a score: a whole text, or each of its sentences."""

    TEXT = "text"
    SENTENCE = "sentence"


class Missing(StrEnum):
    """The score of rows without a text or without a known word."""

    NULL = "null"
    ZERO = "zero"


class OnError(StrEnum):
    """What becomes of a row that cannot be scored."""

    KEEP = "keep"
    STOP = "stop"


class SortOrder(StrEnum):
    """The order in which rows are printed."""

    ROW = "row"
    SCORE = "score"
    SCORE_ASCENDING = "score-ascending"
