"""The models that `baselines.py` compares: how each is trained, and how it scores texts.

Nothing heavy is imported at the top; see `measuring`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from sys import stderr
from typing import TYPE_CHECKING, Any

from measuring import BUNDLED_VECTORS, LABEL, SEED_VECTORS, data_file

if TYPE_CHECKING:
    from spacy.language import Language

    from spacy_sarcasm.corpus.headlines import Headline

Rows = Sequence["Headline"]
Score = Callable[[Sequence[str]], Any]

OTHER_LABEL = "SERIOUS"


@dataclass(frozen=True)
class Data:
    """What models learn from.

    Attributes:
        train: The headlines of the training split.
        dev: Those of the dev split, by which spaCy's training takes the best of its steps.
        corpus: A folder with both as ``train.spacy`` and ``dev.spacy``.
        trial: Whether to train for a few steps only, to see that all works.
    """

    train: Rows
    dev: Rows
    corpus: Path
    trial: bool


@dataclass(frozen=True)
class Scorer:
    """A model that scores.

    Attributes:
        score: Gives the probabilities of texts, shape (texts,).
        bytes: Its size on disk.
    """

    score: Score
    bytes: int


@dataclass(frozen=True)
class Model:
    """A model by its two halves.

    Attributes:
        settings: How it is trained, in a few words.
        train: Trains it and writes it to a folder; None: there is nothing to train.
        load: Reads it from the folder.
    """

    settings: str
    train: Callable[[Data, Path], object] | None
    load: Callable[[Path], Scorer]


def write_corpus(train: Rows, dev: Rows, folder: Path, *, trial: bool) -> Data:
    """Write the headlines with both categories, as spaCy's exclusive classifiers want them."""
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("en")
    for name, rows in (("train", train), ("dev", dev)):
        docs = DocBin()
        for row in rows:
            doc = nlp.make_doc(row.text)
            doc.cats = {LABEL: row.label, OTHER_LABEL: 1 - row.label}
            docs.add(doc)
        docs.to_disk(folder / f"{name}.spacy")
    return Data(train, dev, folder, trial)


def train_seed_network(data: Data, folder: Path) -> None:
    """The notebook's network, as `spacy-sarcasm seed` trains it."""
    from spacy_sarcasm.recipes.seed import train_seed
    from spacy_sarcasm.vectors.convert_vectors import convert_vectors

    vectors = data.corpus / "seed_vectors"
    if not vectors.exists():
        convert_vectors(data_file(SEED_VECTORS), vectors)
    train_seed(
        data.corpus / "train.spacy",
        data.corpus / "dev.spacy",
        vectors,
        folder,
        epochs=1 if data.trial else 30,
        report=lambda epoch: print(epoch, file=stderr),
    )


def train_default_network(data: Data, folder: Path) -> None:
    """The network of the shipped config, on the training split alone."""
    import spacy_sarcasm

    config = Path(spacy_sarcasm.__file__).parent / "configs" / "sarcasm.cfg"
    overrides = {"paths.word_vectors": str(data_file(BUNDLED_VECTORS))}
    _spacy_train(config, data, folder, overrides)


def make_textcat_trainer(model: dict[str, Any]) -> Callable[[Data, Path], None]:
    """A text classifier of spaCy's, by spaCy's own training settings."""

    def train(data: Data, folder: Path) -> None:
        import spacy

        nlp = spacy.blank("en")
        nlp.add_pipe("textcat", config={"model": model} if model else {})
        folder.mkdir(parents=True)
        config = folder / "config.cfg"
        nlp.config.to_disk(config)
        _spacy_train(config, data, folder, {})

    return train


def _spacy_train(config: Path, data: Data, folder: Path, overrides: dict[str, Any]) -> None:
    from spacy.cli.train import train

    paths = {f"paths.{name}": str(data.corpus / f"{name}.spacy") for name in ("train", "dev")}
    if data.trial:
        overrides = {**overrides, "training.max_steps": 20, "training.eval_frequency": 10}
    with redirect_stdout(stderr):
        train(config, folder, overrides={**paths, **overrides})


def train_tfidf(with_characters: bool) -> Callable[[Data, Path], None]:
    """TF-IDF weights and logistic regression, by scikit-learn."""

    def train(data: Data, folder: Path) -> None:
        import numpy as np

        features, regression = _make_tfidf(with_characters)
        texts = [row.text for row in data.train]
        regression.fit(features.fit_transform(texts), [row.label for row in data.train])
        folder.mkdir(parents=True)
        # Arrays and words by themselves: scikit-learn's own files are pickles.
        np.savez(
            folder / "regression.npz",
            coef=regression.coef_.astype(np.float32),
            intercept=regression.intercept_,
            **{f"idf_{name}": part.idf_ for name, part in features.transformer_list},
        )
        for name, part in features.transformer_list:
            words = {word: int(column) for word, column in part.vocabulary_.items()}
            (folder / f"{name}.json").write_text(json.dumps(words), "utf-8")

    return train


def _make_tfidf(with_characters: bool) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import FeatureUnion

    parts = [("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True))]
    if with_characters:
        characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        parts.append(("characters", characters))
    return FeatureUnion(parts), LogisticRegression(C=10, max_iter=1000)


def load_tfidf(with_characters: bool) -> Callable[[Path], Scorer]:
    """Read what `train_tfidf` wrote."""

    def load(folder: Path) -> Scorer:
        import numpy as np

        features, regression = _make_tfidf(with_characters)
        with np.load(folder / "regression.npz") as arrays:
            for name, part in features.transformer_list:
                part.vocabulary = json.loads((folder / f"{name}.json").read_text("utf-8"))
                part.idf_ = arrays[f"idf_{name}"]
            regression.coef_ = arrays["coef"].astype(np.float64)
            regression.intercept_ = arrays["intercept"]
        regression.classes_ = np.array([0.0, 1.0])
        return Scorer(
            lambda texts: regression.predict_proba(features.transform(texts))[:, 1],
            folder_bytes(folder),
        )

    return load


def load_bundled(folder: Path) -> Scorer:
    """A blank pipeline with the bundled weights."""
    import spacy

    from spacy_sarcasm.pretrained import BUNDLED_WEIGHTS

    nlp = spacy.blank("en")
    nlp.add_pipe("sarcasm")
    return Scorer(_by_category(nlp), BUNDLED_WEIGHTS.stat().st_size)


def load_pipeline(name: str) -> Callable[[Path], Scorer]:
    """A pipeline in a subfolder of the model's."""

    def load(folder: Path) -> Scorer:
        import spacy

        return Scorer(_by_category(spacy.load(folder / name)), folder_bytes(folder / name))

    return load


def _by_category(nlp: Language) -> Score:
    import numpy as np

    return lambda texts: np.array([doc.cats[LABEL] for doc in nlp.pipe(texts)])


def train_minilm(data: Data, folder: Path) -> None:
    """MiniLM fine-tuned as `spacy-sarcasm teacher train` does it."""
    from spacy_sarcasm.teacher.finetune import fine_tune

    texts, gold = [row.text for row in data.train], [row.label for row in data.train]
    fine_tune(texts, gold, folder, device="cpu")


def load_minilm(folder: Path) -> Scorer:
    """The fine-tuned MiniLM, run by torch."""
    from spacy_sarcasm.teacher.teachers import load_teacher

    return Scorer(load_teacher(str(folder), device="cpu").score, folder_bytes(folder))


def folder_bytes(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_BOW = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": True,
    "ngram_size": 1,
    "no_output_layer": False,
}
_SPACY = "spaCy's default training settings, best step by dev"

MODELS: dict[str, Model] = {
    "seed": Model(
        "configs/seed.cfg: 25-d GloVe Twitter (subset), Adam 0.00001, 30 epochs",
        train_seed_network,
        load_pipeline("model"),
    ),
    "default": Model("the bundled weights", None, load_bundled),
    "config": Model(
        "configs/sarcasm.cfg on the training split alone, best step by dev",
        train_default_network,
        load_pipeline("model-best"),
    ),
    "tfidf-words": Model(
        "words and pairs, sublinear; logistic regression, C = 10",
        train_tfidf(False),
        load_tfidf(False),
    ),
    "tfidf-chars": Model("the same and 2 to 5 characters", train_tfidf(True), load_tfidf(True)),
    "bow": Model(
        f"TextCatBOW.v3; {_SPACY}", make_textcat_trainer(_BOW), load_pipeline("model-best")
    ),
    "ensemble": Model(
        f"TextCatEnsemble.v2; {_SPACY}", make_textcat_trainer({}), load_pipeline("model-best")
    ),
    "minilm": Model(
        "all-MiniLM-L6-v2, `teacher train`: AdamW 0.0001, batches of 32, 2 epochs",
        train_minilm,
        load_minilm,
    ),
}
NAMES = {
    "seed": "seed network",
    "default": "our default",
    "config": "our default config, these headlines alone",
    "tfidf-words": "TF-IDF and logistic regression, words",
    "tfidf-chars": "TF-IDF and logistic regression, words and characters",
    "bow": "spaCy TextCatBOW",
    "ensemble": "spaCy TextCatEnsemble",
    "minilm": "MiniLM, fine-tuned",
}
