"""Zip archives and word2vec's formats."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

import numpy as np
import pytest

from spacy_sarcasm.vectors.parsing.text_rows import NOT_FINITE, NOT_UTF8
from spacy_sarcasm.vectors.parsing.vectors_reader import VectorsReader

DIMS = (25, 50, 100)


def read(path, **settings):
    reader = VectorsReader(path, str, **settings)
    blocks = list(reader.blocks())
    return [w for b in blocks for w in b.words], np.concatenate([b.table for b in blocks]), reader


def rows_of_dim(dim, n=30):
    return "".join(f"w{i} {' '.join(['0.12345'] * dim)}\n" for i in range(n)).encode()


def zip_of(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path):
    members = {f"glove.test.{dim}d.txt": rows_of_dim(dim) for dim in DIMS}
    return zip_of(tmp_path / "glove.test.zip", {"__MACOSX/._x": b"junk", **members})


@pytest.mark.parametrize("dim", DIMS)
def test_dim_picks_the_member(archive, dim):
    _words, table, reader = read(archive, dim=dim)
    assert table.shape == (30, dim)
    assert reader.report.member == f"glove.test.{dim}d.txt"


def test_ambiguous_archive_lists_its_members(archive):
    with pytest.raises(
        ValueError, match=r"several files: .*25d.txt .dim 25., .*100d.txt .dim 100."
    ):
        read(archive)
    with pytest.raises(ValueError, match=r"no members hold vectors of dimension 300.*dim 50"):
        read(archive, dim=300)


def test_single_member_needs_no_dim(tmp_path):
    path = zip_of(tmp_path / "one.zip", {"folder/": b"", "folder/glove.txt": rows_of_dim(7)})
    assert read(path)[1].shape == (30, 7)


def test_two_members_of_one_dimension(tmp_path):
    path = zip_of(tmp_path / "two.zip", {"a.txt": rows_of_dim(7), "b.txt": rows_of_dim(7)})
    with pytest.raises(ValueError, match=r"2 members hold vectors of dimension 7"):
        read(path, dim=7)


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/abs.txt", "..\\up.txt", "C:/x"])
def test_member_outside_the_archive_is_refused(tmp_path, name):
    path = zip_of(tmp_path / "odd.zip", {"glove.txt": rows_of_dim(7), name: b"x"})
    with pytest.raises(ValueError, match=r"odd\.zip: the member .* points outside"):
        read(path)


@pytest.mark.parametrize("name", [".", "./"])
def test_members_without_a_name_are_passed_over(tmp_path, name):
    path = zip_of(tmp_path / "odd.zip", {name: b"", "glove.txt": rows_of_dim(7)})
    assert read(path)[1].shape == (30, 7)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_damage_under_other_compression_methods(tmp_path, method):
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("glove.txt", rows_of_dim(7))
    assert read(path)[1].shape == (30, 7)
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"odd\.zip: the compressed data is damaged"):
        read(path)


def test_zip_directory_that_points_nowhere(tmp_path):
    path = zip_of(tmp_path / "odd.zip", {"glove.txt": rows_of_dim(7)})
    raw = bytearray(path.read_bytes())
    raw[-6:-2] = b"\xff\xff\xff\x7f"  # where the directory starts
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"odd\.zip: the compressed data is damaged"):
        read(path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["tar", "tar.gz"])
def test_tar_archive_is_refused(tmp_path, pack):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("glove.txt")
        member.size = len(rows_of_dim(7))
        archive.addfile(member, io.BytesIO(rows_of_dim(7)))
    path = tmp_path / "glove.tar"
    path.write_bytes(pack(buffer.getvalue()))
    with pytest.raises(ValueError, match=r"glove\.tar: the file is a tar archive. Unpack it"):
        read(path)


def test_empty_archive(tmp_path):
    with pytest.raises(ValueError, match=r"holds no file"):
        read(zip_of(tmp_path / "none.zip", {}))


def test_member_that_inflates_to_more_than_it_says(tmp_path):
    content = rows_of_dim(7, n=100_000)
    path = zip_of(tmp_path / "bomb.zip", {"glove.txt": content})
    raw = path.read_bytes()
    size = struct.pack("<I", len(content))
    assert raw.count(size) == 2  # in the member's header and in the directory
    path.write_bytes(raw.replace(size, struct.pack("<I", 1000)))
    with pytest.raises(ValueError, match=r"bomb\.zip: the compressed data is damaged"):
        read(path)


@pytest.mark.parametrize("pack", [gzip.compress, None], ids=["gzip", "zip"])
def test_cut_compressed_file(tmp_path, pack):
    rng = np.random.default_rng(0)
    content = "".join(
        f"w{i} {' '.join(f'{v:.5g}' for v in rng.normal(size=9))}\n" for i in range(3000)
    ).encode()
    path = tmp_path / "cut"
    if pack:
        path.write_bytes(pack(content))
    else:
        zip_of(path, {"glove.txt": content})
    raw = bytearray(path.read_bytes())
    if pack:
        del raw[-2000:]
    else:
        raw[20_000] ^= 0xFF  # a flipped byte: the directory at the end is whole
    path.write_bytes(raw)
    with pytest.raises(ValueError, match=r"cut: the compressed data is damaged or cut short"):
        read(path)


def binary(rows, line_feed=b"\n", count=None):
    dim = len(rows[0][1])
    head = f"{len(rows) if count is None else count} {dim}\n".encode()
    return head + b"".join(
        (word if isinstance(word, bytes) else word.encode())
        + b" "
        + np.array(vector, "<f4").tobytes()
        + line_feed
        for word, vector in rows
    )


@pytest.mark.parametrize("line_feed", [b"\n", b""], ids=["word2vec's own", "gensim's"])
def test_word2vec_binary(tmp_path, rows, line_feed):
    path = tmp_path / "vectors.bin"
    path.write_bytes(binary(rows, line_feed))
    words, table, reader = read(path)
    assert words == [word for word, _ in rows]
    np.testing.assert_array_equal(table, np.array([v for _, v in rows], np.float32))
    assert reader.report.format == "word2vec binary"
    words, _, reader = read(path, words=["w5", "w399"], limit=1)
    assert words == ["w5"]


def test_word2vec_binary_odd_rows(tmp_path, rows):
    rows[3] = ("w3", [float("nan"), *rows[3][1][1:]])
    rows[4] = (b"\xff", rows[4][1])
    rows[5] = ("w0", rows[5][1])
    rows[6] = ("\x85", rows[6][1])
    path = tmp_path / "vectors.bin"
    path.write_bytes(binary(rows))
    words, _, reader = read(path)
    assert reader.report.skipped == {"duplicate": 1, NOT_FINITE: 1, NOT_UTF8: 1}
    assert reader.report.first_bad == [(4, NOT_FINITE), (5, NOT_UTF8)]
    assert words[3] == "\x85"
    with pytest.raises(ValueError, match=r"line 4: a value is not finite"):
        read(path, strict=True)


@pytest.mark.parametrize("cut", [1, 30, 5000])
def test_word2vec_files_that_are_cut(tmp_path, rows, cut):
    path = tmp_path / "vectors.bin"
    path.write_bytes(binary(rows)[:-cut])
    if cut == 1:  # only the last line feed is gone
        assert read(path)[2].report.kept == 400
        return
    with pytest.raises(ValueError, match=r"announces 400 rows; the file ends after"):
        read(path)


def test_word2vec_text(tmp_path, text, rows):
    path = tmp_path / "vectors.vec"
    path.write_bytes(b"400 5\n" + text)
    words, _, reader = read(path)
    assert words == [word for word, _ in rows]
    assert (reader.report.rows, reader.report.format) == (400, "word2vec text")
    path.write_bytes(b"400 5\n" + text.replace(b"\nw7 ", b"\nw7 x"))
    with pytest.raises(ValueError, match=r"line 9: a value is not a number"):
        read(path, strict=True)  # lines are counted with the header
    path.write_bytes(b"401 5\n" + text)
    with pytest.raises(ValueError, match=r"announces 401 rows; the file ends after 400"):
        read(path)
    path.write_bytes(b"399 5\n" + text)
    with pytest.raises(ValueError, match=r"announces 399 rows; the file has 400. Correct the"):
        read(path)


def test_word2vec_binary_with_more_rows_than_announced(tmp_path, rows):
    path = tmp_path / "vectors.bin"
    path.write_bytes(binary(rows).replace(b"400 5\n", b"300 5\n", 1))
    with pytest.raises(ValueError, match=r"announces 300 rows; the file has more. Correct the"):
        read(path)


@pytest.mark.parametrize("dim", [3, 6, 14])
def test_header_of_another_dimension_than_the_rows(tmp_path, dim):
    """Rows of 7 values of 7 characters: as binary values, 14 of them fill a row exactly."""
    path = tmp_path / "vectors.vec"
    path.write_bytes(f"30 {dim}\n".encode() + rows_of_dim(7))
    with pytest.raises(
        ValueError,
        match=rf"vectors\.vec, line 1: the header announces 30 rows of dimension {dim}; "
        r"the rows after it have 7 numbers",
    ):
        read(path)


@pytest.mark.parametrize("content", [b"400000 100\n", b"400000 100", b"0 100\n"])
def test_header_without_rows(tmp_path, content):
    path = tmp_path / "cut.vec"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"cut\.vec, line 1: .*of dimension 100; no rows follow"):
        read(path)


def test_gensims_own_files(tmp_path, rows):
    keyed = pytest.importorskip("gensim.models").KeyedVectors(5)
    keyed.add_vectors([w for w, _ in rows], np.array([v for _, v in rows], np.float32))
    for is_binary in (False, True):
        path = tmp_path / f"gensim.{is_binary}"
        keyed.save_word2vec_format(str(path), binary=is_binary)
        words, table, _ = read(path)
        assert words == keyed.index_to_key
        np.testing.assert_array_equal(table, keyed.vectors)


def test_one_dimensional_vectors_are_no_header(tmp_path):
    path = tmp_path / "one.txt"
    path.write_bytes(b"5 3\nword 0.5\nother 0.25\n")
    words, table, reader = read(path)
    assert words == ["5", "word", "other"]
    assert (reader.report.dim, reader.report.format) == (1, "text")
    assert table.tolist() == [[3.0], [0.5], [0.25]]


def test_member_is_inflated_once_besides_its_head(archive, monkeypatch):
    """One pass: a member is inflated once, besides the heads that tell the dimensions."""
    inflated = io.BytesIO()
    original = zipfile.ZipExtFile.read

    def read_and_count(self, n=-1):
        data = original(self, n)
        if self.name == "glove.test.25d.txt":
            inflated.write(data)
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", read_and_count)
    read(archive, dim=25)
    assert len(inflated.getvalue()) == 2 * len(rows_of_dim(25))  # all fits in the head here
