from __future__ import annotations

from searchapp.answer.draft import Draft
from searchapp.model import SentenceChecked, Token
from tests.answer.samples import hit

PASSAGES = [hit("The press exerts 250 tonnes. It was built in 1987.")]


def events(pieces: list[str]) -> tuple[Draft, list[object]]:
    draft, seen = Draft(PASSAGES), []
    for piece in pieces:
        draft.add(piece)
        seen += draft.events()
    return draft, [*seen, *draft.events(complete=True)]


def test_tokens_add_up_to_the_text_and_each_sentence_is_checked_once() -> None:
    text = "The press exerts 250 tonnes. [1] It was built in 1987 [1].\n- The press is green [1]."
    draft, seen = events(list(text))
    assert "".join(event.text for event in seen if isinstance(event, Token)) == text
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert [(sentence.citations, sentence.supported) for sentence in checked] == [
        ((1,), True),
        ((1,), True),
        ((1,), False),
    ]
    assert draft.checked_text().count("\n") == 1


def test_markers_that_name_nothing_are_gone_from_the_checked_text() -> None:
    draft, _ = events(["The press exerts 250 tonnes [4]. It was built in 1987 [1]."])
    assert "[4]" not in draft.checked_text() and draft.checked_text().count("[1]") == 2


def test_a_refusal_is_known_from_its_first_letter_on() -> None:
    draft = Draft(PASSAGES)
    for piece in ("", "NO", " EVI", "DENCE."):
        draft.add(piece)
        assert draft.may_be("NO EVIDENCE")
    draft = Draft(PASSAGES)
    draft.add("Not so")
    assert not draft.may_be("NO EVIDENCE")
