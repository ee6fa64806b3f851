"""Small files that unpack to large ones: what is unpacked is counted while it is, in memory that is measured."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.sources.containers import Archive, gunzip, in_zip
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.site_files import sitemap_of
from tests.sources.office_files import docx, epub, odt, pptx, xlsx, zipped

MIB = 1 << 20
LIMIT = MIB
LARGE = 64 * MIB
ROOM = 16 * MIB
"""What refusing may take where the limit is one MiB; the bombs unpack to four times as much, or more."""

ODT = "application/vnd.oasis.opendocument.text"


def source(name: str, data: bytes, limit: int = LIMIT) -> ParserInput:
    return ParserInput(f"/in/{name}", data, options=ParserOptions(max_bytes=limit))


def taken(work: Callable[[], object]) -> tuple[str, int]:
    """The code of the error that ``work`` ends with (empty: none), and the most memory that Python took for it."""
    tracemalloc.start()
    try:
        work()
    except SourceError as error:
        return error.sentence.code, tracemalloc.get_traced_memory()[1]
    else:
        return "", tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def zeros() -> bytes:
    return gzip.compress(bytes(LARGE))


# --- gzip


def test_a_packed_file_is_unpacked_to_the_limit(zeros: bytes) -> None:
    code, peak = taken(lambda: gunzip(zeros, "a.gz", LIMIT))
    assert (code, peak < ROOM) == ("unpacked_too_large", True), peak


def test_a_bomb_after_many_small_members_is_stopped_too(zeros: bytes) -> None:
    code, peak = taken(lambda: gunzip(gzip.compress(b"a") * 1000 + zeros, "a.gz", LIMIT))
    assert (code, peak < ROOM) == ("unpacked_too_large", True), peak


def test_one_layer_is_taken_off(zeros: bytes) -> None:
    code, peak = taken(lambda: parse(source("a.txt.gz", gzip.compress(zeros))))
    assert (code, peak < ROOM) == ("not_a_document", True), peak


def test_a_sitemap_is_unpacked_to_the_limit(zeros: bytes) -> None:
    code, peak = taken(lambda: sitemap_of(source("sitemap.xml.gz", zeros)))
    assert (code, peak < ROOM) == ("unpacked_too_large", True), peak


def test_members_without_end_cost_in_proportion() -> None:
    """Each of them used to copy what follows it: 400 GB here."""
    data = gzip.compress(b"") * 200_000
    started = time.process_time()
    assert gunzip(data, "a.gz", LIMIT) == b""
    assert time.process_time() - started < 10, "processor seconds"


# --- ZIP


def lying(data: bytes, member: str, declared: bytes) -> bytes:
    """``data`` with one member's size and checksum those of ``declared``, in both places where a ZIP file has them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(member)
    true = struct.pack("<LLL", info.CRC, info.compress_size, info.file_size)
    assert data.count(true) == 2
    return data.replace(true, struct.pack("<LLL", zlib.crc32(declared), info.compress_size, len(declared)))


def repacked(data: bytes, changed: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A container with some of its members' bytes changed, packed by ``method``."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *changed]):
            packing = method if name in changed else zipfile.ZIP_DEFLATED
            new.writestr(name, changed[name] if name in changed else old.read(name), packing)
    return out.getvalue()


KINDS = {
    "a.docx": (docx("words"), "word/document.xml"),
    "a.pptx": (pptx(("T", "words")), "ppt/slides/slide1.xml"),
    "a.xlsx": (xlsx({"S": [["a", 1]]}), "xl/worksheets/sheet1.xml"),
    "a.odt": (odt("<text:p>words</text:p>"), "content.xml"),
    "a.epub": (epub({"a": "<p>words</p>"}), "META-INF/container.xml"),
}


@pytest.mark.parametrize("name", KINDS)
def test_a_part_that_lies_about_its_size_is_not_unpacked(name: str) -> None:
    good, part = KINDS[name]
    assert parse(source(name, good)).text
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        true = archive.read(part)
    bomb = lying(repacked(good, {part: true + b" " * LARGE}), part, true)
    code, peak = taken(lambda: parse(source(name, bomb)))
    assert (code, peak < ROOM) == ("archive_damaged", True), peak


@pytest.mark.parametrize("name", KINDS)
def test_a_part_that_nobody_asks_for_is_measured_too(name: str) -> None:
    """The libraries that read after us open what they like."""
    bomb = lying(repacked(KINDS[name][0], {"extra.xml": bytes(LARGE)}), "extra.xml", b"<a/>")
    code, peak = taken(lambda: Archive(source(name, bomb)))
    assert (code, peak < ROOM) == ("archive_damaged", True), peak


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("part", ["mimetype", "content.xml"])
def test_methods_that_no_format_has_are_refused(part: str, method: int) -> None:
    """Python unpacks these a whole piece at once, and 4 KiB of bzip2 may be gigabytes."""
    bomb = lying(repacked(odt("<text:p>x</text:p>"), {part: bytes(LARGE)}, method), part, b"<a/>")
    code, peak = taken(lambda: parse(source("a.odt", bomb)))
    assert code in ("archive_damaged", "not_a_document", "format_damaged") and peak < ROOM, (code, peak)


def test_the_kind_is_told_by_the_beginning_of_its_part() -> None:
    bomb = zipped({"mimetype": ODT.encode() + b" " * LARGE, "content.xml": "<a/>"})
    kinds = []
    code, peak = taken(lambda: kinds.append(in_zip(bomb).kind))
    assert (code, kinds, peak < ROOM) == ("", ["odt"], True), peak
    assert taken(lambda: parse(source("a.odt", bomb)))[0] == "unpacked_too_large"


def test_entries_that_share_their_bytes_are_refused() -> None:
    """A thousand names for one member: 42.zip without its layers."""
    data = zipped({"word/document.xml": bytes(64 * 1024)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    entry, count = data[start:-22], 1000
    many = data[:start] + entry * count
    many += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(entry) * count, start, 0)
    with zipfile.ZipFile(io.BytesIO(many)) as archive:
        assert len(archive.infolist()) == count
    code, peak = taken(lambda: Archive(source("a.docx", many, LARGE)))
    assert (code, peak < ROOM) == ("archive_damaged", True), peak


def test_archives_within_archives_stay_packed() -> None:
    data = zipped({"word/document.xml": bytes(LARGE)})
    for _ in range(20):
        data = zipped({"next.zip": data})
    code, peak = taken(lambda: parse(source("a.docx", data)))
    assert (code, peak < ROOM) == ("not_a_document", True), peak


def test_a_damaged_part_that_nobody_reads_costs_nothing() -> None:
    good = repacked(docx("words"), {"word/media/a.png": b"picture"}, zipfile.ZIP_STORED)
    assert parse(source("a.docx", good.replace(b"picture", b"pixture"))).text == "words"


# --- PDF


def pdf_with(content: bytes, filters: str) -> bytes:
    """A PDF of one page whose content stream is ``content``, said to be packed by ``filters``."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(content), filters.encode(), content),
    ]
    data, places = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(data),
    )


def flate(size: int, layers: int) -> bytes:
    packer, out = zlib.compressobj(9), bytearray()
    for _ in range(size // MIB):
        out += packer.compress(bytes(MIB))
    data = bytes(out + packer.flush())
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


MEASURED = """
import sys
from searchapp.errors import SourceError
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput
def peak():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
for path in sys.argv[1:]:
    before = peak()
    with open(path, "rb") as file:
        data = file.read()
    try:
        parse(ParserInput(path, data))
        code = "read"
    except SourceError as error:
        code = error.sentence.code
    print(code, peak() - before >> 10)
"""
PDF_ROOM = 320
"""MiB. pypdf unpacks a stream to 75 MB at most, and a chain of filters, or several attempts, holds a few of these."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak")
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_streams_of_a_pdf_are_bounded_in_each_layer(layers: int, tmp_path: Path) -> None:
    """In a process of its own, since what C libraries take is no memory of Python's."""
    small, bomb = tmp_path / "small.pdf", tmp_path / "bomb.pdf"
    filters = " ".join(["/FlateDecode"] * layers)
    small.write_bytes(pdf_with(flate(MIB, layers), filters))
    bomb.write_bytes(pdf_with(flate(512 * MIB, layers), filters))
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, str(small), str(bomb)], capture_output=True, text=True, check=True
    )
    first, second = (line.split() for line in ran.stdout.splitlines())
    assert first[0] == "no_text_layer", ran.stdout
    assert second[0] in ("no_text_layer", "pdf_pages_unreadable") and int(second[1]) < PDF_ROOM, ran.stdout
