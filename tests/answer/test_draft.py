from __future__ import annotations

import pytest

from searchapp.answer.citations import Checker
from searchapp.answer.draft import Draft, Fault
from searchapp.model import SentenceChecked, Token
from tests.answer.samples import hit

PASSAGES = [hit("The press exerts 250 tonnes. It was built in 1987.")]


def events(pieces: list[str]) -> tuple[Draft, list[object]]:
    draft, seen = Draft(Checker(PASSAGES)), []
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
    draft = Draft(Checker(PASSAGES))
    for piece in ("", "NO", " EVI", "DENCE."):
        draft.add(piece)
        assert draft.may_be("NO EVIDENCE")
    draft = Draft(Checker(PASSAGES))
    draft.add("Not so")
    assert not draft.may_be("NO EVIDENCE")


@pytest.mark.parametrize(
    "text",
    [
        "The press exerts 250 tonnes [1]. " * 40,
        "The press exerts 250 tonnes [1]. It was built in 1987 [1].\n" * 40,
        "The press exerts 250 tonnes [1]. And then and then " + "and then " * 60,
        "The press exerts 250 tonnes [1]。" + "压力机压力机。" * 60,
    ],
)
def test_a_model_that_goes_round_in_circles_is_stopped(text: str) -> None:
    draft = Draft(Checker(PASSAGES))
    pieces = iter(text)
    for piece in pieces:
        draft.add(piece)
        list(draft.events())
        if draft.fault:
            break
    list(draft.events(complete=True))
    assert draft.fault is Fault.REPEATED and next(pieces, None) is not None
    assert draft.sentences[0].supported
    assert len(draft.checked_text()) < 200
    assert draft.checked_text().count("250 tonnes") == 1


def test_a_refrain_and_a_table_are_no_loop() -> None:
    draft, _ = events(["| Yes. | Yes. |\n| --- | --- | --- | --- |\n" + "| 1 | 2 |\n| 3 | 4 |\nYes. Yes. Yes. Yes."])
    assert draft.fault is None


def test_endless_blanks_are_stopped_and_nothing_is_left_of_them() -> None:
    draft = Draft(Checker(PASSAGES))
    for _ in range(300):
        draft.add(" \n")
        if draft.fault:
            break
    assert draft.fault is Fault.BLANK and draft.is_empty
    list(draft.events(complete=True))
    assert draft.checked_text() == "" and draft.sentences == []


def test_what_nobody_can_read_is_left_out() -> None:
    text = "The \x00press\x1b exerts\ufffd 250\ue000 tonnes. \ud83d"
    draft, seen = events([text, "\ude00 \udc00"])
    assert draft.checked_text() == "The press exerts 250 tonnes. [1] 😀"
    "".join(event.text for event in seen if isinstance(event, Token)).encode()  # no half of a character is left


def test_a_model_that_thinks_aloud_is_heard_from_the_end_of_it() -> None:
    draft = Draft(Checker(PASSAGES))
    for piece in ("<thi", "nk>It may be green.", " Or not.</th", "ink>\n\nThe press", " exerts 250 tonnes [1]."):
        draft.add(piece)
        tokens = "".join(event.text for event in draft.events() if isinstance(event, Token))
        assert "green" not in tokens and "think" not in tokens
    assert draft.text == "The press exerts 250 tonnes [1]."


BOILERS = [hit(f"The valve number {n} of boiler {n} is opened by hand in week {n}.", n) for n in range(1, 7)]
STREAMED = "".join(f"The valve number {n} of boiler {n} is opened by hand in week {n}. [{n}] " for n in (3, 1, 5, 6))


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_a_marker_behind_the_stop_is_its_sentences_however_the_tokens_are_cut(size: int) -> None:
    draft, seen = Draft(Checker(BOILERS)), []
    for at in range(0, len(STREAMED), size):
        draft.add(STREAMED[at : at + size])
        seen += draft.events()
    seen += draft.events(complete=True)
    checked = [event.sentence for event in seen if isinstance(event, SentenceChecked)]
    assert [(one.citations, one.supported) for one in checked] == [((n,), True) for n in (3, 1, 5, 6)]
    assert draft.checked_text() == STREAMED.strip()


@pytest.mark.parametrize(
    "text", [STREAMED, "It was built in 1987. [1] " * 5, "甲是红色。[1]乙是蓝色。【2】" + "啊" * 400]
)
def test_faults_are_found_at_the_same_place_however_the_text_is_cut(text: str) -> None:
    found = set()
    for size in (1, 3, 17, 10_000):
        draft, _ = events([text[at : at + size] for at in range(0, len(text), size)])
        found.add((draft.fault, draft.checked_text(), tuple(draft.sentences)))
    assert len(found) == 1


MARKDOWN = """## Weight

The press **weighs** 12.5 tonnes: it exerts 250 tonnes. [1]

---

1. It was built in 1987. [1]
   - The press exerts 250 tonnes. [1]

```
press --exert 250 [9]
```

| Year | Force |
|---|---|
| 1987 | 250 [1] |
"""


def test_markdown_keeps_its_layout_and_only_what_states_something_is_checked() -> None:
    draft, seen = events([MARKDOWN])
    assert len([event for event in seen if isinstance(event, SentenceChecked)]) == 4
    assert draft.checked_text() == MARKDOWN.strip()
