"""Headlines of several publishers: one normalisation, one split, and publishers left out.

The file has one JSON object a line, maybe compressed by gzip, with ``text``, ``label`` (1 for
satire, 0 for serious news) and ``source``, the publisher. The headlines data set (see `headlines`)
joins it as the publishers ``onion`` and ``huffpost``, so that a publisher who is left out is left
out of both.
"""

from __future__ import annotations

import gzip
import html
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpus.headlines import Split, read_headlines, split_of

# The publishers of the headlines data set, by label.
HEADLINE_SOURCES = {1.0: "onion", 0.0: "huffpost"}

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys('“”„‟″"', "'"),
        **dict.fromkeys("–—―", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None),
        "…": "...",
    }
)

# Names of sections and formats, not words of a headline. "report", "study" and "poll" are: satire
# and news both open sentences with them.
_SECTION = re.compile(
    r"^(?:(?:morning )?news brief|opinion|week in politics|photos?|read|watch(?: live)?|videos?"
    r"|listen|pictures|what happened today|fact check|barbershop|transcript|coronavirus updates?"
    r"|coronavirus (?:faqs?|us live)|troll watch|politics chat|reporter's notebook|us briefing"
    r"|global report|first thing|the resistance now|tracking trump|weatherwatch|exclusive|revealed"
    r"|breaking|review|quiz|tour tips|deal alert|editorial cartoon|oscar guide|strongside/weakside"
    r"|huffpollster|huffpost rise|women in business(?: q&a)?|historical archives?|icymi"
    r"|\w+'s morning email|daily meditation|onion fact checks|ranked): "
)
_FORMAT = re.compile(
    r" - (?:video(?: \w+)?|as it happened|in pictures|a life in pictures|cartoon|reports?|study"
    r"|(?:a )?photo essay|audio|(?:\w+ )?live(?: updates)?|(?:[\w ]+ )?podcast|archive video"
    r"|review)$"
    r"| [(\[](?:video|audio|photos?|update[d]?|nsfw|reaction video)[)\]]$"
    r"| ?\|[^|]*$"
)


@dataclass(frozen=True)
class SourcedHeadline:
    """A headline, its gold and who published it.

    Attributes:
        text: The headline, normalised by `normalize_headline`.
        label: 1.0 for satire, 0.0 for serious news; between them where a teacher says so.
        source: The publisher.
        split: The split it belongs to.
        in_headlines: Whether it is of the headlines data set.
    """

    text: str
    label: float
    source: str
    split: Split
    in_headlines: bool = False


def normalize_headline(text: str) -> str:
    """Return a headline without what tells its publisher's typesetting.

    HTML entities are resolved; curly, double and single quotes become ``'`` and dashes ``-``; zero
    width characters go; white space is collapsed; names of sections and formats ("WATCH:",
    "- video", "| Books") are cut off, and so is a full stop at the end; the text is lower-cased.

    Args:
        text: The headline as published.
    """
    text = html.unescape(html.unescape(text)).translate(_CHARACTERS)
    text = " ".join(text.lower().split())
    text = _FORMAT.sub("", _SECTION.sub("", text))
    # Not a full stop that belongs to an abbreviation ("u.s.") or to dots.
    return re.sub(r"(?<=\w\w)\.$", "", text).strip()


def headline_key(text: str) -> str:
    """Return what two copies of a headline share: its letters and digits, in lower case.

    Args:
        text: The headline, normalised or not.
    """
    return "".join(filter(str.isalnum, normalize_headline(text)))


def read_publishers(
    headlines: Path, publishers: Iterable[Path] = (), leave_out: Collection[str] = ()
) -> list[SourcedHeadline]:
    """Read the headlines data set and files of other publishers as one corpus.

    The headlines data set keeps its frozen split. The other files are split by the same rule on the
    normalised text, and their rows that copy a headline of any split of the data set, or an earlier
    row, are dropped: no test headline comes back as a training one.

    Args:
        headlines: The headlines data set.
        publishers: Files of other publishers.
        leave_out: Publishers whose rows are dropped, wherever they are.

    Returns:
        The headlines, those of the data set first, in the files' order.

    Raises:
        OSError: A file cannot be read.
        ValueError: A line is not what it should be, the message naming file and line; or a
            publisher that is to be left out is in no file.
    """
    found: set[str] = set()
    seen: set[str] = set()
    rows = []
    for headline in read_headlines(headlines):
        text = normalize_headline(headline.text)
        source = HEADLINE_SOURCES[headline.label]
        split = split_of(headline.text)
        rows.append(SourcedHeadline(text, headline.label, source, split, in_headlines=True))
        seen.add(headline_key(text))
        found.add(source)
    for path in publishers:
        for raw, label, source in _parse(path):
            text = normalize_headline(raw)
            key = headline_key(text)
            found.add(source)
            if key and key not in seen:
                seen.add(key)
                rows.append(SourcedHeadline(text, label, source, split_of(text)))
    if unknown := sorted(set(leave_out) - found):
        raise ValueError(
            f"cannot leave out {', '.join(unknown)}: the files are of {', '.join(sorted(found))}"
        )
    return [row for row in rows if row.source not in leave_out]


def _parse(path: Path) -> Iterator[tuple[str, float, str]]:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield _row(json.loads(line))
            except ValueError as error:
                raise ValueError(
                    f"'{path}', line {number}: {error}. Expected a JSON object with 'text', a "
                    "text, 'label', 0 or 1, and 'source', the publisher's name"
                ) from error


def _row(row: Any) -> tuple[str, float, str]:
    if not isinstance(row, dict):
        raise ValueError(f"{row!r} is no JSON object")
    text, label, source = row.get("text"), row.get("label"), row.get("source")
    if not isinstance(text, str):
        raise ValueError(f"'text' is {text!r}")
    if label not in (0, 1):
        raise ValueError(f"'label' is {label!r}")
    if not isinstance(source, str) or not source:
        raise ValueError(f"'source' is {source!r}")
    return text, float(label), source
