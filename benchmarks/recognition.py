"""Compares the recognisers on pages whose text is known, drawn as a scanner would make them, and on real scans.

    python benchmarks/recognition.py FOLDER_OF_PDFS... [--pages 24] [--json FILE]

A page with a text layer is drawn, put in a little askew, blurred and stained; what is recognised is compared with the
layer by the pairs of neighbouring letters (F1: neither lost nor invented). Of real scans nobody knows the text: there
the recognisers are compared with one another. Seconds are processor time of one thread, models loaded before.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument, PdfiumError

from searchapp.sources.recognition import RECOGNISERS

LANGUAGES = "eng+chi_sim"
LEAST_LETTERS = 400
SCANNED_AT = 200
DEGREES = 0.7
QUALITY = 60
SIZES = (200, 150, 100)
"""Dots per inch of the scans: of an office scanner, and of poorer ones."""


def pages(folders: list[Path], most: int) -> Iterator[tuple[str, Any, str]]:
    """Name, page and language: of each file its first page with enough text, Chinese by a tenth of its letters."""
    found: Counter[str] = Counter()
    for path in sorted(path for folder in folders for path in folder.rglob("*.pdf")):
        try:
            document = PdfDocument(path)
        except PdfiumError:
            continue
        for number in range(min(len(document), 8)):
            page = document[number]
            known = letters(page.get_textpage().get_text_bounded())
            kinds = Counter(unicodedata.name(letter, "?").split()[0] for letter in known)
            chinese = kinds["CJK"] * 10 > len(known)
            foreign = len(known) - kinds["CJK"] - kinds["LATIN"] - kinds["DIGIT"]
            language = "Chinese" if chinese else "English"
            if len(known) >= LEAST_LETTERS // (1 + chinese) and foreign * 50 < len(known) and found[language] < most:
                found[language] += 1
                yield f"{path.stem} {number + 1}", page, language
                if not chinese:
                    break


def scans(folders: list[Path]) -> Iterator[tuple[str, Any]]:
    """Pages that are pictures and nothing else."""
    for path in sorted(path for folder in folders for path in folder.rglob("*.pdf")):
        try:
            document = PdfDocument(path)
            for number in range(min(len(document), 4)):
                page = document[number]
                if not page.get_textpage().count_chars() and any(page.get_objects(filter=[3])):
                    yield f"{path.stem} {number + 1}", page
        except PdfiumError:
            continue


def drawn(page: Any, dots_per_inch: int) -> Any:
    return np.squeeze(page.render(scale=dots_per_inch / 72, grayscale=True).to_numpy())


def worn(page: Any, dots_per_inch: int, into: int) -> Any:
    """The page as a scan of so many dots, in the size in which a recogniser is given it."""
    chance = random.Random(0)
    picture = Image.fromarray(drawn(page, dots_per_inch))
    picture = picture.rotate(DEGREES, fillcolor=255, resample=Image.Resampling.BICUBIC)
    picture = picture.filter(ImageFilter.GaussianBlur(0.5))
    noise = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 12, (picture.height, picture.width))
    picture = Image.fromarray(np.clip(np.asarray(picture) * 0.9 + 12 + noise, 0, 255).astype(np.uint8))
    packed = io.BytesIO()
    picture.save(packed, "jpeg", quality=QUALITY)
    shown = Image.open(packed)
    shown = shown.resize([round(side * into / dots_per_inch) for side in shown.size], Image.Resampling.BILINEAR)
    return np.asarray(shown)


def letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum())


def agreement(one: str, other: str) -> float:
    """F1 over pairs of neighbouring letters."""
    pairs = [Counter(text[at : at + 2] for at in range(len(text) - 1)) for text in map(letters, (one, other))]
    total = sum(pair.total() for pair in pairs)
    return 2 * (pairs[0] & pairs[1]).total() / total if total else 1.0


def seconds() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(recogniser: Any, picture: Any) -> tuple[str, float]:
    started = seconds()
    return recogniser.recognise(picture, LANGUAGES), seconds() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pages", type=int, default=24, help="most pages of a language")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    for recogniser in RECOGNISERS.values():
        recogniser.recognise(np.full((64, 256), 255, np.uint8), LANGUAGES)
    rows: list[dict[str, Any]] = []
    for name, page, language in pages(arguments.folders, arguments.pages):
        known = page.get_textpage().get_text_bounded()
        for dots in SIZES:
            for which, recogniser in RECOGNISERS.items():
                found, took = timed(recogniser, worn(page, dots, recogniser.DOTS_PER_INCH))
                row = {"page": name, "kind": language, "dots": dots, "by": which, "seconds": round(took, 2)}
                rows.append({**row, "right": round(agreement(known, found), 4)})
                print(rows[-1], flush=True)
    for name, page in scans(arguments.folders):
        texts = {}
        for which, recogniser in RECOGNISERS.items():
            texts[which], took = timed(recogniser, drawn(page, recogniser.DOTS_PER_INCH))
            rows.append({"page": name, "kind": "scan", "dots": 0, "by": which, "seconds": round(took, 2)})
        same = agreement(*texts.values())
        for row in rows[-len(texts) :]:
            row["right"] = round(same, 4)
            print(row, flush=True)
    for kind, dots in sorted({(row["kind"], row["dots"]) for row in rows}):
        for which in RECOGNISERS:
            of = [row for row in rows if (row["kind"], row["dots"], row["by"]) == (kind, dots, which)]
            right, took = mean(row["right"] for row in of), mean(row["seconds"] for row in of)
            print(f"| {kind} {dots or ''} | {len(of)} | {which} | {right:.3f} | {took:.1f} |")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
