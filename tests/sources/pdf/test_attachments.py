"""Files inside a PDF: read as documents of their own kind, or named; and those that would do harm."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.members import MOST_FILES
from searchapp.sources.parsed import Parsed, ParserInput
from tests.sources.pdf_files import pdf


def read(data: bytes) -> Parsed:
    return parse(ParserInput("/in/folder.pdf", data))


def with_files(files: dict[str, bytes], text: str = "Cover sheet.") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text))))
    for name, data in files.items():
        writer.add_attachment(name, data)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_files_are_read_by_their_own_parsers_under_their_names() -> None:
    inner = {
        "plan.txt": b"The vault code plan is on shelf 88.",
        "rules.md": "# 安全规定\n\n进入车间必须戴安全帽。".encode(),
        "deep.pdf": with_files({"third.txt": b"A file within a file."}, text="The inner document."),
    }
    parsed = read(with_files(inner))
    for words in ("shelf 88", "必须戴安全帽", "The inner document.", "A file within a file."):
        assert words in parsed.text
    headings = {section.headings[:1] for section in parsed.sections}
    assert ("plan.txt",) in headings and any("安全规定" in "".join(section.headings) for section in parsed.sections)
    assert parsed.sections[0].page == 1 and parsed.pages == 1


def test_a_file_that_is_no_document_is_named() -> None:
    parsed = read(with_files({"run.exe": b"MZ\x90\x00" + bytes(200), "plan.txt": b"On shelf 88."}))
    assert "shelf 88" in parsed.text and "run.exe" in shown(parsed.note)


def test_a_cover_without_text_is_no_reason_to_refuse_what_is_inside() -> None:
    assert "shelf 88" in read(with_files({"plan.txt": b"On shelf 88."}, text="")).text


def test_a_file_that_is_pinned_to_a_page_is_read_once() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("Page."))))
    stream = DecodedStreamObject()
    stream.set_data(b"Minutes of the meeting.")
    held = DictionaryObject({NameObject("/F"): writer._add_object(stream)})
    described = DictionaryObject({NameObject("/UF"): TextStringObject("minutes.txt"), NameObject("/EF"): held})
    pin = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FileAttachment"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (10, 10, 30, 30))),
            NameObject("/FS"): described,
        }
    )
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(pin), writer._add_object(pin)])
    assert read(written(writer)).text.count("Minutes of the meeting.") == 1


def test_more_files_than_are_read_are_said() -> None:
    parsed = read(with_files({f"{n}.txt": f"Number {n} of many.".encode() for n in range(MOST_FILES + 5)}))
    assert parsed.text.count("of many.") == MOST_FILES
    assert "too many" in shown(parsed.note)


def test_a_knotted_tree_of_names_ends() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(with_files({"plan.txt": b"On shelf 88."}))))
    tree = writer.root_object["/Names"]["/EmbeddedFiles"]
    tree[NameObject("/Kids")] = ArrayObject([writer._add_object(tree)])
    assert read(written(writer)).text.count("shelf 88") == 1


def test_a_file_that_unpacks_to_very_much_costs_only_itself() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(with_files({"big.txt": b"x"}))))
    for thing in writer._objects:
        if isinstance(thing, StreamObject) and thing.get("/Type") == "/EmbeddedFile":
            import zlib

            packed = zlib.compress(bytes(300 << 20), 9)
            thing._data = packed
            thing[NameObject("/Filter")] = NameObject("/FlateDecode")
    parsed = read(written(writer))
    assert parsed.text.startswith("Cover sheet.") and "big.txt" in shown(parsed.note)


@pytest.mark.parametrize("name", ["../../etc/passwd.txt", "C:\\secrets\\plan.txt"])
def test_a_name_is_a_name_and_no_path(name: str) -> None:
    parsed = read(with_files({name: b"On shelf 88."}))
    assert "shelf 88" in parsed.text and not any(
        "/" in part or "\\" in part for s in parsed.sections for part in s.headings
    )
