"""Pictures of text, as cameras and scanners make them."""

from __future__ import annotations

import io

from PIL import Image
from pypdfium2 import PdfDocument

from tests.sources.pdf_files import pdf


def page(text: str, *, cjk: bool = False, turned: int = 0, dots_per_inch: int = 150) -> Image.Image:
    """The upper half of a page of ``text``, turned by so many degrees against the clock."""
    with PdfDocument(pdf(text, cjk=cjk)) as document:
        picture = document[0].render(scale=dots_per_inch / 72).to_pil().convert("L")
    picture = picture.crop((0, 0, picture.width, picture.height // 2))
    return picture.rotate(turned, expand=True, fillcolor=255)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a file of the kind."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
