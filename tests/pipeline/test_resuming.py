"""Training that was interrupted goes on as if it had not been."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from thinc.api import Adam, Optimizer, fix_random_seed, warmup_linear

from spacy_sarcasm.network.engines.optimizer_state import STATE_FILE, load_state
from spacy_sarcasm.network.storage import WeightsError
from spacy_sarcasm.training.release import make_release

from ..conftest import TINY_MODEL, make_examples, make_untrained

pytest.importorskip("tensorflow")

# No dropout: it would differ, as does the order of the texts.
MODEL = {**TINY_MODEL, "projection": 6, "dropout": 0.0}


def make_optimizer() -> Optimizer:
    return Adam(warmup_linear(0.02, 4, 20), L2=0.0, grad_clip=1.0, use_averages=True)


def start(**settings: object) -> tuple[Language, Optimizer]:
    fix_random_seed(0)
    nlp = make_untrained(model=MODEL)
    nlp.config["initialize"]["components"]["sarcasm"] = settings
    optimizer = make_optimizer()
    nlp.initialize(lambda: make_examples(nlp), sgd=optimizer)
    return nlp, optimizer


def train(nlp: Language, optimizer: Optimizer, steps: int) -> None:
    for _ in range(steps):
        nlp.update(make_examples(nlp), sgd=optimizer)
        optimizer.step_schedules()


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline saved after three of six steps, as `spacy train` saves it."""
    folder = tmp_path_factory.mktemp("interrupted") / "model-last"
    nlp, optimizer = start(save_optimizer=True)
    train(nlp, optimizer, 3)
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(folder)
    return folder


def weights_of(nlp: Language) -> dict[str, np.ndarray]:
    return nlp.get_pipe("sarcasm").network.weights


def test_a_resumed_training_ends_with_the_same_weights(interrupted: Path) -> None:
    whole, optimizer = start()
    train(whole, optimizer, 6)
    resumed, continued = start(resume=str(interrupted / "sarcasm"))
    train(resumed, continued, 3)
    assert continued.learn_rate == optimizer.learn_rate
    for name, array in weights_of(whole).items():
        np.testing.assert_allclose(weights_of(resumed)[name], array, atol=1e-6)
    with whole.use_params(optimizer.averages), resumed.use_params(continued.averages):
        for name, array in weights_of(whole).items():
            np.testing.assert_allclose(weights_of(resumed)[name], array, atol=1e-6)
    # The weights alone are not enough.
    fine_tuned, optimizer = start(weights=str(interrupted / "sarcasm"))
    train(fine_tuned, optimizer, 3)
    name = "output/kernel"
    assert not np.allclose(weights_of(fine_tuned)[name], weights_of(whole)[name], atol=1e-4)


def test_the_state_is_saved_only_in_training_that_asks_for_it(
    interrupted: Path, tmp_path: Path
) -> None:
    assert (interrupted / "sarcasm" / STATE_FILE).is_file()
    loaded = spacy.load(interrupted)
    assert loaded("oh great")._.sarcasm is not None
    # A state of other weights does not stay behind.
    (tmp_path / "sarcasm").mkdir()
    (tmp_path / "sarcasm" / STATE_FILE).touch()
    loaded.to_disk(tmp_path)
    assert not (tmp_path / "sarcasm" / STATE_FILE).exists()
    make_release(interrupted, tmp_path / "release", meta={"name": "x"})
    assert (tmp_path / "release" / "sarcasm" / "weights.npz").is_file()
    assert not (tmp_path / "release" / "sarcasm" / STATE_FILE).exists()


def test_a_component_in_training_can_be_pickled() -> None:
    nlp, optimizer = start(save_optimizer=True)
    train(nlp, optimizer, 1)
    again = pickle.loads(pickle.dumps(nlp.get_pipe("sarcasm")))
    assert again.network.weights.keys() == weights_of(nlp).keys()


def test_nothing_to_resume(interrupted: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no state of a training .*save_optimizer = true"):
        start(resume=str(tmp_path))
    (tmp_path / STATE_FILE).write_bytes(b"no archive")
    (tmp_path / "weights.npz").write_bytes((interrupted / "sarcasm" / "weights.npz").read_bytes())
    with pytest.raises(WeightsError, match="cannot be used to continue a training"):
        start(resume=str(tmp_path))
    with np.load(interrupted / "sarcasm" / STATE_FILE) as file:
        arrays = dict(file)
    arrays["mom1/output/bias"] = np.zeros(7, np.float32)
    np.savez(tmp_path / STATE_FILE, **arrays)
    with pytest.raises(WeightsError, match="'mom1/output/bias' does not hold 1 numbers"):
        start(resume=str(tmp_path))
    arrays["header"] = np.frombuffer(json.dumps({"format": "other"}).encode(), np.uint8)
    np.savez(tmp_path / STATE_FILE, **arrays)
    with pytest.raises(WeightsError, match="its format is 'other'"):
        start(resume=str(tmp_path))


def test_a_damaged_state_is_named(interrupted: Path, tmp_path: Path) -> None:
    shutil.copytree(interrupted / "sarcasm", tmp_path / "sarcasm")
    path = tmp_path / "sarcasm" / STATE_FILE
    with np.load(path) as file:
        arrays = dict(file)
    np.savez_compressed(path, **arrays)
    with pytest.raises(WeightsError, match=rf"'{path}' cannot be used .* is compressed"):
        load_state(path.parent)
    np.savez(path, **{**arrays, "header": np.frombuffer(b"[" * 100_000, np.uint8)})
    with pytest.raises(WeightsError, match=rf"'{path}' cannot be used .*recursion"):
        load_state(path.parent)
    header = json.loads(arrays["header"].tobytes())
    header["network"]["settings"]["layers"] = 10_000_000
    np.savez(path, **{**arrays, "header": np.frombuffer(json.dumps(header).encode(), np.uint8)})
    with pytest.raises(WeightsError, match=rf"'{path}' cannot be used .*10,000,000 layers"):
        load_state(path.parent)
    whole = (interrupted / "sarcasm" / STATE_FILE).read_bytes()
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(20):
        data = bytearray(whole)
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
        try:
            load_state(path.parent)
        except WeightsError as error:
            named += f"'{path}'" in str(error)
    assert named > 10
