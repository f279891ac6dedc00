"""Training the spaCy way: the TrainablePipe surface, and `spacy train` with a config of ours."""

from __future__ import annotations

import math
import warnings
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.cli.train import train as spacy_train
from spacy.lang.en import English
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.util import load_config
from thinc.api import Adam, fix_random_seed

import spacy_sarcasm
from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.network.storage import load_network
from spacy_sarcasm.network.weights import trained_names
from spacy_sarcasm.pipeline.gold import PositiveWeight

from ..conftest import TINY_MODEL, TINY_TEXTS, ScoresOf, make_examples, make_untrained, train

CONFIGS = Path(spacy_sarcasm.__file__).parent / "configs"


def test_overfits_saves_and_loads(tmp_path: Path, tiny_scores: ScoresOf) -> None:
    nlp = make_untrained()
    losses = train(nlp, make_examples(nlp))
    assert losses["sarcasm"] < 0.1
    golds = np.array([gold for _, gold in TINY_TEXTS])
    scores = tiny_scores(nlp)
    assert np.abs(scores - golds).max() < 0.3
    nlp.to_disk(tmp_path)
    np.testing.assert_allclose(tiny_scores(spacy.load(tmp_path)), scores, atol=1e-6)


def test_loss_and_gradient() -> None:
    nlp = make_untrained()
    pipe = nlp.get_pipe("sarcasm")
    golds = [1.0, 0.0, 0.3, None]
    examples = [
        Example.from_dict(nlp.make_doc("text"), {"cats": {} if gold is None else {"SARCASM": gold}})
        for gold in golds
    ]
    scores = np.array([[0.8], [0.3], [0.4], [0.9]], np.float32)
    loss, gradient = pipe.get_loss(examples, scores)
    terms = [-math.log(0.8), -math.log(0.7), -(0.3 * math.log(0.4) + 0.7 * math.log(0.6))]
    assert loss == pytest.approx(sum(terms) / 3, rel=1e-5)
    assert gradient.shape == scores.shape
    assert gradient[3, 0] == 0.0
    for i in range(3):
        step = np.zeros_like(scores)
        step[i, 0] = 1e-3
        rise = pipe.get_loss(examples, scores + step)[0] - pipe.get_loss(examples, scores - step)[0]
        assert gradient[i, 0] == pytest.approx(rise / 2e-3, rel=1e-2)


def test_saturated_scores_have_a_finite_loss() -> None:
    nlp = make_untrained()
    example = Example.from_dict(nlp.make_doc("text"), {"cats": {"SARCASM": 1.0}})
    loss, gradient = nlp.get_pipe("sarcasm").get_loss([example], np.zeros((1, 1), np.float32))
    assert math.isfinite(loss)
    assert np.isfinite(gradient).all()


def test_soft_labels_are_learnt_as_they_are() -> None:
    nlp = make_untrained()
    soft = [0.9, 0.5, 0.2]
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {"SARCASM": gold}})
        for (text, _), gold in zip(TINY_TEXTS, soft, strict=False)
    ]
    train(nlp, examples, steps=120)
    scores = [nlp(example.text)._.sarcasm for example in examples]
    np.testing.assert_allclose(scores, soft, atol=0.05)


def test_dropout_reaches_the_network() -> None:
    nlp = make_untrained()
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    losses = {
        drop: [nlp.update(examples, drop=drop, sgd=False)["sarcasm"] for _ in range(3)]
        for drop in (0.0, 0.5)
    }
    assert len(set(np.round(losses[0.0], 5))) == 1
    assert len(set(losses[0.5])) == 3


def test_dropout_of_the_architecture_comes_before_that_of_update() -> None:
    nlp = make_untrained(model={**TINY_MODEL, "dropout": 0.5})
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    assert len({nlp.update(examples, drop=0.0, sgd=False)["sarcasm"] for _ in range(3)}) == 3


def test_averaged_weights_are_the_ones_saved(tmp_path: Path) -> None:
    nlp = make_untrained()
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    optimizer = Adam(0.02, use_averages=True)
    for _ in range(5):
        nlp.update(examples, sgd=optimizer)
    pipe = nlp.get_pipe("sarcasm")
    raw = {name: array.copy() for name, array in pipe.network.weights.items()}
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(tmp_path)
    saved = load_network(tmp_path / "sarcasm").weights
    shim = pipe.model.shims[0]
    for name in trained_names(pipe.network.config):
        np.testing.assert_array_equal(saved[name], optimizer.averages[shim.id, name])
        assert not np.array_equal(saved[name], raw[name])
        np.testing.assert_array_equal(pipe.network.weights[name], raw[name])


def test_a_seed_gives_the_same_weights() -> None:
    def run() -> dict[str, np.ndarray]:
        fix_random_seed(7)
        nlp = make_untrained(model={**TINY_MODEL, "word_dropout": 0.2, "spatial_dropout": 0.2})
        train(nlp, make_examples(nlp), steps=3)
        return nlp.get_pipe("sarcasm").network.weights

    first, second = run(), run()
    for name, array in first.items():
        np.testing.assert_allclose(array, second[name], atol=1e-6)


@pytest.mark.parametrize("gold", [1.5, -0.1, float("nan"), "yes", [1]])
def test_gold_out_of_range_names_text_and_value(gold: object) -> None:
    nlp = make_untrained()
    doc = nlp.make_doc("a text with bad gold")
    reference = doc.copy()
    reference.cats = {"SARCASM": gold}
    example = Example(doc, reference)
    with pytest.raises(ValueError, match=r"number in 0\.\.1.*'a text with bad gold'"):
        nlp.initialize(lambda: [example])


def test_gold_out_of_range_in_a_later_batch() -> None:
    nlp = make_untrained()
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    example = Example.from_dict(nlp.make_doc("a text"), {})
    example.reference.cats = {"SARCASM": 7.0}
    with pytest.raises(ValueError, match=r"number in 0\.\.1.*is 7\.0 for 'a text'"):
        nlp.update([example], sgd=optimizer)
    assert math.isfinite(nlp.update(make_examples(nlp), sgd=optimizer)["sarcasm"])


def test_max_length_holds_in_training() -> None:
    nlp = make_untrained(max_length=3)
    examples = make_examples(nlp)
    nlp.initialize(lambda: examples)
    with pytest.warns(UserWarning, match="more than 3 tokens"):
        nlp.update(examples, sgd=False)


def test_no_gold_names_the_categories_found() -> None:
    nlp = make_untrained()
    example = Example.from_dict(nlp.make_doc("text"), {"cats": {"IRONY": 1.0}})
    with pytest.raises(ValueError, match=r"no 'SARCASM' \(categories found: IRONY\)"):
        nlp.initialize(lambda: [example])


def test_a_batch_without_gold_changes_nothing(tiny_scores: ScoresOf) -> None:
    nlp = make_untrained()
    optimizer = nlp.initialize(lambda: make_examples(nlp))
    before = tiny_scores(nlp)
    losses = nlp.update([Example.from_dict(nlp.make_doc("oh great"), {})], sgd=optimizer)
    assert losses["sarcasm"] == 0.0
    np.testing.assert_allclose(tiny_scores(nlp), before, atol=1e-6)


def test_empty_docs_in_a_batch() -> None:
    nlp = make_untrained()
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    empty = Example.from_dict(nlp.make_doc(""), {"cats": {"SARCASM": 1.0}})
    space = Example.from_dict(nlp.make_doc(" \n"), {"cats": {"SARCASM": 0.0}})
    losses = nlp.update([empty, *examples, space], sgd=optimizer)
    assert math.isfinite(losses["sarcasm"])
    assert all(np.isfinite(a).all() for a in nlp.get_pipe("sarcasm").network.weights.values())


def test_labels_at_initialisation() -> None:
    nlp = make_untrained()
    pipe = nlp.get_pipe("sarcasm")
    pipe.initialize(lambda: make_examples(nlp), nlp=nlp, labels=["SARCASM"])
    with pytest.raises(ValueError, match="cannot add 'IRONY'"):
        pipe.initialize(lambda: make_examples(nlp), nlp=nlp, labels=["IRONY"])


def test_initialisation_starts_anew_unless_weights_are_named(
    trained: Language, trained_folder: Path, tiny_scores: ScoresOf
) -> None:
    expected = tiny_scores(trained)
    trained.initialize(lambda: make_examples(trained))
    assert np.abs(tiny_scores(trained) - expected).max() > 0.1
    weights = str(trained_folder / "sarcasm")
    trained.config["initialize"]["components"]["sarcasm"] = {"weights": weights}
    optimizer = trained.initialize(lambda: make_examples(trained))
    np.testing.assert_allclose(tiny_scores(trained), expected, atol=1e-6)
    trained.update(make_examples(trained), sgd=optimizer)
    assert np.abs(tiny_scores(trained) - expected).max() > 0


def test_bundled_weights_can_be_fine_tuned(bundled: Language) -> None:
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("sarcasm")
    nlp.config["initialize"]["components"]["sarcasm"] = {"weights": "bundled"}
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    text = TINY_TEXTS[3][0]
    assert nlp(text)._.sarcasm == bundled(text)._.sarcasm
    flipped = [Example.from_dict(nlp.make_doc(text), {"cats": {"SARCASM": 1.0}})]
    for _ in range(10):
        nlp.update(flipped, sgd=optimizer)
    assert nlp(text)._.sarcasm > bundled(text)._.sarcasm
    assert pipe.network.vocabulary.words == bundled.get_pipe("sarcasm").network.vocabulary.words


def test_resuming_a_saved_pipeline(trained: Language, tiny_scores: ScoresOf) -> None:
    before = tiny_scores(trained)
    optimizer = trained.resume_training()
    examples = make_examples(trained)
    first = trained.update(examples, sgd=optimizer)["sarcasm"]
    assert first < 0.2
    assert 0 < np.abs(tiny_scores(trained) - before).max() < 0.5


def test_other_components_learn_beside_it() -> None:
    nlp = make_untrained()
    nlp.add_pipe("textcat_multilabel").add_label("SARCASM")
    examples = make_examples(nlp)
    optimizer = nlp.initialize(lambda: examples)
    losses: dict[str, float] = {}
    nlp.update(examples, sgd=optimizer, losses=losses)
    assert losses.keys() == {"sarcasm", "textcat_multilabel"}


# spacy train


def write_corpus(path: Path, soft: float = 0.0) -> None:
    nlp = spacy.blank("en")
    docs = DocBin()
    for text, gold in 5 * TINY_TEXTS:
        doc = nlp.make_doc(text)
        doc.cats = {"SARCASM": abs(gold - soft)}
        docs.add(doc)
    docs.to_disk(path)


def write_vectors(path: Path) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    words = sorted({word for text, _ in TINY_TEXTS for word in text.split()} - {"man", "flat"})
    vectors = {word: rng.normal(size=4).round(3).astype(np.float32) for word in [*words, "extra"]}
    rows = (f"{word} {' '.join(map(str, vector))}" for word, vector in vectors.items())
    path.write_text("".join(f"{row}\n" for row in rows))
    return vectors


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("train", "dev"):
        write_corpus(tmp_path / f"{name}.spacy", soft=0.1)
    return tmp_path


def overrides(corpus: Path, **more: object) -> dict[str, object]:
    return {
        "paths.train": str(corpus / "train.spacy"),
        "paths.dev": str(corpus / "dev.spacy"),
        "components.sarcasm.model.units": 6,
        "components.sarcasm.model.precision": "float32",
        "training.max_epochs": 0,
        "training.max_steps": 6,
        "training.eval_frequency": 2,
        **more,
    }


def test_spacy_train_with_our_config(corpus: Path, tmp_path: Path) -> None:
    vectors = write_vectors(tmp_path / "vectors.txt")
    output = tmp_path / "output"
    spacy_train(
        CONFIGS / "sarcasm.cfg",
        output,
        overrides=overrides(corpus, **{"paths.word_vectors": str(tmp_path / "vectors.txt")}),
    )
    nlp = spacy.load(output / "model-best")
    network = nlp.get_pipe("sarcasm").network
    assert network.config.pretrained_width == 4
    assert network.vocabulary.words[-1] == "extra"
    table = network.weights["embedding/pretrained"]
    for row, word in enumerate(network.vocabulary.words, start=2):
        np.testing.assert_array_equal(table[row], vectors.get(word, np.zeros(4)))
    assert nlp.meta["performance"].keys() >= {"sarcasm_acc", "sarcasm_f", "sarcasm_auc"}
    assert 0 < nlp("oh great")._.sarcasm < 1


def no_vectors(corpus: Path, **more: object) -> dict[str, object]:
    return overrides(corpus, **{"initialize.before_init": None, **more})


def test_vectors_from_a_pipeline(corpus: Path, tmp_path: Path) -> None:
    vectors = write_vectors(tmp_path / "vectors.txt")
    source = spacy.blank("en")
    spacy_sarcasm.load_vectors(source.vocab, tmp_path / "vectors.txt")
    source.to_disk(tmp_path / "vectors")
    output = tmp_path / "output"
    spacy_train(
        CONFIGS / "sarcasm.cfg",
        output,
        overrides=no_vectors(corpus, **{"initialize.vectors": str(tmp_path / "vectors")}),
    )
    network = load_network(output / "model-best" / "sarcasm")
    row = 2 + network.vocabulary.words.index("great")
    np.testing.assert_array_equal(network.weights["embedding/pretrained"][row], vectors["great"])


def test_early_stopping(corpus: Path, tmp_path: Path) -> None:
    steps = []

    def count(nlp: Language, stdout=None, stderr=None):
        return (lambda info: steps.append(info["step"]) if info else None), lambda: None

    spacy.registry.loggers("tests.count_steps.v1", func=lambda: count)
    settings = {
        "training.patience": 4,
        "training.max_steps": 1000,
        "training.logger": {"@loggers": "tests.count_steps.v1"},
        # With a learn rate of 0 the score never gets better.
        "training.optimizer.learn_rate": 0.0,
    }
    spacy_train(
        CONFIGS / "sarcasm.cfg", tmp_path / "output", overrides=no_vectors(corpus, **settings)
    )
    assert 4 <= max(steps) <= 8


def test_frozen_and_annotating_components(corpus: Path, tmp_path: Path) -> None:
    for name in ("train", "dev"):  # the text categorizer takes no soft labels
        write_corpus(corpus / f"{name}.spacy")
    base = make_untrained()
    train(base, make_examples(base), steps=3)
    base.to_disk(tmp_path / "base")
    frozen = {
        "nlp.pipeline": ["sarcasm", "textcat_multilabel"],
        "components.sarcasm": {"source": str(tmp_path / "base")},
        "components.textcat_multilabel": {"factory": "textcat_multilabel"},
        "training.frozen_components": ["sarcasm"],
        "training.annotating_components": ["sarcasm"],
    }
    settings = {
        key: value
        for key, value in no_vectors(corpus, **frozen).items()
        if not key.startswith("components.sarcasm.")
    }
    config = load_config(CONFIGS / "sarcasm.cfg")
    config["components"] = {
        "sarcasm": settings.pop("components.sarcasm"),
        "textcat_multilabel": settings.pop("components.textcat_multilabel"),
    }
    config["initialize"]["components"] = {}
    config["initialize"]["before_init"] = settings.pop("initialize.before_init")
    config.to_disk(tmp_path / "frozen.cfg")
    spacy_train(tmp_path / "frozen.cfg", tmp_path / "output", overrides=settings)
    after = load_network(tmp_path / "output" / "model-last" / "sarcasm").weights
    for name, array in load_network(tmp_path / "base" / "sarcasm").weights.items():
        np.testing.assert_array_equal(after[name], array)


def test_resume_and_fine_tune_by_config(corpus: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    spacy_train(CONFIGS / "sarcasm.cfg", first, overrides=no_vectors(corpus))
    weights = str(first / "model-last" / "sarcasm")
    spacy_train(
        CONFIGS / "sarcasm.cfg",
        second,
        overrides=no_vectors(
            corpus,
            **{
                "initialize.components.sarcasm.weights": weights,
                "training.optimizer.learn_rate": 0.0,
                # Thinc's averages start from zero and would not be the weights yet.
                "training.optimizer.use_averages": False,
            },
        ),
    )
    before, after = (load_network(f / "model-last" / "sarcasm").weights for f in (first, second))
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)


def test_shipped_config_is_complete_and_trains_the_default_model() -> None:
    config = load_config(CONFIGS / "sarcasm.cfg", interpolate=False)
    filled = English.from_config(config, auto_fill=True, validate=True).config
    model = config["components"]["sarcasm"]["model"]
    assert filled["components"]["sarcasm"]["model"] == model
    settings = {key: value for key, value in model.items() if key != "@architectures"}
    settings["classes"] = settings["classes"] or ()
    assert NetworkSettings(**settings) == NetworkSettings()
    assert settings.keys() == asdict(NetworkSettings()).keys()


def test_nothing_is_warned_about_while_training() -> None:
    nlp = make_untrained()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(nlp, make_examples(nlp), steps=2)


@pytest.mark.parametrize("weight", [0, -1.0, "even"])
def test_positive_weight_out_of_range(weight: object) -> None:
    with pytest.raises(ValueError, match="'positive_weight' must be a number above 0"):
        make_untrained(positive_weight=weight)


def test_positive_weight_scales_the_loss_of_sarcastic_examples() -> None:
    losses = {}
    for weight in (None, 3.0, "balanced"):
        nlp = make_untrained(positive_weight=weight)
        # One sarcastic example and three others.
        examples = make_examples(nlp)[2:]
        nlp.initialize(lambda examples=examples: examples)
        scores = np.full((4, 1), 0.5, np.float32)
        loss, gradient = nlp.get_pipe("sarcasm").get_loss(examples, scores)
        losses[weight] = loss
        assert gradient[0, 0] / -gradient[1, 0] == pytest.approx(
            {None: 1.0, 3.0: 3.0, "balanced": 2.0}[weight]
        )
    assert losses[3.0] == pytest.approx(losses[None] * 6 / 4)


def test_balanced_weight_without_initialization_goes_by_the_batches() -> None:
    weight = PositiveWeight("balanced")
    gold, known = np.array([1, 0, 0, 0], np.float32), np.ones(4, np.float32)
    assert weight.for_batch(gold, known) == 2.0
    assert weight.for_batch(np.zeros(4, np.float32), known) == 4.0
