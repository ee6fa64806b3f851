from __future__ import annotations

from searchapp.answer.context import build_context, with_surrounding
from searchapp.model import Chunk
from searchapp.tokens import EstimatingTokenizer
from tests.answer.samples import hit

TEXT = "Alpha comes first. Beta comes next. Gamma comes last."


def chunk(number: int, start: int, end: int) -> Chunk:
    text = TEXT[start:end]
    return Chunk(
        id=f"c{number}", document_id="d", position=number, text=text, start=start, end=end, headings=(), page=None,
        hash=str(number), tokens=0, embedded_text="",
    )  # fmt: skip


CHUNKS = (chunk(1, 0, 18), chunk(2, 12, 35), chunk(3, 36, 53))  # the second repeats the end of the first
MIDDLE = hit(CHUNKS[1].text, 2, start=12, end=35)


def test_neighbours_are_joined_as_they_stand_in_the_document() -> None:
    longer = with_surrounding(MIDDLE, CHUNKS, {"c2"})
    assert longer.text == "Alpha comes first. Beta comes next.\nGamma comes last."
    assert (longer.start, longer.end, longer.chunk_id) == (0, 53, "c2")


def test_a_neighbour_that_is_a_passage_itself_stays_where_it_is() -> None:
    assert with_surrounding(MIDDLE, CHUNKS, {"c2", "c1"}).text == "first. Beta comes next.\nGamma comes last."
    assert with_surrounding(hit("x"), CHUNKS[1:], set()).text == "x"


def test_neighbours_are_sent_where_there_is_room() -> None:
    def extend(one, taken):
        return with_surrounding(one, CHUNKS, taken)

    hits = [MIDDLE, hit("Word " * 400, 9)]
    roomy = build_context("What?", hits, EstimatingTokenizer(), 4096, 100, extend=extend)
    assert "Gamma comes last." in roomy.messages[1]["content"] and "Gamma" in roomy.used[0].text
    tight = build_context("What?", hits, EstimatingTokenizer(), roomy.tokens + 100 + 48 - 1, 100, extend=extend)
    assert tight.used == tuple(hits) and "Gamma" not in tight.messages[1]["content"] and tight.tokens < roomy.tokens
