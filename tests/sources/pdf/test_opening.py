"""PDFs that are damaged or protected in part: what can be read of them is, and what is said is true."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, NumberObject

from searchapp.errors import SourceError
from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from tests.sources.pdf.test_attachments import with_files
from tests.sources.pdf_files import encrypted, pdf

TEXT = "The crane permit expires in October."


def read(data: bytes, *passwords: str) -> Parsed:
    return parse(ParserInput("/in/a.pdf", data, options=ParserOptions(passwords=passwords)))


def locking_files_only(data: bytes) -> bytes:
    """Asks a password for its attached files, and encrypts nothing else (ISO 32000-2, 7.6.6)."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt("open", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    reader = PdfReader(out, password="open")
    protection = reader.trailer["/Encrypt"].get_object()
    plain = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    entry = DictionaryObject(dict(protection.items()))
    entry[NameObject("/StmF")] = entry[NameObject("/StrF")] = NameObject("/Identity")
    entry[NameObject("/EFF")] = NameObject("/StdCF")
    out = io.BytesIO()
    number = len(plain._objects) + 1
    plain._add_object(entry)
    plain.write(out)
    raw = out.getvalue()
    return re.sub(rb"trailer\s*<<", b"trailer\n<< /Encrypt %d 0 R " % number, raw)


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: re.sub(rb"startxref\s+\d+", b"startxref\n99999999", data),
        lambda data: re.sub(rb"startxref\s+\d+", b"startxref\n7", data),
        lambda data: data[: data.rindex(b"xref\n")],
        lambda data: re.sub(rb"(?m)^\d{10} 00000 n", b"0000000000 00000 n", data),
        lambda data: b"\n\n" + b"leading noise " * 20 + data,
        lambda data: data.replace(b"/Root", b"/Rxxt"),
    ],
)
def test_a_file_whose_references_are_lost_is_read_all_the_same(broken: object) -> None:
    assert TEXT in read(broken(pdf(TEXT, "Second page."))).text  # type: ignore[operator]


def test_one_bad_operator_costs_no_page() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(TEXT, "Second."))))
    content = writer.pages[0].get_contents()
    assert content is not None
    content.set_data(b"(a b Tf ]] Tj /x << \n" + content.get_data() + b"\nBT 12 Tf (more) Tj ET")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    assert "Second." in read(out.getvalue()).text


def test_only_the_attached_files_are_protected() -> None:
    data = locking_files_only(with_files({"plan.txt": b"On shelf 88."}, text=TEXT))
    parsed = read(data)
    assert TEXT in parsed.text and "plan.txt" in shown(parsed.note)


def test_a_file_that_is_protected_is_still_protected() -> None:
    data = encrypted(pdf(TEXT), "open", "owner")
    with pytest.raises(SourceError, match="is protected by a password"):
        read(data)
    assert TEXT in read(data, "wrong", "open").text


def test_what_is_no_pdf_is_damaged() -> None:
    with pytest.raises(SourceError, match="is damaged"):
        read(b"%PDF-1.7\n" + bytes(range(256)) * 20)


def test_pages_that_an_odd_number_names_are_none() -> None:
    writer = PdfWriter()
    writer.root_object["/Pages"][NameObject("/Count")] = NumberObject(7)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(SourceError, match=r"no pages|no text layer|page tree"):
        read(out.getvalue())
