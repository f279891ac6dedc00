"""Settings are checked when they are made."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from spacy_sarcasm.network.settings import NetworkConfig, NetworkSettings

SETTINGS = NetworkSettings(units=25, layers=2, pooling="last", dense_width=24, trainable_width=4)
CONFIG = NetworkConfig(SETTINGS, n_words=20, n_trainable=10, pretrained_width=3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", 0),
        ("units", 2.5),
        ("units", True),
        ("layers", -1),
        ("pooling", "median"),
        ("dense_width", -1),
        ("dropout", 1.0),
        ("dropout", -0.1),
        ("spatial_dropout", None),
        ("word_dropout", "0.1"),
        ("vocab_size", 0),
        ("min_count", 0),
        ("precision", "int8"),
        ("attr", "SHAPE"),
        ("token_words", 3),
        ("fallbacks", "stem"),
        ("fallbacks", ["synonym"]),
        ("classes", "hyperbole"),
        ("classes", ["hyperbole"]),
        ("classes", ["hyperbole", "hyperbole"]),
        ("classes", ["hyperbole", ""]),
        ("classes", ["hyperbole", 3]),
        ("classes", 3),
    ],
)
def test_bad_setting_is_named(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"'{name}'.*{value!r}".replace("[", r"\[")):
        NetworkSettings(**{name: value})


def test_no_embedding_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"no word embedding.*load_vectors.*trainable_width"):
        NetworkConfig(NetworkSettings(trainable_width=0), 10, 10, pretrained_width=0)


@pytest.mark.parametrize(("n_words", "n_trainable"), [(10, 11), (10, 1), (1, 1), (-1, 2)])
def test_impossible_sizes(n_words: int, n_trainable: int) -> None:
    with pytest.raises(ValueError, match="n_trainable|n_words"):
        NetworkConfig(SETTINGS, n_words, n_trainable, pretrained_width=3)


@pytest.mark.parametrize("classes", [[], ["hyperbole", "mock-praise", "übertreibung"]])
def test_round_trip_through_json(classes: list[str]) -> None:
    config = replace(CONFIG, settings=replace(SETTINGS, classes=classes))
    assert NetworkConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert config.n_outputs == max(1, len(classes))


def test_missing_and_unknown_keys_are_named() -> None:
    data = CONFIG.to_dict()
    del data["settings"]["units"]
    data["settings"]["wings"] = 2
    with pytest.raises(ValueError, match="'settings' lacks units and has unknown wings"):
        NetworkConfig.from_dict(data)
    with pytest.raises(ValueError, match="'network' lacks n_words"):
        NetworkConfig.from_dict({k: v for k, v in CONFIG.to_dict().items() if k != "n_words"})
    with pytest.raises(ValueError, match="'settings' must be a table"):
        NetworkConfig.from_dict({**CONFIG.to_dict(), "settings": 3})


def test_widths() -> None:
    assert CONFIG.embedding_width == CONFIG.pretrained_width + SETTINGS.trainable_width
    assert CONFIG.pooled_width == 2 * SETTINGS.units
    double = NetworkConfig(NetworkSettings(units=25, pooling="max+mean"), 20, 10, 3)
    assert double.pooled_width == 2 * CONFIG.pooled_width
