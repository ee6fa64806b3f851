"""Titles and headings as queries: each is of one document, and the same data makes the same set."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.headings import HEADING, QUERIES, _write, names, of_data
from benchmarks.hugo_pages import Page

LONG = "The text of a page is longer than a line. " * 8
PAGES = {
    "a.md": Page("Pods", f"# Pods\n\n{LONG}\n\n## Shared storage\n\n{LONG}\n\n## What's next\n\n{LONG}"),
    "b.md": Page("Nodes", f"{LONG}\n\n## What's next\n\n{LONG}\n\n### 节点名称的唯一性 ###\n\n{LONG}"),
    "short.md": Page("Short", "A line."),
}


def test_names_are_the_title_and_the_headings() -> None:
    assert names(PAGES["a.md"]) == ["Pods", "Shared storage", "What's next"]
    assert names(PAGES["b.md"]) == ["Nodes", "What's next", "节点名称的唯一性"]
    assert names(Page("The", "## a b c d e f g h i j k l m n o p q r s t u v w x y z")) == []
    assert HEADING.findall("#no heading\n##### too deep\n# One\n") == ["One"]


def test_what_stands_on_two_pages_is_not_asked_for(tmp_path: Path) -> None:
    folder = _write(tmp_path / "set", PAGES)
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {query["text"] for query in queries} == {"Pods", "Shared storage", "Nodes", "节点名称的唯一性"}
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["_id"] for one in corpus] == ["a.md", "b.md"] and not any("#" in one["text"] for one in corpus)
    judged = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(judged) == len(queries)


def test_the_same_pages_make_the_same_set(tmp_path: Path) -> None:
    once, again = _write(tmp_path / "once", PAGES), _write(tmp_path / "twice", dict(reversed(PAGES.items())))
    for file in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        assert (once / file).read_bytes() == (again / file).read_bytes()


def test_the_shared_data_makes_three_sets(shared_data: Path, tmp_path: Path) -> None:
    for folder in of_data(shared_data, tmp_path).values():
        count = len((folder / "queries.jsonl").read_text(encoding="utf-8").splitlines())
        assert 100 < count <= QUERIES
