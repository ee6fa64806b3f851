"""Files that Office wrapped in objects are found again; what is damaged stays as it is."""

from __future__ import annotations

import struct

import pytest

from searchapp.sources.formats import parse
from searchapp.sources.packaged import unwrap
from searchapp.sources.parsed import ParserInput
from tests.sources.office_files import docx, word
from tests.sources.ole_files import ole


def native(name: str, data: bytes) -> bytes:
    path = b"C:\\" + name.encode() + b"\0"
    inner = struct.pack("<H", 2) + name.encode() + b"\0" + path + struct.pack("<HHI", 0, 3, len(path)) + path
    inner += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(inner)) + inner


@pytest.mark.parametrize(
    ("streams", "found"),
    [
        ({"\x01Ole10Native": native("fees.csv", b"a,b")}, ("fees.csv", b"a,b")),
        ({"\x01Ole10Native": native("费用.csv", b"x" * 9000)}, ("费用.csv", b"x" * 9000)),
        ({"Package": b"PK"}, ("o.bin", b"PK")),
        ({"CONTENTS": b"%PDF-1.4"}, ("o.bin", b"%PDF-1.4")),
    ],
)
def test_what_was_wrapped_is_found(streams: dict[str, bytes], found: tuple[str, bytes]) -> None:
    assert unwrap("o.bin", ole(streams)) == found


@pytest.mark.parametrize(
    "stream", [b"", b"\0" * 5, native("a", b"b")[:12], b"\0" * 4 + b"\2\0a\0b\0\xff\xff\xff\xff\xff\xff\xff\xff"]
)
def test_damaged_objects_stay_as_they_are(stream: bytes) -> None:
    data = ole({"\x01Ole10Native": stream, "Equation Native": b"x"})
    assert unwrap("o.bin", data) == ("o.bin", data)
    assert unwrap("o.bin", data[:700])[0] == "o.bin" and unwrap("a.txt", b"text") == ("a.txt", b"text")


def test_an_object_in_a_document_is_read_under_its_own_name() -> None:
    body = "<w:p><w:r><w:t>See it.</w:t></w:r></w:p>"
    parts = {"embeddings/o.bin": ole({"\x01Ole10Native": native("limits.docx", docx("Nine tonnes."))})}
    data = word(body, parts, {"1": ("oleObject", "embeddings/o.bin")})
    assert parse(ParserInput("/in/a.docx", data)).text == "See it.\n\nlimits.docx\n\nNine tonnes."
