import pytest
import spacy
from nltk.stem.porter import PorterStemmer
from spacy.tokens import Doc, DocBin, Token

from spacy_sarcasm.pipeline.nltk.stemmer import (
    PorterStemmerComponent,
    get_stem,
    register_stem_extension,
)

MODES = ["NLTK_EXTENSIONS", "MARTIN_EXTENSIONS", "ORIGINAL_ALGORITHM"]
TEXT = "Dying skies: relational innings, he's FLYING... at 9:30pm\n\tto Zürich-ly 😀 İs s"
TEXTS = [TEXT, "", " ", "\n\n", "caresses ponies ties", "a", "x" * 3000 + "ing", "y" * 3000]

WORKERS = """
import multiprocessing, sys
import spacy

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.blank("en")
    nlp.add_pipe("porter_stemmer")
    texts = ["dying cats %d" % n for n in range(50)] + ["", " "]
    one = [[token._.stem for token in doc] for doc in nlp.pipe(texts)]
    two = [[token._.stem for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=7)]
    print(one == two, one[0])
"""


def stems(doc: Doc) -> list[str]:
    return [token._.stem for token in doc]


def nlp_with(**config):
    nlp = spacy.blank("en")
    nlp.add_pipe("porter_stemmer", config=config)
    return nlp


def test_known_stems():
    assert stems(nlp_with()("caresses flies dying")) == ["caress", "fli", "die"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("lowercase", [True, False])
def test_equals_nltk(mode, lowercase):
    expected = PorterStemmer(mode)
    nlp = nlp_with(mode=mode, lowercase=lowercase)
    for text in TEXTS + TEXTS:  # the second round comes from the cache
        doc = nlp(text)
        assert stems(doc) == [expected.stem(token.text, lowercase) for token in doc]


@pytest.mark.data
@pytest.mark.parametrize("mode", MODES)
def test_equals_nltk_on_every_word_of_the_headlines(mode, headlines):
    expected = PorterStemmer(mode)
    seen = {}
    for doc in nlp_with(mode=mode).pipe(headlines):
        seen.update((token.text, token._.stem) for token in doc)
    assert len(seen) > 20_000
    assert seen == {word: expected.stem(word) for word in seen}


def test_pipe_equals_call():
    nlp = nlp_with()
    assert [stems(doc) for doc in nlp.pipe(TEXTS)] == [stems(nlp(text)) for text in TEXTS]


def test_a_failing_doc_goes_to_the_error_handler_and_loses_no_other(monkeypatch):
    nlp = nlp_with()
    failed = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.extend((name, *docs)))
    broken = PorterStemmer()

    def stem(word, to_lowercase):
        if word == "bad":
            raise RuntimeError(word)
        return word

    monkeypatch.setattr(broken, "stem", stem)
    monkeypatch.setattr(nlp.get_pipe("porter_stemmer"), "_stemmer", broken)
    docs = list(nlp.pipe(["good", "a bad one", "fine"]))
    assert [doc.text for doc in docs] == ["good", "fine"]
    assert [str(item) for item in failed] == ["porter_stemmer", "a bad one"]


def test_cache_is_bounded_and_does_not_change_the_stems():
    small = PorterStemmerComponent(cache_size=3)
    nlp = spacy.blank("en")
    words = ["cats", "dogs", "birds", "running", "cats", "flies", "dogs"]
    for _ in range(3):
        assert stems(small(Doc(nlp.vocab, words))) == [PorterStemmer().stem(w) for w in words]
        assert len(small._cache) <= 3


def test_stemmers_of_two_modes_keep_their_own_stems():
    nltk_mode, martin_mode = nlp_with(), nlp_with(mode="MARTIN_EXTENSIONS")
    docs = [nltk_mode("dying"), martin_mode("dying"), nltk_mode("dying"), martin_mode("dying")]
    assert [doc[0]._.stem for doc in docs] == ["die", "dy", "die", "dy"]


def test_docbin_and_bytes_round_trips():
    nlp = nlp_with()
    doc = nlp(TEXT)
    docbin = DocBin(store_user_data=True, docs=[doc])
    (from_docbin,) = DocBin().from_bytes(docbin.to_bytes()).get_docs(nlp.vocab)
    from_bytes = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert stems(from_docbin) == stems(from_bytes) == stems(doc)


def test_stems_outlive_the_memory_zone_that_first_met_the_words():
    nlp = nlp_with()
    expected = stems(nlp(TEXT))
    fresh = nlp_with()
    for _ in range(2):
        strings = len(fresh.vocab.strings)
        with fresh.memory_zone():
            assert stems(fresh(TEXT)) == expected
        assert len(fresh.vocab.strings) == strings
    assert stems(fresh(TEXT)) == expected


def test_saved_pipeline_keeps_its_settings(tmp_path):
    nlp = nlp_with(mode="MARTIN_EXTENSIONS", lowercase=False)
    nlp.to_disk(tmp_path / "nlp")
    from_disk = spacy.load(tmp_path / "nlp")
    from_bytes = spacy.blank("en").from_config(nlp.config).from_bytes(nlp.to_bytes())
    text = "dying Dying CATS"
    assert stems(nlp(text)) == stems(from_disk(text)) == stems(from_bytes(text))
    assert stems(nlp(text)) != stems(nlp_with()(text))


def test_analyze_pipes_knows_what_it_assigns():
    analysis = nlp_with().analyze_pipes(keys=["assigns", "requires"])
    assert analysis["problems"] == {"porter_stemmer": []}
    assert analysis["summary"]["porter_stemmer"]["assigns"] == ["token._.stem"]


def test_without_a_stemmer_there_is_no_stem():
    register_stem_extension()
    assert spacy.blank("en")("cats")[0]._.stem is None


def test_tokens_made_after_stemming_have_no_stem_and_move_no_other():
    doc = nlp_with()("New York bigcats were running")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
        # As many tokens as before: their number tells nothing.
        retokenizer.split(doc[2], ["big", "cats"], heads=[doc[3], doc[3]])
    assert [token.text for token in doc] == ["New York", "big", "cats", "were", "running"]
    assert [token._.stem for token in doc[3:]] == ["were", "run"]
    for token in doc[:3]:
        with pytest.raises(
            ValueError, match=f"'{token.text}' has no stem.*Put porter_stemmer after"
        ):
            get_stem(token)


def test_a_part_of_a_doc_made_a_doc_keeps_its_stems():
    part = nlp_with()("many cats were running")[2:4].as_doc(copy_user_data=True)
    assert [token._.stem for token in part] == ["were", "run"]


def test_a_foreign_stem_extension_is_not_overwritten():
    if Token.has_extension("stem"):
        Token.remove_extension("stem")
    Token.set_extension("stem", default="theirs")
    try:
        with pytest.raises(ValueError, match="already registered"):
            PorterStemmerComponent()
    finally:
        Token.remove_extension("stem")
        register_stem_extension()


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"'SNOWBALL'.*NLTK_EXTENSIONS"):
        PorterStemmerComponent("SNOWBALL")
    with pytest.raises(ValueError, match="cache_size 0"):
        PorterStemmerComponent(cache_size=0)
    with pytest.raises(ValueError, match="SNOWBALL"):
        nlp_with(mode="SNOWBALL")


def test_a_blank_pipeline_does_not_import_nltk(run_script):
    source = "import sys, spacy; spacy.blank('en'); print('nltk' in sys.modules)"
    imported = (
        "import spacy_sarcasm.pipeline.nltk.stemmer, spacy_sarcasm.pipeline.nltk.lemmatizer\n"
    )
    assert run_script(imported + source).strip() == "False"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(method, run_script):
    assert run_script(WORKERS, method).strip() == "True ['die', 'cat', '0']"
