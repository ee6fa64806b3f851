"""Whether scanned pages and pictures are read: each recogniser is given a picture, where documents are parsed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from searchapp.errors import SourceError
from searchapp.findings import Finding, info, ok, warning
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.recognition import RECOGNISERS, choose, look_again
from searchapp.sources.sandbox import Sandbox
from searchapp.wiring import Application

RECOGNITION = "recognition"
SHOWN = "Documents 2048"
FONT_SIZE = 60


def check_recognition(application: Application) -> Iterator[Finding]:
    """Says of each recogniser that is installed and allowed whether it works, and what would help where none is."""
    settings = application.settings
    options = ParserOptions(1 << 24, (), settings.ocr, settings.ocr_languages, settings.ocr_max_pages)
    look_again()
    chosen = choose(options)
    if chosen.recogniser is None:
        yield info(RECOGNITION, "pictures_unread", remedy=chosen.remedy)
        return
    names = [chosen.name, *(name for name in RECOGNISERS if name != chosen.name and settings.ocr == "auto")]
    for name in names:
        choice = choose(replace(options, ocr=name))
        if choice.recogniser is None:
            continue
        with Sandbox(
            timeout_seconds=settings.parse_timeout_seconds,
            memory_mb=settings.parse_memory_mb,
            options=replace(options, ocr=name),
        ) as sandbox:
            works = _works(sandbox)
        values = {"name": name, "languages": choice.languages.split("+")}
        if not works:
            yield warning(RECOGNITION, "recogniser_fails", **values)
        elif name == chosen.name:
            yield ok(RECOGNITION, "recogniser_works", **values)
        else:
            yield ok(RECOGNITION, "recogniser_beside", **values)
    if chosen.lacking:
        yield info(RECOGNITION, "languages_unread", languages=chosen.lacking.split("+"), remedy=chosen.remedy)


def _works(sandbox: Sandbox) -> bool:
    try:
        return SHOWN in sandbox.parse(ParserInput("picture.png", _picture())).text
    except SourceError:
        return False


def _picture() -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("L", (FONT_SIZE * len(SHOWN), FONT_SIZE * 4), 255)
    ImageDraw.Draw(picture).text((FONT_SIZE, FONT_SIZE), SHOWN, fill=0, font=ImageFont.load_default(FONT_SIZE))
    out = io.BytesIO()
    picture.save(out, "png")
    return out.getvalue()


RECOGNISING = ((RECOGNITION, check_recognition),)
