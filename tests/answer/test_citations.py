from __future__ import annotations

import pytest

from searchapp.answer.citations import check_sentence, citations_of, supports
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
    sentence = check_sentence(text, PASSAGES)
    assert (sentence.citations, sentence.supported) == (numbers, supported)
    assert "[7]" not in sentence.text and "[9]" not in sentence.text


def test_numbers_must_occur_even_when_the_words_do() -> None:
    assert supports("The press weighs 12.5 tonnes", PASSAGES[:1])
    assert not supports("The press weighs 125 tonnes", PASSAGES[:1])


def test_a_citation_quotes_the_telling_sentence_and_keeps_the_page() -> None:
    sentences = [check_sentence("The press was built in 1987 [1].", PASSAGES)]
    (citation,) = citations_of(sentences, PASSAGES)
    assert (citation.n, citation.chunk_id, citation.page) == (1, "c1", 3)
    assert "It was built in 1987." in citation.quote and "\ue000" not in citation.quote
