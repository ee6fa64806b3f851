"""Makes the PDFs that the tests read."""

from __future__ import annotations

import io

from pypdf import PdfReader, PdfWriter
from pypdfium2 import PdfDocument
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas


def pdf(
    *pages: str,
    title: str = "",
    bookmarks: tuple[tuple[str, int, int], ...] = (),
    cjk: bool = False,
    password: str = "",
) -> bytes:
    """A PDF with one string a page (lines parted by newlines); bookmarks are (title, page from 1, level from 0)."""
    out = io.BytesIO()
    canvas = Canvas(out)
    if title:
        canvas.setTitle(title)
    if cjk:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    for number, page in enumerate(pages, start=1):
        canvas.setFont("STSong-Light" if cjk else "Helvetica", 12)
        for mark, at, level in bookmarks:
            if at == number:
                canvas.bookmarkPage(f"{mark}{level}")
                canvas.addOutlineEntry(mark, f"{mark}{level}", level)
        text = canvas.beginText(72, 760)
        for line in page.split("\n"):
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return _encrypted(out.getvalue(), password) if password else out.getvalue()


def encrypted(data: bytes, user: str, owner: str) -> bytes:
    """The PDF under a user's and an owner's password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user, owner)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _encrypted(data: bytes, password: str) -> bytes:
    return encrypted(data, password, password)


def scanned(data: bytes, *, dots_per_inch: int = 200) -> bytes:
    """The PDF as a scanner would make it: the same pages, as pictures only."""
    out = io.BytesIO()
    canvas = Canvas(out)
    with PdfDocument(data) as document:
        for page in document:
            width, height = page.get_size()
            canvas.setPageSize((width, height))
            picture = page.render(scale=dots_per_inch / 72, grayscale=True).to_pil()
            canvas.drawInlineImage(picture, 0, 0, width, height)
            canvas.showPage()
    canvas.save()
    return out.getvalue()


def joined(*files: bytes) -> bytes:
    """All pages in one PDF."""
    writer = PdfWriter()
    for data in files:
        writer.append(io.BytesIO(data))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
