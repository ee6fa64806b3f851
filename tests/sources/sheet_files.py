"""Workbooks written by hand, where no library writes what a test needs: XLS, XLSB and ODS."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msoffcrypto.method.rc4 import DocumentRC4

from tests.sources.office_files import zipped

SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def ole(name: str, stream: bytes) -> bytes:
    """A compound file that holds one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    fat = [_FAT, _END, *range(3, count + 2), _END]

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        words = title.encode("utf-16-le")
        head = words.ljust(64, b"\0") + struct.pack("<HBB", len(words) + 2 if title else 0, kind, 1)
        return head + struct.pack("<III", _FREE, _FREE, child) + bytes(36) + struct.pack("<III", start, size, 0)

    directory = (
        entry("Root Entry", 5, 1, _END, 0) + entry(name, 2, _FREE, 2, len(stream)) + entry("", 0, _FREE, 0, 0) * 2
    )
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0) + b"\xff" * 432
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    assert len(table) == SECTOR, "more than one sector of addresses"
    return header + table + directory + stream


def record(number: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _short(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _long(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


@dataclass
class XlsSheet:
    """A sheet: its cells in rows (a text, a number, or a number and its format), its merged areas, what is hidden."""

    name: str
    rows: Sequence[Sequence[object]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden_rows: Sequence[int] = ()
    state: int = 0


def xls(*sheets: XlsSheet, file_pass: bytes = b"") -> bytes:
    """The Workbook stream of Excel 97; ``file_pass`` is the record that announces encryption."""
    codes = sorted({cell[1] for sheet in sheets for row in sheet.rows for cell in row if isinstance(cell, tuple)})
    formats = {code: 164 + index for index, code in enumerate(codes)}
    globals_ = [record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))]
    globals_ += [record(0x2F, file_pass)] if file_pass else []
    globals_ += [record(0x42, struct.pack("<H", 1200)), record(0x22, struct.pack("<H", 0))]
    globals_ += [record(0x41E, struct.pack("<H", number) + _long(code)) for code, number in formats.items()]
    globals_ += [record(0xE0, struct.pack("<HHH", 0, number, 0) + bytes(14)) for number in (0, *formats.values())]
    bodies = [_xls_sheet(sheet, codes) for sheet in sheets]
    names = [(sheet.state, _short(sheet.name)) for sheet in sheets]
    at = sum(map(len, globals_)) + sum(4 + 6 + len(name) for _, name in names) + 4
    for (state, name), body in zip(names, bodies, strict=True):
        globals_.append(record(0x85, struct.pack("<IBB", at, state, 0) + name))
        at += len(body)
    stream = b"".join([*globals_, record(0x0A), *bodies])
    return stream + record(0, bytes(-len(stream) % 4))  # what pads it reads as empty records


def _xls_sheet(sheet: XlsSheet, codes: Sequence[str]) -> bytes:
    out = [record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))]
    out += [record(0x208, struct.pack("<HHHHHHI", row, 0, 1, 255, 0, 0, 0x20 | 0x100)) for row in sheet.hidden_rows]
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            value, code = cell if isinstance(cell, tuple) else (cell, None)
            style = 0 if code is None else codes.index(code) + 1
            place = struct.pack("<HHH", row, column, style)
            if isinstance(value, str) and value:
                out.append(record(0x204, place + _long(value)))
            elif isinstance(value, int | float):
                out.append(record(0x203, place + struct.pack("<d", value)))
    areas = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in sheet.merged)
    out += [record(0xE5, struct.pack("<H", len(sheet.merged)) + areas)] if areas else []
    return b"".join([*out, record(0x0A)])


def encrypted_xls(password: str, *sheets: XlsSheet) -> bytes:
    """The Workbook stream, encrypted with RC4 as Excel 97 does it."""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    checked = verifier + hashlib.md5(verifier, usedforsecurity=False).digest()
    checked = DocumentRC4.decrypt(password, salt, io.BytesIO(checked)).read()  # the same both ways
    plain = xls(*sheets, file_pass=struct.pack("<HHH", 1, 1, 1) + salt + checked)
    mask = DocumentRC4.decrypt(password, salt, io.BytesIO(bytes(len(plain))), blocksize=1024).read()
    out, at = bytearray(plain), 0
    while at + 4 <= len(plain):
        number, length = struct.unpack_from("<HH", plain, at)
        kept = length if number in (0x809, 0x2F) else 4 if number == 0x85 else 0
        for place in range(at + 4 + kept, at + 4 + length):
            out[place] ^= mask[place]
        at += 4 + length
    return bytes(out)


def _packed(number: int, body: bytes = b"") -> bytes:
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    length, rest = b"", len(body)
    while True:
        rest, low = rest >> 7, rest & 0x7F
        length += bytes([low | (0x80 if rest else 0)])
        if not rest:
            return head + length + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


@dataclass
class XlsbSheet:
    """A sheet: cells by row and column (a text, a number, or a number and its format), merged areas, hidden rows."""

    name: str
    cells: Mapping[tuple[int, int], object]
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden_rows: Sequence[int] = ()
    state: int = 0
    extra: bytes = field(default=b"")


def xlsb(*sheets: XlsbSheet) -> bytes:
    codes = sorted({cell[1] for sheet in sheets for cell in sheet.cells.values() if isinstance(cell, tuple)})
    texts = sorted({cell for sheet in sheets for cell in sheet.cells.values() if isinstance(cell, str)})
    bundle = b"".join(
        _packed(156, struct.pack("<II", sheet.state, number) + _wide(f"rId{number}") + _wide(sheet.name))
        for number, sheet in enumerate(sheets, start=1)
    )
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    relations = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.bin") for number in range(1, len(sheets) + 1)]
    relations += [("rIdS", "sharedStrings", "sharedStrings.bin"), ("rIdF", "styles", "styles.bin")]
    styles = b"".join(_packed(44, struct.pack("<H", 164 + at) + _wide(code)) for at, code in enumerate(codes))
    styles += _packed(626) + _packed(47, bytes(16)) + _packed(627) + _packed(617, struct.pack("<I", len(codes) + 1))
    styles += b"".join(
        _packed(47, struct.pack("<HH", 0, number) + bytes(12)) for number in (0, *range(164, 164 + len(codes)))
    )
    parts = {
        "xl/workbook.bin": _packed(131) + _packed(153, bytes(12)) + _packed(143) + bundle + _packed(144) + _packed(132),
        "xl/_rels/workbook.bin.rels": "<Relationships>"
        + "".join(f'<Relationship Id="{key}" Type="{kinds}{kind}" Target="{to}"/>' for key, kind, to in relations)
        + "</Relationships>",
        "xl/sharedStrings.bin": b"".join(_packed(19, b"\0" + _wide(text)) for text in texts),
        "xl/styles.bin": styles + _packed(618),
    }
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.bin"] = _xlsb_sheet(sheet, codes, texts)
    return zipped(parts)


def _xlsb_sheet(sheet: XlsbSheet, codes: Sequence[str], texts: Sequence[str]) -> bytes:
    rows, columns = (max(place[axis] for place in sheet.cells) for axis in (0, 1))
    out = [_packed(129), _packed(148, struct.pack("<IIII", 0, rows, 0, columns)), _packed(145)]
    for row in sorted({row for row, _ in sheet.cells}):
        flags = 0x10 if row in sheet.hidden_rows else 0
        out.append(_packed(0, struct.pack("<IIHBBB", row, 0, 300, 0, flags, 0) + struct.pack("<I", 0)))
        for (at, column), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
            if at != row:
                continue
            value, code = cell if isinstance(cell, tuple) else (cell, None)
            head = struct.pack("<II", column, 0 if code is None else codes.index(code) + 1)
            if isinstance(value, str):
                out.append(_packed(7, head + struct.pack("<I", texts.index(value))))
            elif isinstance(value, int):
                out.append(_packed(2, head + struct.pack("<i", value << 2 | 2)))
            elif isinstance(value, float):
                out.append(_packed(5, head + struct.pack("<d", value)))
    out.append(_packed(146))
    out += [_packed(176, struct.pack("<IIII", top, bottom, left, right)) for top, left, bottom, right in sheet.merged]
    return b"".join([*out, sheet.extra, _packed(130)])


_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def ods(tables: Iterable[str] | str, *, styles: str = "") -> bytes:
    """A workbook of these ``table:table`` elements."""
    names = " ".join(
        f'xmlns:{key}="{_ODF}{value}:1.0"'
        for key, value in (
            ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        )
    )  # fmt: skip
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
