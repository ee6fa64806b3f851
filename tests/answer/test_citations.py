from __future__ import annotations

import pytest

from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.markers import markers
from tests.answer.samples import hit

PASSAGES = [
    hit("The press exerts 250 tonnes and weighs 12.5 tonnes. It was built in 1987.", 1, page=3),
    hit("操作人员必须佩戴D级防割手套。", 2),
]


@pytest.mark.parametrize(
    ("text", "numbers", "supported"),
    [
        ("The press exerts 250 tonnes [1].", (1,), True),
        ("The press exerts 300 tonnes [1].", (1,), False),  # another number
        ("The press is painted green by apprentices [1].", (1,), False),  # other words
        ("The press exerts 250 tonnes [7].", (1,), True),  # no such passage; the right one is found
        ("Everybody likes holidays [9].", (), False),
        ("操作人员必须佩戴D级防割手套【2】。", (2,), True),
        ("It was built in 1987 [1, 2].", (1, 2), True),
        ("The press was built in 1987 and exerts 250 tonnes.", (1,), True),  # unmarked, and plainly from passage 1
        ("Hello.", (), False),
    ],
)
def test_each_sentence_is_checked_against_what_it_cites(text: str, numbers: tuple[int, ...], supported: bool) -> None:
    sentence = Checker(PASSAGES).check(text)
    assert (sentence.citations, sentence.supported) == (numbers, supported)
    assert "[7]" not in sentence.text and "[9]" not in sentence.text


def test_markers_that_name_nothing_are_counted() -> None:
    checker = Checker(PASSAGES)
    for text in ("The press exerts 250 tonnes [99][1].", "It was built in 1987 [3, 4]."):
        assert "99" not in checker.check(text).text
    assert checker.removed == 3


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a [1] b【2】", [1, 2]),
        ("a [1, 3] b [2、4]", [1, 3, 2, 4]),
        ("a [2-4]", [2, 3, 4]),
        ("a [Passage 2] 【段落3】", [2, 3]),
        ("a [1-9999]", []),
        ("array[0] of [x]", []),
    ],
)
def test_markers_as_models_write_them(text: str, numbers: list[int]) -> None:
    assert markers(text) == numbers


def test_a_citation_quotes_the_telling_sentence_and_keeps_the_page() -> None:
    sentences = [Checker(PASSAGES).check("The press was built in 1987 [1].")]
    (citation,) = citations_of(sentences, PASSAGES)
    assert (citation.n, citation.chunk_id, citation.page) == (1, "c1", 3)
    assert "It was built in 1987." in citation.quote and "\ue000" not in citation.quote
