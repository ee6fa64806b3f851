"""What an edit costs: one paragraph of a long document, beside its first ingest.

    python benchmarks/edit.py [--pages 300] [--rounds 3] [--elasticsearch URL] [--json FILE]

A document of the Kubernetes documentation's text is ingested for the first time, then one of its paragraphs is edited
and it is ingested again, in the same process with the model loaded, as the page, a worker or ``--watch`` do it. Each
round takes new text. The target is 2 % of the first ingest; parsing has to read the whole file again, so the format
matters: Markdown and PDF are measured. Time by the clock depends on what else the machine does, processor time (user
and system, the parser's process included) much less; both are given. ``--json`` writes

    {"pages", "store", "target", "formats": {"md": {"chunks", "embedded": [n...], "first_seconds": [s...],
     "edit_seconds": [s...], "first_cpu_seconds": [s...], "edit_cpu_seconds": [s...]}, "pdf": {...}}}

with one value a round; it is written again after each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import sys
import tarfile
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from benchmarks.report_tables import edit
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
ROUNDS = ("embedded", "first_seconds", "edit_seconds", "first_cpu_seconds", "edit_cpu_seconds")


def processor_seconds() -> float:
    """User and system time of this process and of its children, ended or not (Linux)."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[1]) == os.getpid():
            ticks += sum(map(int, fields[11:15]))
    return sum(one.ru_utime + one.ru_stime for one in spent) + ticks / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """An ingest: seconds by the clock and of processors, chunks embedded and in all."""

    seconds: float
    cpu_seconds: float
    embedded: int
    passages: int


def measured(application: Application, path: Path) -> Measured:
    started, spent = time.perf_counter(), processor_seconds()
    (outcome,) = application.ingester.ingest([str(path)])
    if outcome.error:
        sys.exit(outcome.error)
    seconds, cpu_seconds = time.perf_counter() - started, processor_seconds() - spent
    return Measured(round(seconds, 3), round(cpu_seconds, 3), outcome.embedded, outcome.chunks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", default="", metavar="URL", help="default: the embedded store")
    parser.add_argument("--texts", type=Path, default=TEXTS, help="archive with Markdown files")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", nargs="+", choices=list(WRITERS), default=list(WRITERS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements here")
    wanted = parser.parse_args()
    paragraphs = paragraphs_of(wanted.texts)
    formats: dict[str, dict[str, Any]] = {}
    store = "Elasticsearch" if wanted.elasticsearch else "LanceDB"
    told = {"pages": wanted.pages, "store": store, "target": MOST, "formats": formats}
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data_dir=Path(folder) / "data",
            elasticsearch_url=wanted.elasticsearch,
            index_prefix=f"searchapp-bench-{uuid.uuid4().hex[:8]}",
        )
        application = Application(settings)
        application.embedder.embed_query("The model is loaded before the first round.")
        _ = application.embedder.fingerprint
        try:
            for number in range(wanted.rounds):
                for suffix in wanted.formats:
                    pages = paged(paragraphs, wanted.pages)
                    path = Path(folder) / f"{number}.{suffix}"
                    WRITERS[suffix](path, pages)
                    first = measured(application, path)
                    pages[wanted.pages // 2][0] = f"This paragraph was edited in round {number}. {pages[0][0]}"
                    WRITERS[suffix](path, pages)
                    second = measured(application, path)
                    one = formats.setdefault(suffix, {"passages": first.passages, **{name: [] for name in ROUNDS}})
                    values = second.embedded, first.seconds, second.seconds, first.cpu_seconds, second.cpu_seconds
                    for name, value in zip(ROUNDS, values, strict=True):
                        one[name].append(value)
                    print(f"round {number + 1}, {suffix}: {first}, then {second}", file=sys.stderr, flush=True)
                    if wanted.json:
                        wanted.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
        finally:
            application.store.drop()
    print(edit(told))


if __name__ == "__main__":
    main()
