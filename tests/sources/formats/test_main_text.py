"""The main text of real article pages, scored as the article extraction benchmark scores it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput

SHINGLE = 4


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def f1(pairs: Iterator[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision and recall of four-word shingles, each the mean over the pages, and their harmonic mean."""
    precisions, recalls = [], []
    for gold, found in pairs:
        true, read = shingles(gold), shingles(found)
        right = sum((true & read).values())
        precisions.append(right / max(1, sum(read.values())))
        recalls.append(right / max(1, sum(true.values())))
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


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
