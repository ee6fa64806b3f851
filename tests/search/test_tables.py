"""A question about one row of a long table finds the row, whatever file the table stands in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.model import Filters, SearchMode, SearchRequest
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.sources.office_files import docx, xlsx

FOUND = 77
"""The number of the part that alone costs 21."""


def rows(currency: str) -> list[tuple[str, str, str]]:
    prices = [21 if number == FOUND else 30 + number % 60 for number in range(120)]
    return [(f"PN-{number}", f"M{number % 9}", f"{price} {currency}") for number, price in enumerate(prices)]


def word_table(lines: list[tuple[str, ...]]) -> str:
    cells = ("".join(f"<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>" for cell in line) for line in lines)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("shop")
    docs = folder / "docs"
    docs.mkdir()
    english, header = rows("EUR"), ("Part", "Thread", "Price")
    lines = "".join(f"| {' | '.join(row)} |\n" for row in english)
    (docs / "prices.csv").write_text("".join(",".join(row) + "\n" for row in (header, *english)), "utf-8")
    (docs / "prices.md").write_text(f"# Shop\n\n| {' | '.join(header)} |\n|---|---|---|\n{lines}", "utf-8")
    (docs / "prices.xlsx").write_bytes(xlsx({"Shop": [["Prices of 2027"], header, *english]}))
    (docs / "prices.docx").write_bytes(docx(word_table([header, *english])))
    chinese = "".join(",".join(row) + "\n" for row in (("零件", "螺纹", "价格"), *rows("元")))
    (docs / "价格.csv").write_text(chinese, "utf-8")
    running = Application(
        load_settings(
            data_dir=folder / "data",
            embedding_model="hashed:256",
            least_similarity=-1.0,
            ollama_url="http://127.0.0.1:9",
        )
    )
    assert {one.state for one in running.ingester.ingest([str(docs)])} == {"indexed"}
    yield running
    running.store.drop()


@pytest.mark.parametrize(
    ("question", "name", "header"),
    [
        ("which part costs 21 EUR", "prices.csv", "Part | Thread | Price"),
        ("which part costs 21 EUR", "prices.md", "Part | Thread | Price"),
        ("which part costs 21 EUR", "prices.xlsx", "Part | Thread | Price"),
        ("which part costs 21 EUR", "prices.docx", "Part | Thread | Price"),
        ("哪个零件的价格是21元", "价格.csv", "零件 | 螺纹 | 价格"),
    ],
)
@pytest.mark.parametrize("mode", [SearchMode.KEYWORD, SearchMode.HYBRID])
def test_a_question_finds_the_row(shop: Application, question: str, name: str, header: str, mode: SearchMode) -> None:
    path = str(shop.settings.data_dir.parent / "docs" / name)
    hits = shop.searcher.search(SearchRequest(question, mode=mode, filters=Filters(paths=(path,)))).hits[:2]
    assert any(f"PN-{FOUND} | M{FOUND % 9} | 21 " in hit.text for hit in hits)
    assert all(header in hit.headings for hit in hits)
