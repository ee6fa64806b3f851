"""What an edit costs: one paragraph of a long document, beside its first ingest.

    python benchmarks/edit.py [--pages 300] [--rounds 3] [--elasticsearch URL]

A document of the Kubernetes documentation's text is ingested for the first time, then one of its paragraphs is edited
and it is ingested again, in the same process with the model loaded, as the page, a worker or ``--watch`` do it. Each
round takes new text. The target is 2 % of the first ingest; parsing has to read the whole file again, so the format
matters: Markdown and PDF are measured.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import sys
import tarfile
import tempfile
import time
import uuid
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from searchapp.settings import load_settings
from searchapp.wiring import Application

DATA = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
TEXTS = DATA / "docs_k8s_en" / "docs_k8s_en.tar.xz"
CHARACTERS_A_PAGE = 2_500
MOST = 0.02


def paragraphs_of(archive: Path) -> list[str]:
    """Paragraphs of running text, without markup."""
    found: list[str] = []
    with tarfile.open(archive) as members:
        for member in members:
            opened = members.extractfile(member) if member.name.endswith(".md") else None
            if opened:
                text = opened.read().decode("utf-8", "replace")
                found += [part for part in re.split(r"\n\s*\n", text) if len(part) > 200 and part[0].isalpha()]
    return found


def paged(paragraphs: list[str], pages: int) -> list[list[str]]:
    """As many paragraphs as fill each page, drawn in random order."""
    random.shuffle(paragraphs)
    rest, made = iter(paragraphs), []
    for _ in range(pages):
        page: list[str] = []
        while sum(map(len, page)) < CHARACTERS_A_PAGE:
            page.append(" ".join(next(rest).split()))
        made.append(page)
    return made


def write_markdown(path: Path, pages: list[list[str]]) -> None:
    chapters = [f"## Chapter {number}\n\n" + "\n\n".join(page) for number, page in enumerate(pages, start=1)]
    path.write_text("# A long document\n\n" + "\n\n".join(chapters), encoding="utf-8")


def write_pdf(path: Path, pages: list[list[str]]) -> None:
    style = getSampleStyleSheet()["BodyText"]
    parts: list[object] = []
    for page in pages:
        parts += [Paragraph(re.sub(r"[<>&]", " ", text), style) for text in page]
        parts.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=A4).build(parts)


WRITERS = {"md": write_markdown, "pdf": write_pdf}


def seconds_to_ingest(application: Application, path: Path) -> tuple[float, int]:
    """How long it took, and how many passages were embedded."""
    started = time.perf_counter()
    (outcome,) = application.ingester.ingest([str(path)])
    if outcome.error:
        sys.exit(outcome.error)
    return time.perf_counter() - started, outcome.embedded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", default="", metavar="URL", help="default: the embedded store")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="archive with Markdown files")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    paragraphs = paragraphs_of(wanted.texts)
    print("| format | passages | first ingest, s | embedded by an edit | edit, s | share, median | least | target |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_dir=Path(folder) / "data",
            elasticsearch_url=wanted.elasticsearch,
            index_prefix=f"searchapp-bench-{uuid.uuid4().hex[:8]}",
        )
        application = Application(settings)
        application.embedder.embed_query("The model is loaded before the first round.")
        try:
            for suffix, write in WRITERS.items():
                firsts, edits, counts = [], [], []
                for number in range(wanted.rounds):
                    pages = paged(paragraphs, wanted.pages)
                    path = Path(folder) / f"{number}.{suffix}"
                    write(path, pages)
                    first, total = seconds_to_ingest(application, path)
                    pages[wanted.pages // 2][0] = f"This paragraph was edited in round {number}. {pages[0][0]}"
                    write(path, pages)
                    edit, embedded = seconds_to_ingest(application, path)
                    firsts.append(first)
                    edits.append(edit)
                    counts.append((total, embedded))
                shares = [edit / first for edit, first in zip(edits, firsts, strict=True)]
                share = statistics.median(shares)
                print(
                    f"| {suffix} | {counts[0][0]} | {statistics.median(firsts):.1f} | {counts[0][1]} | "
                    f"{statistics.median(edits):.2f} | {share:.1%} | {min(shares):.1%} | "
                    f"{'met' if share <= MOST else 'missed'} |",
                    flush=True,
                )
        finally:
            application.store.drop()


if __name__ == "__main__":
    main()
