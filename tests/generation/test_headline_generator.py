"""Writing headlines: seeded, new, and without TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.generation.encoding import join_words
from spacy_sarcasm.generation.headline_generator import HeadlineGenerator
from spacy_sarcasm.generation.model_storage import save_model

from .conftest import MakeModel


def test_a_seed_gives_the_same_headlines(generator: HeadlineGenerator) -> None:
    first = generator.write("scientists", count=5, seed=3).headlines
    assert len(first) == 5
    assert generator.write("scientists", count=5, seed=3).headlines == first
    assert generator.write("scientists", count=5, seed=4).headlines != first
    assert generator.write("scientists", count=9, seed=3).headlines[:5] == first


def test_headlines_differ_and_start_with_the_prompt(generator: HeadlineGenerator) -> None:
    headlines = generator.write("Area  MAN's", count=20).headlines
    assert len(set(headlines)) == 20
    assert all(headline.startswith("area man's ") for headline in headlines)
    assert generator.write(count=3).headlines


def test_news_and_satire_differ(generator: HeadlineGenerator) -> None:
    news, satire = (generator.write("cat", satire=satire).headlines for satire in (False, True))
    assert news != satire


def test_training_headlines_are_never_repeated(make_model: MakeModel) -> None:
    first = HeadlineGenerator(make_model()).write("cat", count=6).headlines
    # Neither case nor punctuation hides a copy.
    known = [headline.upper().replace(",", " ") + "!" for headline in first]
    written = HeadlineGenerator(make_model(known)).write("cat", count=6)
    assert len(written.headlines) == 6
    assert set(written.headlines).isdisjoint(first)
    assert written.known >= 6


def test_what_the_model_cannot_write_is_counted(make_model: MakeModel) -> None:
    # At this temperature every headline is the same.
    written = HeadlineGenerator(make_model()).write("cat", count=5, temperature=0.01)
    assert len(written.headlines) < 5
    assert written.repeated + written.unfinished > 0


def test_unknown_words_stay_in_the_headline_and_are_named(generator: HeadlineGenerator) -> None:
    written = generator.write("the zorgle cat", count=2)
    assert written.unknown == ["the", "zorgle"]
    assert all(headline.startswith("the zorgle cat ") for headline in written.headlines)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"count": 0}, "count is 0: expected 1 or more"),
        ({"temperature": 0.0}, "temperature is 0.0: expected a number above 0"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"top_p": 1.5}, "top_p is 1.5"),
        ({"seed": -1}, "seed is -1"),
        ({"prompt": "cat " * 9}, "the prompt has 9 words: expected fewer than 9"),
    ],
)
def test_bad_arguments_are_named(
    generator: HeadlineGenerator, changed: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        generator.write(**changed)


def test_marks_cling_to_their_words() -> None:
    words = ["'", "nine", "-", "year", "-", "old", "'", "man", "'s", "cat"]
    joins = [[w in ("-", "'s"), w == "-"] for w in words]
    assert join_words(words, joins) == "'nine-year-old' man's cat"


def test_cross_entropy_is_that_of_the_whole_text(generator: HeadlineGenerator) -> None:
    texts = ["scientists find cat", "cat", "", "Man, very old", "scientists find cat"]
    both = generator.cross_entropy(texts)
    alone = np.array([generator.cross_entropy([text])[0] for text in texts])
    np.testing.assert_allclose(both, alone, atol=1e-6)
    assert np.isnan(both[2])
    assert both[0] == both[4]
    # Between that of either kind, since both are taken for equally likely.
    kinds = [generator.cross_entropy(texts, satire=satire) for satire in (False, True)]
    known = [0, 1, 3]
    assert (np.minimum(*kinds)[known] <= both[known] + 1e-9).all()
    assert (both[known] <= np.maximum(*kinds)[known] + 1e-9).all()


def test_writing_needs_no_tensorflow(make_model: MakeModel, tmp_path: Path) -> None:
    save_model(make_model(), tmp_path / "model.npz")
    script = (
        "import sys; from spacy_sarcasm.generation.headline_generator import HeadlineGenerator; "
        "print(HeadlineGenerator.load(sys.argv[1]).write('cat', count=1).headlines); "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "model.npz")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "cat" in done.stdout
