"""What is sent while an answer grows has citations of one form, however the text was cut into pieces."""

from __future__ import annotations

import pytest

from searchapp.answer.citations import Checker
from searchapp.answer.draft import Draft
from searchapp.model import Token
from tests.answer.samples import hit

CHUNKS = [hit("The press weighs 12.5 tonnes."), hit("It was built in 1987."), hit("压力机重12.5吨。")]


def sent(text: str, step: int) -> tuple[str, list[str]]:
    draft, seen = Draft(Checker(CHUNKS)), []
    for at in range(0, len(text), step):
        draft.add(text[at : at + step])
        seen += [event.text for event in draft.events() if isinstance(event, Token)]
    seen += [event.text for event in draft.events(complete=True) if isinstance(event, Token)]
    return "".join(seen), seen


@pytest.mark.parametrize("step", [1, 2, 3, 5, 400])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It weighs 12.5 tonnes.【1】 It is old.", "It weighs 12.5 tonnes.[1] It is old."),
        ("It weighs 12.5 tonnes [^1^]. It is old [^2].", "It weighs 12.5 tonnes [1]. It is old [2]."),
        ("It weighs 12.5 tonnes (1). It is old (2).", "It weighs 12.5 tonnes [1]. It is old [2]."),
        ("It weighs 12.5 tonnes.¹ It is old.", "It weighs 12.5 tonnes.[1] It is old."),
        ("It weighs 12.5 tonnes [1, 2]. It is old.", "It weighs 12.5 tonnes [1][2]. It is old."),
        ("It weighs 12.5 tonnes [passage 2]. Old.", "It weighs 12.5 tonnes [2]. Old."),
        ("压力机重12.5吨【1】【3】。它很旧（2）。", "压力机重12.5吨[1][3]。它很旧[2]。"),
        ("压力机重12.5吨。［3］很旧。", "压力机重12.5吨。[3]很旧。"),
        ("It weighs (about) 12.5 tonnes [see below].", "It weighs (about) 12.5 tonnes [see below]."),
        ("Do (1) this and (2) that.", "Do (1) this and (2) that."),
        ("It takes `list[1]` and x【1】.", "It takes `list[1]` and x[1]."),
    ],
)
def test_citations_are_sent_in_one_form(text: str, shown: str, step: int) -> None:
    assert sent(text, step)[0] == shown


def test_words_do_not_wait_for_their_sentence() -> None:
    _, pieces = sent("The press (a big one) weighs 12.5 tonnes [1]. It is old.", 1)
    assert len(pieces) > 25 and max(map(len, pieces)) < 16
