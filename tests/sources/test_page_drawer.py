"""Markdown for people to look at: rendered and cleaned within limits, apart from every other parser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.settings import Settings
from searchapp.sources.page_drawer import PageDrawer
from searchapp.sources.parsed import LARGEST_HTML
from tests.sources.pdf_files import pdf


@pytest.fixture
def drawer() -> Iterator[PageDrawer]:
    drawer = PageDrawer(Settings(parse_timeout_seconds=8.0, parse_memory_mb=512))
    yield drawer
    drawer.close()


def written(folder: Path, text: str) -> Path:
    path = folder / "a.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_a_file_holds_is_cleaned_before_it_comes(drawer: PageDrawer, tmp_path: Path) -> None:
    html = drawer.html(written(tmp_path, "# Valves\n\n<script>alert(1)</script><b onclick=x()>seven</b>\n"), "a.md")
    assert html.split() == "<h1>Valves</h1> <b>seven</b>".split()


@pytest.mark.parametrize(
    ("attack", "refusal"),
    [
        ("<div>" * 200_000, "longer than|memory|crash"),  # its cleaning takes time in the square of the depth
        ("a" * LARGEST_HTML + "\n", "larger than"),
        ("".join(f"<b title={n}>" for n in range(3000)) + "<p>x" * 100_000, "longer than|memory|crash|larger than"),
    ],
    ids=["depth", "length", "formats that each paragraph repeats"],
)
def test_what_takes_too_long_or_grows_costs_only_itself(
    drawer: PageDrawer, tmp_path: Path, attack: str, refusal: str
) -> None:
    with pytest.raises(SourceError, match=refusal):
        drawer.html(written(tmp_path, attack), "a.md")
    assert "seven" in drawer.html(written(tmp_path, "seven"), "a.md")


def test_markdown_is_cleaned_in_a_process_that_never_saw_a_pdf(drawer: PageDrawer, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("Gloves"))
    assert drawer.place(path, "a.pdf", 1, "Gloves").marks
    assert drawer.html(written(tmp_path, "seven"), "a.md")
    used = [box._worker for box in (drawer._pages, drawer._markdown)]
    assert None not in used and used[0] is not used[1]
