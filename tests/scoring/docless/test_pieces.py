"""Rows put together of pieces are those of whole docs, whatever the text."""

from __future__ import annotations

import ast
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.network.vocabulary import TextRows
from spacy_sarcasm.scoring.docless import pieces
from spacy_sarcasm.scoring.docless.pieces import PieceTable
from spacy_sarcasm.scoring.docless.tokenizing import copy_tokenizer, special_patterns

LANGUAGES = ("en", "de", "fr", "tr", "es", "hu", "fi")
SPACES = [" ", " ", " ", "  ", "\n", "\t", " \n ", "\u00a0", "\u2003", "\u0085", "\r\n", "\x1c", ""]
ODD = [
    *"()[]{}:;=-_*'\"/\\|<>.,!?^%&#@$~\u2019\u2018\u2026\u2014\u00ab\u00bb",
    *"\U0001f602\u2764\ufe0f\U0001f468\u200d\U0001f4bb",
    *"\u0130\u0131\u00df\ufb01e\u0301\u200b\u0301\u4e2d\u6587\u0e2a\u0627",
    "https://example.com/a?b=c", "www.a.co", "me@example.com", "3.14", "10km", "9am", "a.m.",
    "U.S.A.", "don't", "DON'T", "it's", "y'all've", "l'eau", "aujourd'hui", "z.B.", "word",
    "a", "I", "O", "D", "x", "p", "s", "or", "re", "Mr", "Mr.", "#tag", "<br/>", "...", "--",
]  # fmt: skip
SENTENCES = [
    ":( (a", ":( ( :(", "a :- ) b", "he is 5 ' 11 \" tall", "8 -) 8-) 8 - )", "o . O o.O o .O",
    "Mr . Smith", "Mr. Smith said: 'em", "( ╯°□°)╯︵ ┻━┻", "(╯°□°) ╯︵┻━┻", "9 a.m. 9a.m .",
    "don' t can not cannot", "( x_x )", "it 's that 's", "' Cause ' cause 'Cause", "and/ or and/or",
    "", " ", "  ", " a", "a ", "\n", "a\nb", "a\n b", "a \n b", "a  b", "\ta\t\tb ", "x" * 500,
    "x" * 500 + " :( (a", "C++ c++ (c++ )c++", "-_- - _ - -_ -", "ಠ_ಠ ಠ _ ಠ (ಠ _ಠ)",
    "\u0085 \u0085a",
]  # fmt: skip


def token_rows(docs):
    """A row of its own for every token text, so that equal rows are equal tokens."""
    words = [[token.text for token in doc if not token.text.isspace()] for doc in docs]
    rows = [hash(word) % (2**31 - 1) for text in words for word in text]
    lengths = np.array([len(text) for text in words], np.int64)
    return TextRows(np.array(rows, np.int32), lengths, n_cut=0)


def make_table(tokenizer, rows_of=token_rows) -> PieceTable:
    make_tokenizer = partial(copy_tokenizer, tokenizer, NetworkSettings())
    return PieceTable(make_tokenizer, special_patterns(tokenizer), rows_of)


@lru_cache
def tokenizer_and_table(lang: str):
    tokenizer = spacy.blank(lang).tokenizer
    return tokenizer, make_table(tokenizer)


@lru_cache
def strings_of(lang: str) -> list[str]:
    """Special cases, their tokens, and the parts that their texts fall into."""
    rules = spacy.blank(lang).tokenizer.rules
    patterns = special_patterns(spacy.blank(lang).tokenizer)
    parts = {part for tokens in patterns.values() for part in tokens}
    halves = {text[:at] for text in patterns for at in range(1, len(text))}
    halves |= {text[at:] for text in patterns for at in range(1, len(text))}
    return sorted({*rules, *parts, *halves})


def odd_texts(lang: str) -> st.SearchStrategy[str]:
    piece = st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(strings_of(lang)),
        st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=3),
    )
    return st.lists(st.tuples(piece, st.sampled_from(SPACES)), max_size=12).map(
        lambda pairs: "".join(part for pair in pairs for part in pair)
    )


def assert_same(tokenizer, table: PieceTable, texts: list[str]) -> None:
    found, places = table.text_rows(texts)
    expected = token_rows([tokenizer(texts[place]) for place in places])
    assert sorted(places.tolist()) == list(range(len(texts)))
    assert found.lengths.tolist() == expected.lengths.tolist()
    assert found.rows.tolist() == expected.rows.tolist()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_odd_texts_give_the_rows_of_their_docs(lang: str) -> None:
    tokenizer, table = tokenizer_and_table(lang)

    @given(st.lists(odd_texts(lang), min_size=1, max_size=20))
    @settings(max_examples=100 if lang == "en" else 25, deadline=None)
    def check(texts: list[str]) -> None:
        assert_same(tokenizer, table, texts)

    check()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_special_cases_broken_by_a_space_anywhere(lang: str) -> None:
    tokenizer, table = tokenizer_and_table(lang)
    rules = [text for text in tokenizer.rules if not text.isspace()]
    broken = [f"a {text[:at]} {text[at:]}b" for text in rules for at in range(1, len(text))]
    broken += [f"{text[:at]}  {text[at:]} ({text}" for text in rules for at in range(1, len(text))]
    assert_same(tokenizer, table, broken)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_of_spacys_own_tests(lang: str) -> None:
    folder = Path(spacy.__file__).parent / "tests"
    files = [*folder.glob(f"lang/{lang}/*.py"), *folder.glob("tokenizer/*.py")]
    if not files:
        pytest.skip("this spaCy comes without its tests")
    texts = list(SENTENCES)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value.encode("utf-8", "ignore").decode())
    tokenizer, table = tokenizer_and_table(lang)
    assert len(texts) > 200
    assert_same(tokenizer, table, texts)
    assert_same(tokenizer, table, [f"{a} {b}" for a, b in pairwise(texts)])


def test_a_match_across_a_space_is_found_and_few_texts_need_a_doc() -> None:
    tokenizer, _ = tokenizer_and_table("en")
    whole: list[str] = []

    def rows_of(docs):
        whole.extend(doc.text for doc in docs)
        return token_rows(docs)

    table = make_table(tokenizer, rows_of)
    table.text_rows(["the council met on tuesday", "it's a dog's life, he said.", ":( (a"])
    assert ":( (a" in whole
    assert "the council met on tuesday" not in whole
    assert "it's a dog's life, he said." not in whole


@pytest.mark.parametrize("heuristics", [True, False])
def test_rules_of_a_users_own(heuristics: bool) -> None:
    tokenizer = spacy.blank("en").tokenizer
    tokenizer.add_special_case("gimme", [{"ORTH": "gim"}, {"ORTH": "me"}])
    tokenizer.add_special_case("(a)b", [{"ORTH": "(a)"}, {"ORTH": "b"}])
    tokenizer.infix_finditer = spacy.util.compile_infix_regex([r"x", r"\)"]).finditer
    tokenizer.faster_heuristics = heuristics
    texts = ["gimme (gimme ( gim me", "(a )b ( a)b (a)b ((a)b", "(a) b c", "axb xx", *SENTENCES]
    assert_same(tokenizer, make_table(tokenizer), texts)


def test_the_table_is_bounded_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "CACHE_SIZE", 50)
    tokenizer = spacy.blank("tr").tokenizer
    table = make_table(tokenizer)
    for start in range(0, 300, 10):
        assert_same(
            tokenizer, table, [f"number {n} of many :( ({n}" for n in range(start, start + 10)]
        )
        assert len(table) < 50 + 10 * 6


def test_long_pieces_are_not_kept() -> None:
    tokenizer, _ = tokenizer_and_table("en")
    table = make_table(tokenizer)
    assert_same(tokenizer, table, ["x" * 1000, "short " + "y-" * 400, "short"])
    assert len(table) == 1
