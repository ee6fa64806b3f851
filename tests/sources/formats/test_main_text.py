"""The main text of real article pages, scored as the article extraction benchmark scores it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.web_pages import Kept, blocks, f1
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput


def test_blocks_are_counted_by_kind_and_as_often_as_they_stand() -> None:
    page = (
        "<h2>Fees 费用</h2><p>a b</p><ul><li>one two</li></ul><p>a b</p><figure><figcaption>图 1</figcaption></figure>"
    )
    kept = Kept()
    kept.add(blocks(f"<body>{page}</body>"), "Fees 费用\n\na b\n\n- one two three\n\n图 2")
    assert kept.shares() == {"heading": (1.0, 1), "item": (1.0, 1), "caption": (0.0, 1), "paragraph": (0.5, 2)}


@pytest.mark.slow
def test_the_main_text_of_articles_reaches_an_f1_of_95_percent(shared_data: Path) -> None:
    folder = shared_data / "html_article_extraction"
    gold = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))

    def pairs() -> Iterator[tuple[str, str]]:
        for name, truth in gold.items():
            data = (folder / "html" / f"{name}.html.gz").read_bytes()
            yield truth["articleBody"], parse(ParserInput(f"/in/{name}.html.gz", data)).text

    precision, recall, score = f1(pairs())
    print(f"precision {precision:.3f}, recall {recall:.3f}, F1 {score:.3f} on {len(gold)} pages")
    assert len(gold) == 181
    assert score >= 0.95
