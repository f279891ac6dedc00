"""What the language model of headlines is good for.

Set SPACY_SARCASM_DATA, then run one of:

    python tests/benchmarks/generator.py corpus FOLDER [--leave-out FOLD]
    python tests/benchmarks/generator.py distill MODEL --teacher TEACHER --leave-out FOLD
    python tests/benchmarks/generator.py domain MODEL

``corpus`` writes train.jsonl and dev.jsonl for ``spacy-sarcasm generate train``: the headlines of
the bundled weights' recipe but clickbait, all satire of the training splits and serious headlines
to make up 150,000, of which --rows are kept. With --leave-out, a fold's sources are left out.

``distill`` measures generated headlines as further rows for a student, all labelled by a teacher
that has not seen a fold's sources; MODEL must not have seen them either. The student is logistic
regression on TF-IDF of words and pairs of words, with soft labels; half of its real rows are
satire. Scored are the left-out sources as in leave_out.py.

``domain`` measures the model's cross-entropy: how well it tells other kinds of text from held-out
headlines, beside the share of words it does not know, and whether the bundled weights are less
reliable where it is high.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from random import Random
from statistics import mean
from typing import TYPE_CHECKING

from leave_out import auc, choose
from leave_out import measure as measure_left_out
from measuring import limit_threads, print_table
from recipe import read_bundled_corpus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spacy_sarcasm.generation.headline_generator import HeadlineGenerator
    from spacy_sarcasm.recipes.sourced_texts import SourcedText

POOL, HELD_OUT = 150_000, 6000
CLICKBAIT = "clickbait"
SEEDS = range(3)
BINS = 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("task", choices=["corpus", "distill", "domain"])
    parser.add_argument("path", type=Path, help="the folder to write to, or the language model")
    parser.add_argument("--rows", type=int, help="rows of the corpus, of the student, or per kind")
    parser.add_argument("--teacher", help="a Hugging Face sequence classifier, for distill")
    parser.add_argument("--leave-out", metavar="FOLD", help="the fold that it has not seen")
    args = parser.parse_args()
    limit_threads(1)
    if args.task == "corpus":
        write_corpus(args.path, args.rows or 125_000, [args.leave_out] if args.leave_out else [])
    elif args.task == "distill":
        if not args.teacher or not args.leave_out:
            parser.error("distill needs --teacher and --leave-out")
        distill(args.path, args.teacher, args.leave_out, args.rows or 4000)
    else:
        measure_domain(args.path, args.rows or 600)


def write_corpus(folder: Path, n_rows: int, leave_out: list[str]) -> None:
    """Write the headlines that the language model is trained and measured on."""
    found: dict[str, list[SourcedText]] = defaultdict(list)
    recipe, texts = read_bundled_corpus()
    left_out = recipe.members(leave_out)
    for text in texts:
        is_headline = text.kind == "headline" and not text.source.startswith(CLICKBAIT)
        if is_headline and text.source not in left_out and text.label is not None:
            found[text.split].append(text)
    random = Random(0)
    satire = [text for text in found["train"] if text.label]
    serious = [text for text in found["train"] if not text.label]
    train = satire + random.sample(serious, min(len(serious), POOL - len(satire)))
    random.shuffle(train)
    random.shuffle(found["dev"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", train[:n_rows]), ("dev", found["dev"][:HELD_OUT])):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for one in rows:
                row = {"text": one.text, "label": int(one.label or 0), "source": one.source}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        print(f"{folder / name}.jsonl: {len(rows)} headlines")


def distill(path: Path, teacher_name: str, fold: str, n_rows: int) -> None:
    """Compare students with and without generated headlines, on sources left out."""
    import numpy as np

    from spacy_sarcasm.generation.headline_generator import HeadlineGenerator
    from spacy_sarcasm.teacher.teachers import load_teacher

    recipe, texts = read_bundled_corpus()
    left_out = recipe.members([fold])
    is_real = [text for text in texts if text.source not in left_out and text.split == "train"]
    real = [
        [text.text for text in is_real if text.kind == "headline" and text.label == label]
        for label in (0.0, 1.0)
    ]
    scored = [text for text in choose(texts, left_out, 700) if text.kind == "headline"]
    generator = HeadlineGenerator.load(path)
    teacher = load_teacher(teacher_name, bfloat16=True)
    made = [
        text
        for satire in (False, True)
        for text in generator.write(
            count=n_rows // 2, satire=satire, temperature=1.0, top_p=1.0
        ).headlines
    ]
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    # Satire and news in turn, so that the first half is balanced as well.
    drawn = [
        [
            text
            for pair in zip(*(Random(seed).sample(one, n_rows) for one in real), strict=True)
            for text in pair
        ]
        for seed in SEEDS
    ]
    everything = sorted({*made, *(text for texts in drawn for text in texts)})
    labels = dict(zip(everything, teacher.score(everything), strict=True))
    shares = np.array([labels[text] for text in made])
    print(f"{len(made)} generated headlines, mean label {shares.mean():.2f}; asked for news")
    half = n_rows // 2
    print(f"{shares[:half].mean():.2f}, asked for satire {shares[half:].mean():.2f}")
    for texts_of_seed in drawn:
        first = texts_of_seed[:n_rows]
        for name, chosen in (
            (f"{n_rows} real", first),
            (f"{n_rows} real, {len(made)} generated", first + made),
            (f"{len(made)} generated alone", made),
            (f"{2 * n_rows} real", texts_of_seed),
        ):
            scores = student(chosen, [labels[text] for text in chosen], scored)
            rows[name].append(measure_left_out(scored, scores, 0.5))
    names = [name for name in rows[f"{n_rows} real"][0] if not name.startswith("false")]
    table = [
        (name, *(f"{mean(one[name] for one in found):.3f}" for found in rows.values()))
        for name in names
    ]
    print_table([f"AUC, mean of {len(SEEDS)} draws", *rows], table)


def student(
    texts: list[str], labels: list[float], scored: list[SourcedText]
) -> NDArray[np.float64]:
    """Return the scores of a student that learned from soft labels."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=3.0, max_iter=500),
    )
    weights = np.array([*labels, *(1 - label for label in labels)])
    gold = np.repeat([1, 0], len(texts))
    model.fit([*texts, *texts], gold, logisticregression__sample_weight=weights)
    found: NDArray[np.float64] = model.predict_proba([text.text for text in scored])[:, 1]
    return found


def measure_domain(path: Path, n_rows: int) -> None:
    """Print what the cross-entropy tells of texts of other kinds, and of scores."""
    import numpy as np
    import spacy

    from spacy_sarcasm import score_texts
    from spacy_sarcasm.generation.headline_generator import HeadlineGenerator

    generator = HeadlineGenerator.load(path)
    groups = draw_kinds(n_rows)
    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    found = {}
    for name, texts in groups.items():
        entropy = generator.cross_entropy([text.text for text in texts])
        unknown = unknown_shares(generator, [text.text for text in texts])
        scores = np.array(
            [np.nan if one is None else one for one in score_texts(nlp, [t.text for t in texts])],
            float,
        )
        gold = np.array([np.nan if text.label is None else text.label for text in texts])
        found[name] = entropy, unknown, scores, gold
    base = found["headlines"]
    table = []
    for name, (entropy, unknown, _, _) in found.items():
        row = [name, len(entropy), f"{np.mean(entropy):.2f}"]
        if name != "headlines":
            row += [f"{auc(entropy, base[0]):.3f}", f"{auc(unknown, base[1]):.3f}"]
        table.append([*row, "", ""][:5])
    print_table(["kind", "texts", "nats per word", "AUC", "AUC, unknown words"], table)
    print_reliability(found)
    print_as_classifier(generator, [text.text for text in groups["headlines"]], base[2], base[3])


def print_as_classifier(
    generator: HeadlineGenerator,
    texts: list[str],
    scores: NDArray[np.float64],
    gold: NDArray[np.float64],
) -> None:
    """Print how well the model tells satire: by how much better it predicts a text as satire."""
    import numpy as np

    news, satire = (generator.cross_entropy(texts, satire=satire) for satire in (False, True))
    ratio = (news - satire) * np.array([len(text.split()) for text in texts])
    logits = np.log(scores) - np.log1p(-scores)
    both = ratio / ratio.std() + logits / logits.std()
    for name, values in (("language model", ratio), ("bundled weights", scores), ("both", both)):
        print(f"held-out headlines, AUC, {name}: {auc(values[gold == 1], values[gold == 0]):.3f}")


def print_reliability(found: dict[str, tuple[NDArray[np.float64], ...]]) -> None:
    """Print the AUC and the accuracy of scores by quarters of the cross-entropy."""
    import numpy as np

    labelled = {
        name: [one[np.isfinite(gold) & np.isfinite(scores)] for one in (entropy, scores, gold)]
        for name, (entropy, _, scores, gold) in found.items()
        if np.isfinite(gold).any() and 0 < np.nanmean(gold) < 1
    }
    labelled["all together"] = [
        np.concatenate(parts) for parts in zip(*labelled.values(), strict=True)
    ]
    table = []
    for name, (entropy, scores, gold) in labelled.items():
        edges = np.quantile(entropy, np.linspace(0, 1, BINS + 1)[1:-1])
        quarter = np.searchsorted(edges, entropy)
        cells = []
        for number in range(BINS):
            inside = quarter == number
            is_right = (scores[inside] >= 0.5) == (gold[inside] >= 0.5)
            split = [scores[inside & (gold == label)] for label in (1, 0)]
            ranked = f"{auc(*split):.3f}" if all(map(len, split)) else "-"
            cells.append(f"{ranked}, {is_right.mean():.3f}")
        table.append([name, *cells])
    header = [f"quarter {number + 1}" for number in range(BINS)]
    print_table(["AUC, accuracy of the bundled weights by cross-entropy", *header], table)


def draw_kinds(n_rows: int) -> dict[str, list[SourcedText]]:
    """Return texts that neither the language model nor the bundled weights learned from."""
    groups: dict[str, list[SourcedText]] = defaultdict(list)
    for text in read_bundled_corpus()[1]:
        if text.split == "train" and text.label is not None:
            continue
        if text.kind == "headline":
            name = "headlines"
            if text.source.startswith(CLICKBAIT):
                name = "clickbait and its counterpart"
        elif text.kind.startswith("everyday/"):
            name = "everyday"
        else:
            name = f"{text.kind}, unlabelled" if text.label is None else f"{text.kind}, labelled"
        if text.label is None or text.split == "dev":
            groups[name].append(text)
    random = Random(0)
    return {
        name: random.sample(texts, min(len(texts), n_rows))
        for name, texts in sorted(groups.items(), key=lambda item: (item[0] != "headlines", item))
    }


def unknown_shares(generator: HeadlineGenerator, texts: list[str]) -> NDArray[np.float64]:
    """Return the share of the words of each text that the language model does not know."""
    import numpy as np

    from spacy_sarcasm.generation.encoding import encode, make_tokenizer
    from spacy_sarcasm.network.vocabulary import UNKNOWN_ROW

    rows = encode(make_tokenizer(), generator.model.vocabulary, texts)
    owner = np.repeat(np.arange(len(texts)), rows.lengths)
    known = np.bincount(owner, rows.rows == UNKNOWN_ROW, minlength=len(texts))
    return known / np.maximum(rows.lengths, 1)


if __name__ == "__main__":
    main()
