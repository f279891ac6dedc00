"""Makes the sample beside it: made-up headlines, and word vectors drawn from them.

``python make_sample.py`` writes ``headlines.json``, in the format of the News Headlines Dataset,
and ``sample.25d.txt``, in the format of GloVe. Every headline is filled in from the patterns below,
which were written for this project. The sample shows that the project's commands work; what is
learnt from it says nothing about sarcasm.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
PER_CLASS = 120
DIM = 25

SATIRICAL = (
    "area {person} {boast}",
    "{person} {boast} despite all evidence",
    "study: {share} of {people} just {fake}",
    "report: {person} still {fake}",
    "{people} announce they are done with {chore}",
    "nation's {people} {fake} for another year",
    "{person} heroically {survives} {chore}",
    "god admits {thing} was a mistake",
    "{thing} politely asks {person} to stop",
    "experts confirm {thing} is none of their business",
)
SERIOUS = (
    "{body} {decides} {bill}",
    "{body} {decides} {bill} after long debate",
    "{place} {reports} {figure}",
    "{place} prepares for {event}",
    "how {people} can save on {chore}",
    "{number} ways to make {chore} easier",
    "what {event} means for {people}",
    "{event} leaves {place} without power",
    "{place} residents return after {event}",
    "why {people} worry about {bill}",
)
WORDS = {
    "person": "man, local dad, woman, intern, neighbor, mayor, uncle, office manager, dentist",
    "boast": "confident he could do better, certain it was someone else, wins argument in shower, "
    "declares victory over printer, not about to read instructions, already an expert",
    "share": "90 percent, most, all, nearly half, exactly one third",
    "people": "dogs, parents, teachers, nurses, farmers, students, commuters, cats, drivers",
    "fake": "nodding along, pretending to listen, hoping nobody asks, making it up, about to leave",
    "chore": "meetings, laundry, small talk, groceries, taxes, breakfast, housework, email",
    "survives": "survives, endures, gets through, outlives",
    "thing": "monday, the stapler, the moon, a cloud, the toaster, gravity, the group chat",
    "body": "senate, city council, court, committee, parliament, school board, governor",
    "decides": "delays vote on, approves, rejects, reviews, signs, debates",
    "bill": "housing bill, budget plan, water rules, transit tax, health law, farm bill, new fees",
    "place": "northern county, coastal town, capital, island, valley, river district",
    "reports": "reports, sees, records, expects",
    "figure": "fewer cases of flu, rise in rents, record rainfall, slower growth, lower prices",
    "event": "winter storm, local election, rail strike, flood, heat wave, recount",
    "number": "5, 7, 9, 10, 12",
}


def make_headlines(patterns: tuple[str, ...], draw: random.Random) -> list[str]:
    """Different headlines, each of a pattern drawn by chance."""
    choices = {kind: words.split(", ") for kind, words in WORDS.items()}
    made: dict[str, None] = {}
    while len(made) < PER_CLASS:
        pattern = draw.choice(patterns)
        made[re.sub(r"{(\w+)}", lambda slot: draw.choice(choices[slot[1]]), pattern)] = None
    return list(made)


def make_vectors(texts: list[str]) -> dict[str, np.ndarray]:
    """A vector a word, the most frequent first: the left singular vectors of co-occurrence."""
    tokens = [re.findall(r"\w+|[^\w\s]", text) for text in texts]
    words = [word for word, _ in Counter(word for text in tokens for word in text).most_common()]
    rows = {word: row for row, word in enumerate(words)}
    together = np.zeros((len(words), len(words)))
    for text in tokens:
        for one, other in combinations(text, 2):
            together[rows[one], rows[other]] += 1
            together[rows[other], rows[one]] += 1
    left, strengths, _ = np.linalg.svd(np.log1p(together))
    vectors = left[:, :DIM] * np.sqrt(strengths[:DIM])
    return dict(zip(words, vectors, strict=True))


def main() -> None:
    """Write the two files."""
    draw = random.Random(0)  # noqa: S311 (not for secrets)
    rows = [(text, 1) for text in make_headlines(SATIRICAL, draw)]
    rows += [(text, 0) for text in make_headlines(SERIOUS, draw)]
    draw.shuffle(rows)
    with (FOLDER / "headlines.json").open("w", encoding="utf-8") as file:
        for text, label in rows:
            row = {"article_link": "", "headline": text, "is_sarcastic": label}
            file.write(f"{json.dumps(row)}\n")
    with (FOLDER / "sample.25d.txt").open("w", encoding="utf-8") as file:
        for word, vector in make_vectors([text for text, _ in rows]).items():
            file.write(f"{word} {' '.join(f'{number:.4f}' for number in vector)}\n")


if __name__ == "__main__":
    main()
