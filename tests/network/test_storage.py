"""Weights files: whole, checked, and never run as code."""

from __future__ import annotations

import io
import json
import os
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from spacy_sarcasm.network.storage import (
    FORMAT_VERSION,
    Network,
    WeightsError,
    load_network,
    network_from_bytes,
    network_to_bytes,
    save_network,
)
from spacy_sarcasm.network.vocabulary import Vocabulary

from .conftest import MakeNetwork


@pytest.fixture
def network(make_network: MakeNetwork) -> Network:
    return make_network(precision="float16", dense_width=3)


@pytest.fixture
def file(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "weights.npz"
    save_network(network, path)
    return path


def assert_same(one: Network, other: Network) -> None:
    assert one.config == other.config
    assert one.vocabulary.words == other.vocabulary.words
    assert one.weights.keys() == other.weights.keys()
    for name, array in one.weights.items():
        assert array.dtype == other.weights[name].dtype
        np.testing.assert_array_equal(array, other.weights[name])


def test_round_trips(network: Network, file: Path) -> None:
    assert_same(load_network(file), network)
    assert_same(load_network(file.parent), network)
    assert_same(network_from_bytes(network_to_bytes(network)), network)


def test_classes_are_saved(make_network: MakeNetwork, tmp_path: Path) -> None:
    network = make_network(classes=["deadpan", "hyperbole"], projection=4)
    path = tmp_path / "kinds.npz"
    save_network(network, path)
    assert load_network(path).config.settings.classes == ("deadpan", "hyperbole")
    assert load_network(path).weights["output/bias"].shape == (2,)

    def drop_classes(members: dict[str, bytes]) -> None:
        header = json.loads(members["config.json"])
        del header["network"]["settings"]["classes"]
        members["config.json"] = json.dumps({**header, "format_version": 3}).encode()

    # Files of earlier versions have one output.
    rewrite(path, drop_classes)
    with pytest.raises(WeightsError, match=r"'output/kernel' (has shape|takes)"):
        load_network(path)


def test_numpy_reads_the_arrays(network: Network, file: Path) -> None:
    with np.load(file, allow_pickle=False) as arrays:
        for name, array in network.weights.items():
            np.testing.assert_array_equal(arrays[name], array)


def test_the_same_network_gives_the_same_bytes(network: Network, file: Path) -> None:
    assert network_to_bytes(network) == network_to_bytes(network) == file.read_bytes()


def test_nothing_partial_is_left(
    network: Network, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", fail)
    with pytest.raises(OSError, match="No space left"):
        save_network(network, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_missing_file_says_what_was_expected(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(FileNotFoundError, match=rf"no weights at '{path}'.*weights\.npz"):
            load_network(path)


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_cut_short(file: Path, kept: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(kept * len(data)) if kept < 1 else int(kept)])
    with pytest.raises(WeightsError, match=rf"'{file}' is not .* or it was damaged or cut short"):
        load_network(file)


def test_flipped_byte(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(WeightsError, match=f"'{file}'.*damaged"):
        load_network(file)


def rewrite(
    file: Path, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_STORED
) -> None:
    """Change members of the archive."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def edit_settings(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        header = json.loads(members["config.json"])
        header["network"]["settings"].update(changes)
        members["config.json"] = json.dumps(header).encode()

    return change


def edit_network(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        header = json.loads(members["config.json"])
        header["network"].update(changes)
        members["config.json"] = json.dumps(header).encode()

    return change


def edit_header(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members["config.json"] = json.dumps(
            {**json.loads(members["config.json"]), **changes}
        ).encode()

    return change


def npy(array: np.ndarray, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npy_header(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            edit_header(format_version=FORMAT_VERSION + 1),
            rf"format version {FORMAT_VERSION + 1}.*reads versions up to {FORMAT_VERSION}\. "
            "Install a newer",
        ),
        (edit_header(format_version="1"), "gives the format version '1'"),
        (edit_header(format="other"), "does not say that the format"),
        (edit_header(network={"settings": {}}), "'network' lacks"),
        (edit_header(network=[]), "'network' lacks"),
        (lambda m: m.pop("config.json"), r"holds no 'config\.json'"),
        (lambda m: m.update({"config.json": b"[1]"}), "does not say that the format"),
        (lambda m: m.update({"config.json": b"{"}), "cannot be used"),
        (lambda m: m.pop("words.json"), r"holds no 'words\.json'"),
        (lambda m: m.update({"words.json": b'["a"]'}), "vocabulary has 3 rows"),
        (lambda m: m.update({"words.json": b'{"a": 1}'}), "not a list of words"),
        (lambda m: m.pop("output/bias.npy"), "lacks the weight 'output/bias'"),
        (
            lambda m: m.update({"output/bias.npy": npy(np.zeros(2, np.float32))}),
            r"'output/bias' has shape \(2,\), expected \(1,\)",
        ),
        (
            lambda m: m.update({"output/bias.npy": npy(np.zeros(1, np.int64))}),
            "'output/bias' has dtype int64",
        ),
        (
            lambda m: m.update({"output/bias.npy": npy(np.array([np.inf], np.float32))}),
            "'output/bias' holds NaN or infinity",
        ),
        (
            lambda m: m.update({"output/bias.npy": npy(np.zeros(10**6, np.float32))}),
            r"'output/bias' has shape \(1000000,\), expected \(1,\)",
        ),
        (
            lambda m: m.update({"output/bias.npy": npy(np.array([{}], object), True)}),
            "cannot be used as sarcasm weights.*'output/bias' has dtype object",
        ),
        (lambda m: m.update({"output/bias.npy": b"junk"}), "cannot be used"),
        (
            # Its header promises 4 TB.
            lambda m: m.update({"output/bias.npy": npy_header((10**12,))}),
            r"'output/bias' has shape \(1000000000000,\), expected \(1,\)",
        ),
        (
            lambda m: m.update({"output/bias.npy": npy_header((1,)) + b"\0" * 5}),
            "'output/bias' takes 5 bytes, expected 4",
        ),
        (edit_settings(layers=10_000_000), "10,000,000 layers, and the file holds only"),
        (edit_settings(units=10**30), "has shape .*, expected .*4000000000000000000000000000000"),
        (edit_settings(units="x" * 100_000), "'units' must be a whole number"),
        (edit_settings(pooling="x" * 100_000), "'pooling' must be one of"),
        (edit_settings(pooling=[1]), "'pooling' must be one of"),
        (edit_settings(**{"x" * 100_000: 1}), "'settings' has unknown x"),
        (edit_network(n_words=10**300), "the vocabulary has|has shape"),
        (edit_network(calibration={"scale": 10**400, "shift": 0.0, "threshold": 0.5}), "'scale'"),
        (edit_network(calibration={"scale": "x" * 10**5, "shift": 0.0, "threshold": 0.5}), "scale"),
        (edit_network(calibration=["x" * 100_000]), "'calibration' must have"),
        (edit_header(format_version="9" * 100_000), "gives the format version"),
        (lambda m: m.update({"config.json": b"9" * 5000}), "cannot be used"),
        (lambda m: m.update({"config.json": b"[" * 200_000}), "'config.json' is nested too deeply"),
        (lambda m: m.update({"words.json": b"[" * 200_000}), "'words.json' is nested too deeply"),
        (lambda m: m.update({"config.json": b"\xff"}), "cannot be used"),
    ],
)
def test_faults_name_file_and_fault(file: Path, change, message: str) -> None:
    rewrite(file, change)
    with pytest.raises(WeightsError, match=f"(?s)'{file}'.*{message}") as raised:
        load_network(file)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
@pytest.mark.parametrize("member", ["config.json", "words.json", "output/bias.npy"])
def test_a_compressed_member_is_refused_before_it_is_inflated(
    file: Path, member: str, compression: int
) -> None:
    def grow(members: dict[str, bytes]) -> None:
        members[member] += b" " * 50_000_000

    rewrite(file, grow, compression)
    assert file.stat().st_size < 1_000_000
    tracemalloc.start()
    with pytest.raises(WeightsError, match=rf"'{file}' .*'\w+\.json' is compressed.*Save"):
        load_network(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "weights.npz")
    for path in (tmp_path, tmp_path / "weights.npz"):
        with pytest.raises(WeightsError, match=r"weights\.npz' is not a regular file"):
            load_network(path)


def test_any_flipped_bit_is_noticed_by_name_or_harmless(network: Network, file: Path) -> None:
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    named = harmless = 0
    for _ in range(300):
        data = bytearray(whole)
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        file.write_bytes(data)
        try:
            found = load_network(file)
        except WeightsError as error:
            named += f"'{file}'" in str(error)
        else:
            assert_same(found, network)
            harmless += 1
    assert named + harmless == 300
    assert named > 200


def test_weights_that_were_read_can_be_changed(file: Path) -> None:
    for array in load_network(file).weights.values():
        assert array.flags.writeable
        assert array.flags.c_contiguous


def test_arrays_in_other_orders(network: Network, file: Path) -> None:
    name = next(name for name, array in network.weights.items() if array.ndim == 2)
    array = np.asfortranarray(network.weights[name])
    big_endian = array.astype(array.dtype.newbyteorder(">"), order="F")
    rewrite(file, lambda members: members.update({f"{name}.npy": npy(big_endian)}))
    assert_same(load_network(file), network)


def test_a_foreign_file(tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"weights": [1]}))
    with pytest.raises(WeightsError, match=f"'{path}' is not a spacy-sarcasm weights file"):
        load_network(path)
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(WeightsError, match="not a spacy-sarcasm weights file"):
        load_network(tmp_path / "other.npz")


def test_words_and_weights_must_fit(network: Network) -> None:
    with pytest.raises(ValueError, match="vocabulary has 3 rows, the settings say"):
        Network(network.config, Vocabulary(["one"]), network.weights)
