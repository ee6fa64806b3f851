"""Thoughts in an answer's own text: every way of marking them, cut into pieces anywhere; and what only speaks of marks."""

from __future__ import annotations

import pytest

from searchapp.answer.citations import Checker
from searchapp.answer.draft import Draft
from searchapp.answer.thinking import without_thoughts
from searchapp.model import Token
from tests.answer.samples import hit

THOUGHTS = "Okay, the user asks about valve 3. Passage [1] says 99 bar, I guess."
ANSWER = "The valve is opened by hand [1]."
MARKS = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("< think >", "</ think >"),
    ("<thinking>", "</thinking>"),
    ("<Thinking>", "</Thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),
    ("<思考>", "</思考>"),
    ("＜think＞", "＜／think＞"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
]


@pytest.mark.parametrize(("begin", "end"), MARKS)
@pytest.mark.parametrize(
    "form",
    [
        "{begin}\n{thoughts}\n{end}\n\n{answer}",
        "{begin}{thoughts}{end}{answer}",
        "\n\n  {begin}{thoughts}{end} {answer}",
        "{begin}{end}\n\n{answer}",
        "{thoughts}\n{end}\n\n{answer}",
        "{thoughts}{end}{answer}",
        "{end}{answer}",
        "{answer}\n{begin}{thoughts}{end}",
        "{answer}\n\n{begin}\n{thoughts}",
        "{begin}{thoughts}{end}{begin}{thoughts}{end}{answer}",
        "{begin}{thoughts} {begin} {thoughts}\n{end}\n{thoughts}\n{end}\n{answer}",
        "{begin}{thoughts}{end}<answer>{answer}</answer>",
    ],
)
def test_thoughts_are_no_part_of_the_answer(begin: str, end: str, form: str) -> None:
    text = form.format(begin=begin, end=end, thoughts=THOUGHTS, answer=ANSWER)
    assert without_thoughts(text).answer.strip() == ANSWER


@pytest.mark.parametrize(("begin", "end"), MARKS)
def test_thoughts_in_the_middle_go_and_the_words_around_them_stay(begin: str, end: str) -> None:
    text = f"The valve {begin}{THOUGHTS}{end} is {begin}Well{end} opened.\n{begin}More.{end}\nBy hand."
    assert without_thoughts(text).answer == "The valve is opened.\n\nBy hand."


@pytest.mark.parametrize(("begin", "end"), MARKS)
@pytest.mark.parametrize("width", [1, 2, 3, 7])
def test_a_mark_may_come_in_pieces(begin: str, end: str, width: int) -> None:
    """Nothing of a thought, nor a piece of its mark, is sent where its beginning is marked."""
    text = f"{begin}\n{THOUGHTS}\n{end}\n\n{ANSWER} It weighs < 3 kg [1]."
    draft = Draft(Checker([hit("The valve is opened by hand. It weighs 3 kg.")]))
    sent = ""
    for at in range(0, len(text), width):
        draft.add(text[at : at + width])
        sent += "".join(event.text for event in draft.events() if isinstance(event, Token))
    sent += "".join(event.text for event in draft.events(complete=True) if isinstance(event, Token))
    assert sent == f"{ANSWER} It weighs < 3 kg [1]."
    assert not draft.thought_aloud and len(draft.sentences) == 2


@pytest.mark.parametrize("width", [1, 4, 1000])
def test_thoughts_that_only_their_end_marks_are_taken_back(width: int) -> None:
    text = f"{THOUGHTS} More.</think>{ANSWER}"
    draft = Draft(Checker([hit("The valve is opened by hand.")]))
    for at in range(0, len(text), width):
        draft.add(text[at : at + width])
        list(draft.events())
    list(draft.events(complete=True))
    assert draft.text == ANSWER and draft.thought_aloud and len(draft.sentences) == 1
    assert "guess" not in draft.checked_text()


@pytest.mark.parametrize(
    "text",
    [
        "Qwen3 writes <think> before it answers [1]. A setting turns it off.",
        "It writes </think> at the end.",
        "The thoughts end with </think>, and the answer follows.",
        "They stand between <think> and </think> in its output.",
        "它们在 <think> 和 </think> 之间。",
        "Look for `<think>` in the output, and for `</think>`.",
        "「</think>」が最後に来る。",
        'The marks are "<thinking>" and "</thinking>". Both may be missing.',
        "3 < 5 and [1] is [TH",
        "It ends with <",
        "A list: [ ] open, [x] done.",
    ],
)
@pytest.mark.parametrize("width", [1, 5, 1000])
def test_an_answer_may_speak_of_marks(text: str, width: int) -> None:
    draft = Draft(Checker([hit("Anything.")]))
    sent = ""
    for at in range(0, len(text), width):
        draft.add(text[at : at + width])
        sent += "".join(event.text for event in draft.events() if isinstance(event, Token))
    sent += "".join(event.text for event in draft.events(complete=True) if isinstance(event, Token))
    assert sent == text and not draft.thought_aloud


def test_thoughts_that_speak_of_their_mark_end_where_they_end() -> None:
    text = f"The prompt has the <think> mark, so I think first.\nWell.\n</think>\n\n{ANSWER}"
    assert without_thoughts(text).answer == ANSWER


@pytest.mark.parametrize("text", ["<think>", "<think>Hm", "<thinking>\nHm. Well", f"{ANSWER}\n<|begin_of_thought|>Hm"])
def test_thoughts_that_have_not_ended_are_known_as_such(text: str) -> None:
    for whole in (True, False):
        reading = without_thoughts(text, whole=whole)
        assert reading.thinking and reading.answer.strip() in ("", ANSWER)


@pytest.mark.parametrize(
    "piece", ["<think>", "</think>", "<", "[", "<|", "a <think> b </think> ", "`<think>`", "\n</think>\n"]
)
def test_a_text_of_nothing_but_marks_takes_no_long_time(piece: str) -> None:
    for whole in (True, False):
        without_thoughts(piece * 5_000, whole=whole)
