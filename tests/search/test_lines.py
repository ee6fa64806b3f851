"""A document's text as numbered lines: by range, by page, around a chunk, whatever its lines are like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp import limits
from searchapp.errors import NotFoundError, UsageError
from searchapp.model import Chunk
from searchapp.search.lines import LineRange, NumberedLines, read_lines
from searchapp.wiring import Application
from tests.search.three_stores import STORES, library_of

LONG = "The guard of the press closes and locks. " * 60
TEXTS = {
    "crlf.txt": "first line\r\nsecond line\r\n\r\nfourth line\r\n",
    "long.txt": f"before\n{LONG}\nafter\n{'x' * 2600}\nlast\n",
    "手套.md": "# 手套\n\n操作人员必须佩戴防割手套。\n\n"
    + "数据库每天备份一次，保留三十天。" * 60
    + "\n\n最後の行です。\n",
    "slides.txt": "unused",
}


@pytest.fixture(scope="module", params=STORES)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(TEXTS, request, tmp_path_factory.mktemp("lines")) as running:
        yield running


def opened(library: Application, name: str, **wanted: object) -> object:
    (entry,) = library.store.entries(contains=name).entries
    return read_lines(library.store, entry.id, None, LineRange(**wanted))  # type: ignore[arg-type]


def chunk(position: int, start: int, text: str, page: int | None = None) -> Chunk:
    return Chunk(
        id=f"d-{position:05d}-x", document_id="d", position=position, start=start, end=start + len(text), text=text,
        page=page, embedded_text="", tokens=0, hash="",
    )  # fmt: skip


def test_lines_are_read_on_from_where_they_end(library: Application) -> None:
    whole = opened(library, "crlf")
    assert [(one.line, one.text) for one in whole.lines] == [
        (1, "first line"),
        (2, "second line"),
        (3, ""),
        (4, "fourth line"),
    ]
    assert (whole.total, whole.next, whole.pages) == (4, None, None)
    first = opened(library, "crlf", size=3)
    assert first.next == 4 and opened(library, "crlf", first=first.next).lines == whole.lines[3:]
    assert [one.line for one in opened(library, "crlf", first=2, last=3).lines] == [2, 3]
    assert {one.first for one in whole.passages} == {1} and max(one.last for one in whole.passages) == 4


def test_every_line_can_be_shown_and_nothing_is_lost(library: Application) -> None:
    for name in ("long", "手套"):
        whole = opened(library, name, size=limits.LINES)
        assert whole.next is None and len(whole.lines) == whole.total
        assert all(len(one.text) <= limits.LINE_CHARACTERS for one in whole.lines)
        told = "".join("".join(one.text.split()) for one in whole.lines)
        source = "".join(TEXTS[f"{name}.txt" if name == "long" else f"{name}.md"].replace("# ", "", 1).split())
        assert told == source
    sentences = [one.text for one in opened(library, "long", size=limits.LINES).lines if "guard" in one.text]
    assert len(sentences) > 3 and all(one.startswith("The guard") and one.endswith("locks.") for one in sentences)


def test_what_lies_beyond_the_end_is_told_with_the_last_line(library: Application) -> None:
    with pytest.raises(UsageError) as beyond:
        opened(library, "crlf", first=5)
    assert beyond.value.reason == "line_beyond" and "line 5" in str(beyond.value) and "line 4" in str(beyond.value)
    with pytest.raises(UsageError) as turned:
        opened(library, "crlf", first=3, last=2)
    assert turned.value.reason == "lines_reversed"
    with pytest.raises(UsageError) as paged:
        opened(library, "crlf", page=1)
    assert paged.value.reason == "pages_none"
    assert [one.line for one in opened(library, "crlf", first=4, last=9_999).lines] == [4]


def test_a_chunk_comes_in_the_middle(library: Application) -> None:
    whole = opened(library, "long", size=limits.LINES)
    place = whole.passages[len(whole.passages) // 2]
    around = opened(library, "long", passage=place.chunk_id, size=place.last - place.first + 5)
    assert around.lines[0].line == place.first - 2 and around.lines[-1].line == place.last + 2
    assert place in around.passages
    with pytest.raises(NotFoundError, match="no passage"):
        opened(library, "long", passage="nothing-00000-0")


def test_a_document_of_other_groups_is_none(library: Application) -> None:
    (entry,) = library.store.entries(contains="crlf").entries
    library.store.put_entries([replace(entry, groups=("law",))])
    try:
        with pytest.raises(NotFoundError):
            read_lines(library.store, entry.id, ("hr",), LineRange())
        assert read_lines(library.store, entry.id, ("law",), LineRange()).total == 4
    finally:
        library.store.put_entries([entry])
    with pytest.raises(NotFoundError):
        read_lines(library.store, "nowhere", None, LineRange())


class Paged:
    """A store with one document of three pages, the second a picture."""

    def __init__(self, entry: object) -> None:
        self._entry = entry

    def entry(self, document_id: str) -> object:
        return self._entry

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        return (chunk(0, 0, "one\ntwo", 1), chunk(1, 9, "three\nfour", 3), chunk(2, 20, "five", 3))


def test_a_page_has_its_lines(tmp_path: Path) -> None:
    from tests.web.stand_in import entry

    store = Paged(entry("d", "/srv/d.pdf", pages=4))

    def page(number: int) -> object:
        return read_lines(store, "d", None, LineRange(page=number))  # type: ignore[arg-type]

    assert [(one.line, one.page, one.text) for one in page(1).lines] == [(1, 1, "one"), (2, 1, "two")]
    assert [(one.line, one.page, one.text) for one in page(3).lines] == [
        (4, 3, "three"),
        (5, 3, "four"),
        (6, 3, "five"),
    ]
    assert (page(1).pages, page(1).next, page(3).next) == (4, 3, None)
    assert (page(2).lines, page(2).next, page(4).lines) == ((), 4, ())
    with pytest.raises(UsageError) as beyond:
        page(5)
    assert beyond.value.reason == "page_beyond" and "4" in str(beyond.value)


def test_a_document_without_text_has_no_lines() -> None:
    assert len(NumberedLines(())) == 0


@given(st.text(st.sampled_from("ab .。\n"), max_size=1500), st.integers(1, 400))
def test_lines_hold_every_character_in_order(text: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    numbered = NumberedLines([chunk(n, n * size, piece) for n, piece in enumerate(pieces)])
    lines = [numbered.line(number) for number in range(1, len(numbered) + 1)]
    assert numbered.text == text and "".join("".join(one.text.split()) for one in lines) == "".join(text.split())
    assert [one.text for one in lines] == numbered.texts(1, len(numbered))
    for one in numbered.chunks:
        place = numbered.of_chunk(one)
        assert 1 <= place.first <= place.last <= max(len(numbered), 1)
