"""A benchmark's table takes its place on a page, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.page import put

PAGE = (
    "# Page\n<!-- gate: begin -->\nold\n<!-- gate: end -->\nwords\n<!-- other: begin -->\nstays\n<!-- other: end -->\n"
)


def test_only_the_named_place_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    put(page, "gate", "new")
    assert page.read_text() == PAGE.replace("old", "new")


@pytest.mark.parametrize("name", ["checker", "half"])
def test_a_page_without_the_place_is_named_and_left_alone(tmp_path: Path, name: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE + "<!-- half: begin -->\n")
    with pytest.raises(SystemExit, match=f"page.md has no place for this table: it lacks '<!-- {name}: begin -->'"):
        put(page, name, "new")
    assert page.read_text() == PAGE + "<!-- half: begin -->\n"
