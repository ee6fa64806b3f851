"""Whole documents by name or by filters, and nothing of other groups."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from searchapp.model import Filters
from searchapp.search.library import Library
from searchapp.settings import load_settings
from searchapp.stores.memory import MemoryStore
from searchapp.wiring import Application

TEXTS = {
    "manual.md": "# Compressor manual\n\nThe oil is changed every 500 hours.\n\n## Filters\n\nFilters are cleaned weekly.",
    "report-2022.md": "# Annual report 2022\n\nThe plant sold 410 presses.",
    "report-2023.md": "# Annual report 2023\n\nThe plant sold 530 presses.",
    "压缩机.md": "# 压缩机手册\n\n压缩机的机油每五百小时更换一次。",
}


@pytest.fixture(scope="module", params=["embedded", "memory", "elasticsearch"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    server = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else ""
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    values = {"data_dir": folder / "data", "elasticsearch_url": server, "index_prefix": prefix}
    running = Application(load_settings(**values, embedding_model="hashed:256"))
    if request.param == "memory":
        running.store = MemoryStore()
    for outcome in running.ingester.ingest([str(folder)]):
        assert outcome.error == ""
    secret = folder / "secret"
    secret.mkdir()
    (secret / "hidden.md").write_text("# Secret manual\n\nNobody may read it.", encoding="utf-8")
    for outcome in running.ingester.ingest([str(secret)], groups=("board",)):
        assert outcome.error == ""
    running.store.refresh()
    yield Library(running.store)
    running.store.drop()


STAFF = Filters(groups=("staff",))


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("Compressor manual", ["Compressor manual"]),
        ("compressor", ["Compressor manual"]),
        ("manual of the compressor", ["Compressor manual"]),
        ("manual.md", ["Compressor manual"]),
        ("report 2023", ["Annual report 2023"]),
        ("report-2023.md", ["Annual report 2023"]),
        ("Annual reports", ["Annual report 2022", "Annual report 2023"]),
        ("压缩机手册", ["压缩机手册"]),
        ("压缩机", ["压缩机手册"]),
        ("safety rules", []),
        ("the", []),
        ("Secret manual", []),
        ("hidden.md", []),
    ],
)
def test_a_name_is_that_of_a_title_or_of_a_file(library: Library, name: str, titles: list[str]) -> None:
    assert [entry.title for entry in library.named(name, STAFF)] == titles


def test_filters_leave_what_they_leave(library: Library) -> None:
    (manual,) = library.named("Compressor manual", STAFF)
    assert library.left(Filters(document_ids=(manual.id,)), 2) == (manual,)
    assert {entry.title for entry in library.left(Filters(types=("markdown",), languages=("zh",)), 5)} == {"压缩机手册"}
    assert len(library.left(STAFF, 2)) == 2 and len(library.left(STAFF, 9)) == 4
    assert library.left(Filters(years=(1999,)), 5) == ()


def test_what_belongs_to_another_group_is_not_there(library: Library) -> None:
    (secret,) = library.named("Secret manual", Filters(groups=("board",)))
    assert library.left(Filters(document_ids=(secret.id,), groups=("staff",)), 2) == ()
    assert library.left(Filters(document_ids=(secret.id,), groups=()), 2) == ()


def test_a_document_is_read_from_its_first_chunk_on(library: Library) -> None:
    (manual,) = library.named("Compressor manual", STAFF)
    hits, total = library.read(manual, STAFF, 1, 50)
    assert (hits[0].rank, hits[0].document_id, hits[0].title) == (1, manual.id, "Compressor manual")
    assert total == len(hits) == manual.chunks and [hit.rank for hit in hits] == list(range(1, total + 1))
    assert "".join(hit.text for hit in hits).count("Filters are cleaned weekly.") == 1
    fewer, total = library.read(manual, STAFF, 7, 1)
    assert (len(fewer), fewer[0].rank, total) == (1, 7, manual.chunks)
    below, total = library.read(manual, Filters(headings=("Filters",)), 1, 50)
    assert total == len(below) == sum("Filters" in hit.headings for hit in hits)
