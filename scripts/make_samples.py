"""Rebuilds the samples' PDFs from docs/sample-sources, with a Chromium on this machine.

Run from the repository's root: ``python -m scripts.make_samples``.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from pypdfium2 import PdfDocument

from tests.services.chromium import launched, program

SOURCES = {
    "handbook.html": "wardens/handbook.pdf",
    "价目表.html": "guests/价目表.pdf",
    "用水告示.html": "wardens/用水告示.pdf",
}
SCANNED = "用水告示.html"


def main() -> None:
    """Print each source to its PDF, with an outline made of the headings; one of them is then scanned."""
    root = Path(__file__).parents[1]
    with launched(program()) as browser:
        for source, target in SOURCES.items():
            page = browser.new_page()
            page.goto((root / "docs" / "sample-sources" / source).as_uri())
            printed = page.pdf(format="A4", tagged=True, outline=True)
            page.close()
            data = scanned(printed) if source == SCANNED else printed
            (root / "searchapp" / "samples" / target).write_bytes(data)


def scanned(printed: bytes) -> bytes:
    """Its first page as a scanner gives it: a picture on yellowish paper, a little askew, with the sensor's noise."""
    with PdfDocument(printed) as document:
        drawn = document[0].render(scale=150 / 72).to_pil().convert("L")
    grey = np.asarray(drawn.rotate(0.7, fillcolor=255, resample=Image.Resampling.BICUBIC), dtype=np.float32)
    noise = np.random.default_rng(7).normal(0, 6, grey.shape)
    paper = np.stack([(grey * tint + noise).clip(0, 255) for tint in (0.95, 0.93, 0.86)], axis=-1)
    picture = Image.fromarray(paper.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.5))
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=150, quality=70)
    return out.getvalue()


if __name__ == "__main__":
    main()
