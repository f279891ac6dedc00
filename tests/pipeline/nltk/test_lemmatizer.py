import shutil

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_sarcasm.pipeline.nltk.lemmatizer import WordNetLemmatizerComponent
from spacy_sarcasm.pipeline.nltk.wordnet import WORDNET_FILES
from spacy_sarcasm.pipeline.nltk.wordnet_install import install_wordnet

WITHOUT_POS = ["running", "cats", "ate", "flying", "better"]
WITH_POS = [
    ("running", "VERB", "run"),
    ("ate", "VERB", "eat"),
    ("better", "ADJ", "good"),
    ("was", "AUX", "be"),
    ("does", "VERB", "do"),
]

# With the tiny WordNet, in processes of their own.
EXAMPLES = """
import spacy
from spacy.tokens import Doc

nlp = spacy.blank("en")
lemmatizer = nlp.add_pipe("wordnet_lemmatizer")
print([token.lemma_ for token in nlp("running cats ate flying better")])
doc = Doc(nlp.vocab, ["running", "ate", "better", "was", "does"],
          pos=["VERB", "VERB", "ADJ", "AUX", "VERB"])
print([token.lemma_ for token in lemmatizer(doc)])
"""

WORKERS = """
import multiprocessing, sys
import spacy

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    nlp = spacy.blank("en")
    nlp.add_pipe("wordnet_lemmatizer", config={"default_pos": "v"})
    texts = ["running ate word%d" % n for n in range(50)] + ["", " "]
    one = [[token.lemma_ for token in doc] for doc in nlp.pipe(texts)]
    two = [[token.lemma_ for token in doc] for doc in nlp.pipe(texts, n_process=2, batch_size=7)]
    print(one == two, one[0])
"""

MISSING = """
import sys
import nltk.data, spacy
nltk.data.path[:] = sys.argv[1:]
nlp = spacy.blank("en")
try:
    nlp.add_pipe("wordnet_lemmatizer")
except LookupError as error:
    print(type(error).__name__, error)
"""


LOADED = "print(nlp('mice')[0].lemma_)"


def lemmas(doc: Doc) -> list[str]:
    return [token.lemma_ for token in doc]


def nlp_with(**config):
    nlp = spacy.blank("en")
    nlp.add_pipe("wordnet_lemmatizer", config=config)
    return nlp


@pytest.fixture
def tiny_nltk_data(tiny_wordnet, tmp_path):
    return install_wordnet(tiny_wordnet, tmp_path / "nltk_data").parents[1]


def test_well_known_examples_with_a_tiny_wordnet(run_script, tiny_nltk_data):
    without_pos, with_pos = run_script(EXAMPLES, nltk_data=tiny_nltk_data).splitlines()
    assert without_pos == "['running', 'cat', 'ate', 'flying', 'better']"
    assert with_pos == "['run', 'eat', 'good', 'be', 'do']"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(method, run_script, tiny_nltk_data):
    printed = run_script(WORKERS, method, nltk_data=tiny_nltk_data)
    assert printed.strip() == "True ['run', 'eat', 'word0']"


def test_missing_wordnet_names_the_command(run_script, tmp_path):
    printed = run_script(MISSING, str(tmp_path / "nowhere"))
    assert "WordNetNotFoundError" in printed
    assert str(tmp_path / "nowhere") in printed
    assert "Run: spacy-sarcasm wordnet install" in printed


def test_incomplete_wordnet_names_the_missing_file(run_script, tiny_nltk_data):
    (tiny_nltk_data / "corpora" / "wordnet" / "lexnames").unlink()
    printed = run_script(MISSING, str(tiny_nltk_data))
    assert "lacks lexnames" in printed
    assert "spacy-sarcasm wordnet install" in printed


def test_nltk_data_setting_is_searched_first(run_script, tiny_nltk_data, tmp_path):
    source = EXAMPLES.replace(
        'add_pipe("wordnet_lemmatizer")',
        f'add_pipe("wordnet_lemmatizer", config={{"nltk_data": {str(tiny_nltk_data)!r}}})',
    )
    printed = run_script(source, nltk_data=tmp_path / "nowhere")
    assert printed.splitlines()[1] == "['run', 'eat', 'good', 'be', 'do']"


def test_nltk_data_may_hold_the_archive(run_script, tiny_nltk_data, tmp_path):
    shutil.make_archive(
        str(tmp_path / "zipped" / "corpora" / "wordnet"),
        "zip",
        root_dir=tiny_nltk_data / "corpora",
        base_dir="wordnet",
    )
    printed = run_script(MISSING + LOADED, str(tmp_path / "zipped"))
    assert printed == "mouse\n"


def test_default_is_noun(wordnet):
    doc = nlp_with()(" ".join(WITHOUT_POS))
    assert lemmas(doc) == ["running", "cat", "ate", "flying", "better"]


@pytest.mark.parametrize(("word", "pos", "lemma"), WITH_POS)
def test_pos_decides(word, pos, lemma, wordnet):
    doc = Doc(spacy.blank("en").vocab, [word], pos=[pos])
    assert lemmas(WordNetLemmatizerComponent()(doc)) == [lemma]


@pytest.mark.parametrize(
    ("word", "tag", "lemma"),
    [("ran", "VBD", "run"), ("better", "JJR", "good"), ("as", "IN", "as"), ("feet", "NNS", "foot")],
)
def test_tag_decides_where_there_is_no_pos(word, tag, lemma, wordnet):
    doc = Doc(spacy.blank("en").vocab, [word], tags=[tag])
    assert lemmas(WordNetLemmatizerComponent()(doc)) == [lemma]


def test_parts_of_speech_outside_wordnet_keep_the_word(wordnet):
    words, pos = ["us", "as", "has"], ["PRON", "SCONJ", "X"]
    vocab = spacy.blank("en").vocab
    assert lemmas(WordNetLemmatizerComponent()(Doc(vocab, words, pos=pos))) == words
    # NLTK's default, noun, for comparison
    assert lemmas(WordNetLemmatizerComponent()(Doc(vocab, words))) == ["u", "a", "ha"]


def test_default_pos_setting(wordnet):
    assert lemmas(nlp_with(default_pos="v")("running does")) == ["run", "do"]


def test_overwrite_setting(wordnet):
    vocab = spacy.blank("en").vocab
    for overwrite, expected in [(True, ["cat", "dog"]), (False, ["theirs", "dog"])]:
        doc = Doc(vocab, ["cats", "dogs"], lemmas=["theirs", ""])
        assert lemmas(WordNetLemmatizerComponent(overwrite=overwrite)(doc)) == expected


def test_lowercase_setting(wordnet):
    assert lemmas(nlp_with()("Cats")) == ["Cats"]
    assert lemmas(nlp_with(lowercase=True)("Cats XYZZY")) == ["cat", "xyzzy"]


def test_after_a_component_that_sets_the_pos(wordnet):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "better"}]], {"POS": "ADJ"})
    nlp.add_pipe("wordnet_lemmatizer")
    assert lemmas(nlp("better cats")) == ["good", "cat"]


@pytest.mark.data
@pytest.mark.parametrize("pos", ["NOUN", "VERB", "ADJ", "ADV"])
def test_equals_nltk_on_every_word_of_the_headlines(pos, headlines, wordnet):
    from nltk.stem.wordnet import WordNetLemmatizer

    letter = {"NOUN": "n", "VERB": "v", "ADJ": "a", "ADV": "r"}[pos]
    expected = WordNetLemmatizer()
    words = sorted({word for headline in headlines for word in headline.split()})
    assert len(words) > 20_000
    doc = Doc(spacy.blank("en").vocab, words, pos=[pos] * len(words))
    assert lemmas(WordNetLemmatizerComponent()(doc)) == [
        expected.lemmatize(word, letter) for word in words
    ]


def test_pipe_equals_call(wordnet):
    nlp = nlp_with()
    texts = ["cats ran", "", " ", "\n", "mice 😀 İs", "cats ran"]
    assert [lemmas(doc) for doc in nlp.pipe(texts)] == [lemmas(nlp(text)) for text in texts]


def test_cache_is_bounded_and_does_not_change_the_lemmas(wordnet):
    small = WordNetLemmatizerComponent(cache_size=2)
    vocab = spacy.blank("en").vocab
    for _ in range(3):
        doc = small(Doc(vocab, ["cats", "mice", "feet", "cats", "dogs"]))
        assert lemmas(doc) == ["cat", "mouse", "foot", "cat", "dog"]
        assert max(map(len, small._cache.values())) <= 2


def test_lemmas_outlive_the_memory_zone_that_first_met_the_words(wordnet):
    nlp = nlp_with()
    for _ in range(2):
        strings = len(nlp.vocab.strings)
        with nlp.memory_zone():
            assert lemmas(nlp("aardwolves")) == ["aardwolf"]
        assert len(nlp.vocab.strings) == strings
    # Lemmas made in a zone are not in the vocab any more; a cached hash would fail here.
    assert lemmas(nlp("aardwolves")) == ["aardwolf"]


def test_docbin_and_bytes_round_trips(wordnet):
    nlp = nlp_with()
    doc = nlp("mice ran")
    (from_docbin,) = DocBin().from_bytes(DocBin(docs=[doc]).to_bytes()).get_docs(nlp.vocab)
    from_bytes = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert lemmas(from_docbin) == lemmas(from_bytes) == ["mouse", "ran"]


def test_saved_pipeline_keeps_its_settings(tmp_path, wordnet):
    nlp = nlp_with(default_pos="v", lowercase=True)
    nlp.to_disk(tmp_path / "nlp")
    from_disk = spacy.load(tmp_path / "nlp")
    from_bytes = spacy.blank("en").from_config(nlp.config).from_bytes(nlp.to_bytes())
    for loaded in (from_disk, from_bytes):
        assert lemmas(loaded("Ate CATS")) == lemmas(nlp("Ate CATS")) == ["eat", "cat"]


def test_analyze_pipes_knows_what_it_assigns(wordnet):
    analysis = nlp_with().analyze_pipes(keys=["assigns", "requires"])
    assert analysis["problems"] == {"wordnet_lemmatizer": []}
    assert analysis["summary"]["wordnet_lemmatizer"]["assigns"] == ["token.lemma"]


def test_evaluate_reports_lemma_accuracy(wordnet):
    nlp = nlp_with()
    example = Example.from_dict(nlp.make_doc("mice ran"), {"lemmas": ["mouse", "run"]})
    assert nlp.evaluate([example])["lemma_acc"] == 0.5


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="default_pos 'NOUN'"):
        WordNetLemmatizerComponent(default_pos="NOUN")
    with pytest.raises(ValueError, match="cache_size 0"):
        WordNetLemmatizerComponent(cache_size=0)


def test_names_of_wordnets_files_are_nltks():
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    assert set(WORDNET_FILES) == set(WordNetCorpusReader._FILES)
