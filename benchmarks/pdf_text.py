"""How well PDFs are read: words and their order beside other readers, and seconds a page.

    python benchmarks/pdf_text.py [--files FOLDER] [--json FILE]

Each file is read by pypdf, by PDFium (its text as it comes) and by this program. What should come out is the
Markdown that lies beside a file (``report.gt.md``), else what pdfminer.six makes of it, where that is installed
(`pip install pdfminer.six`). ``words`` is the share of the wanted words that were read, ``order`` that of the wanted
neighbours (two words in a row) that stand beside each other. Page numbers and running headers are wanted words too,
although this program leaves them out. A file without text, or that a reader refuses, is left out of the means.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from pypdf import PdfReader
from pypdfium2 import PdfDocument, PdfiumError

from searchapp.sources.builder import clean
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.pdf.document import parse_pdf

DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
LARGEST = 3 << 20
PASSWORDS = ("openpassword", "test", "password", "abc", "asdfasdf", "foo")
MOST_PAGES = 30
"""Of a file are wanted from pdfminer.six, which is slow."""

MOST_WANTED = 200_000
"""Characters: a whole book tells no more than its beginning, and takes long."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W_]+")
_MARKUP = re.compile(r"<!--.*?-->|!\[[^\]]*\]\([^)]*\)|&[a-z]+;", re.DOTALL)


def password_of(path: Path) -> str:
    """The one of the given passwords that opens a file, or none."""
    for password in ("", *PASSWORDS):
        try:
            PdfDocument(path, password=password or None).close()
        except PdfiumError:
            continue
        return password
    return ""


def by_pypdf(path: Path) -> tuple[str, int]:
    reader = PdfReader(path, password=password_of(path) or None)
    return "\n".join(page.extract_text() for page in reader.pages), len(reader.pages)


def by_pdfium(path: Path) -> tuple[str, int]:
    document = PdfDocument(path, password=password_of(path) or None)
    return "\n".join(page.get_textpage().get_text_range() for page in document), len(document)


def by_searchapp(path: Path) -> tuple[str, int]:
    options = ParserOptions(passwords=PASSWORDS)
    parsed = parse_pdf(ParserInput(str(path), path.read_bytes(), options=options))
    return parsed.text, parsed.pages or 0


READERS: dict[str, Callable[[Path], tuple[str, int]]] = {
    "pypdf": by_pypdf,
    "PDFium": by_pdfium,
    "searchapp": by_searchapp,
}


def wanted_of(path: Path) -> tuple[str, str]:
    """What a file says, and who says so; both empty where nobody does."""
    beside = path.with_name(f"{path.stem}.gt.md")
    if beside.exists():
        return _MARKUP.sub(" ", beside.read_text("utf-8")), "Markdown"
    try:
        from pdfminer.high_level import extract_text  # type: ignore[import-not-found]
    except ImportError:
        return "", ""
    return str(extract_text(str(path), password=password_of(path), maxpages=MOST_PAGES)), "pdfminer.six"


def words_of(text: str) -> list[str]:
    return _WORD.findall(clean(text[:MOST_WANTED].replace("-\n", "")).casefold())


def share(wanted: Counter[Any], found: Counter[Any]) -> float:
    return (wanted & found).total() / max(1, wanted.total())


def measured(path: Path) -> dict[str, Any] | None:
    """What each reader makes of a file: its shares, seconds and pages."""
    try:
        text, source = wanted_of(path)
    except Exception:  # noqa: BLE001 - the other tool fails in its own ways
        return None
    wanted = words_of(text)
    if len(wanted) < 5:
        return None
    row: dict[str, Any] = {"file": f"{path.parent.name}/{path.name}", "wanted": source}
    for name, read in READERS.items():
        started = time.process_time()
        try:
            text, pages = read(path)
        except Exception:  # noqa: BLE001 - some files are broken, and some protected
            return None
        seconds = time.process_time() - started
        found = words_of(text)
        row["pages"] = pages
        row[name] = {
            "words": round(share(Counter(wanted), Counter(found)), 3),
            "order": round(share(Counter(pairwise(wanted)), Counter(pairwise(found))), 3),
            "seconds": round(seconds, 3),
        }
    return row


def table(rows: list[dict[str, Any]]) -> str:
    lines = ["| wanted by | files | pages | reader | words | order | s a page |", "|---|---|---|---|---|---|---|"]
    for source in sorted({row["wanted"] for row in rows}):
        some = [row for row in rows if row["wanted"] == source]
        pages = sum(row["pages"] for row in some)
        for name in READERS:
            words, order = (fmean(row[name][what] for row in some) for what in ("words", "order"))
            seconds = sum(row[name]["seconds"] for row in some) / pages
            lines.append(f"| {source} | {len(some)} | {pages} | {name} | {words:.3f} | {order:.3f} | {seconds:.4f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=Path, default=DATA / "pdfs", metavar="FOLDER")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write a row for each file here")
    wanted = parser.parse_args()
    rows = []
    for path in sorted(wanted.files.rglob("*.pdf")):
        if path.name.startswith("bomb") or path.stat().st_size > LARGEST:
            continue
        row = measured(path)
        if row:
            rows.append(row)
            told = ", ".join(f"{name} {row[name]['words']:.3f}/{row[name]['order']:.3f}" for name in READERS)
            print(f"{row['file']}: {told}", file=sys.stderr, flush=True)
    if wanted.json:
        wanted.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
