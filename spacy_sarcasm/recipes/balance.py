"""Rows drawn in bounded shares, with both classes of a kind alike in length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from random import Random

from .recipe import DrawSettings, SourceSettings
from .sourced_texts import SourcedText
from .style import vary_style

# Lengths from here on are taken together in steps of five words.
_LONG = 25


def draw_texts(
    texts: Iterable[SourcedText],
    sources: Mapping[str, SourceSettings],
    settings: DrawSettings,
    random: Random,
    leave_out: Collection[str] = (),
) -> list[SourcedText]:
    """Return a bounded random share of the training texts of each source and class.

    Args:
        sources: How much of each source is used.
        settings: How much is drawn in all.

    Returns:
        The texts, those without a label last.
    """
    groups: dict[tuple[str, float], list[SourcedText]] = defaultdict(list)
    unlabelled: dict[str, list[SourcedText]] = defaultdict(list)
    for text in texts:
        if text.split != "train" or text.source in leave_out:
            continue
        if text.label is None:
            unlabelled[text.source].append(text)
        else:
            groups[text.source, text.label].append(text)
    drawn = []
    for (source, _), group in sorted(groups.items()):
        if sources[source].repeat:
            drawn += group * settings.repeats
        else:
            drawn += random.sample(
                group, min(int(sources[source].rows * settings.scale), len(group))
            )
    kept = {name for name, source in sources.items() if source.keep_all}
    repeated = {name for name, source in sources.items() if source.repeat}
    drawn = match_lengths(drawn, settings.length_slack, random, kept, repeated)
    if settings.unlabelled:
        for source, group in sorted(unlabelled.items()):
            drawn += random.sample(group, min(sources[source].rows, len(group)))
    return drawn


def match_lengths(
    texts: Iterable[SourcedText],
    slack: float,
    random: Random,
    keep_first: Collection[str] = (),
    untouched: Collection[str] = (),
) -> list[SourcedText]:
    """Drop texts so that length tells nothing about the class of a text of its kind.

    At each number of words, a class may outnumber the other by ``slack`` times their ratio in the
    whole kind.

    Args:
        texts: Texts with labels.
        slack: The tolerance, 1 or more.
        random: What decides which texts are dropped.
        keep_first: Sources whose serious texts are dropped last.
    """
    kept: list[SourcedText] = []
    kinds: dict[str, dict[int, tuple[list[SourcedText], list[SourcedText]]]] = {}
    for text in texts:
        if text.source in untouched:
            kept.append(text)
            continue
        lengths = kinds.setdefault(text.kind, {})
        classes = lengths.setdefault(_length_group(text.text), ([], []))
        classes[int((text.label or 0.0) >= 0.5)].append(text)
    for lengths in kinds.values():
        n_serious = sum(len(serious) for serious, _ in lengths.values())
        n_sarcastic = sum(len(sarcastic) for _, sarcastic in lengths.values())
        ratio = n_sarcastic / max(1, n_serious)
        for _, (serious, sarcastic) in sorted(lengths.items()):
            most_sarcastic = int(len(serious) * ratio * slack) + 1
            most_serious = int(len(sarcastic) / max(ratio, 0.01) * slack) + 1
            random.shuffle(serious)
            random.shuffle(sarcastic)
            serious.sort(key=lambda text: text.source not in keep_first)
            kept += serious[:most_serious] + sarcastic[:most_sarcastic]
    return kept


def style_texts(texts: Iterable[SourcedText], share: float, random: Random) -> list[SourcedText]:
    """Return texts in random order, a share of them in a random style.

    Args:
        share: The share that gets a style, 0..1.
    """
    styled = [
        replace(text, text=vary_style(text.text, random, text.kind))
        if random.random() < share
        else text
        for text in texts
    ]
    random.shuffle(styled)
    return styled


def balance_kinds(texts: Iterable[SourcedText], most: int) -> list[SourcedText]:
    """Return texts with as many of each kind and class as there are, within a maximum.

    The registers of the everyday texts are one kind. Sources share a kind's rows equally.

    Args:
        texts: Texts, those without a label are left out.
        most: Maximum number of texts of a kind and class.
    """
    groups: dict[tuple[str, float | None], dict[str, list[SourcedText]]] = defaultdict(dict)
    for text in texts:
        if has_gold(text):
            kind = text.kind.partition("/")[0]
            groups[kind, text.label].setdefault(text.source, []).append(text)
    kinds = sorted({kind for kind, _ in groups})
    chosen = []
    for kind in kinds:
        per_class = min(
            most, *(sum(map(len, groups[kind, label].values())) for label in (0.0, 1.0))
        )
        for label in (0.0, 1.0):
            chosen += _take_in_turn(groups[kind, label], per_class)
    return chosen


def _take_in_turn(sources: Mapping[str, list[SourcedText]], most: int) -> list[SourcedText]:
    shuffled = {
        name: sorted(texts, key=lambda text: text.text[::-1])
        for name, texts in sorted(sources.items())
    }
    taken: list[SourcedText] = []
    at = 0
    while len(taken) < most and any(len(texts) > at for texts in shuffled.values()):
        taken += [texts[at] for texts in shuffled.values() if len(texts) > at][: most - len(taken)]
        at += 1
    return taken


def has_gold(text: SourcedText) -> bool:
    """Say whether a text has a label."""
    return text.label is not None


def _length_group(text: str) -> int:
    words = len(text.split())
    return words if words < _LONG else _LONG + (words - _LONG) // 5
