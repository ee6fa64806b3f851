from __future__ import annotations

import pytest

from searchapp.answer.citations import Checker
from searchapp.answer.context import prompt
from searchapp.answer.draft import Draft
from searchapp.answer.echoed import without_prompt
from searchapp.model import Token
from tests.answer.samples import hit

RULES = prompt("answer", "What does it weigh?")
ZH_RULES = prompt("answer", "冲压机重多少？")
FENCED = '<passage number="1">\nPress\nThe press weighs 12.5 tonnes.\n</passage>\n'
SAID, ZH_SAID = "The press weighs 12.5 tonnes. [1]", "冲压机重12.5吨。[1]"


@pytest.mark.parametrize(
    ("rules", "text", "left"),
    [
        (RULES, RULES, ""),
        (ZH_RULES, ZH_RULES, ""),
        (RULES, FENCED, ""),
        (RULES, f"{RULES}\n\n{FENCED}\n{SAID}", SAID),
        (RULES, f"- Use only what the passages say. Do not add knowledge of your own.\n{SAID}", SAID),
        (RULES, f"{FENCED}{SAID}", SAID),
        (RULES, '<passage number="1">\nPress', ""),
        (RULES, f"1. Passage: Press\n{SAID}", SAID),
        (ZH_RULES, f"规则：\n- 只使用段落中写明的内容，不要添加你自己的知识。\n{ZH_SAID}", ZH_SAID),
        (ZH_RULES, f"{SAID}\n</passage>\n", SAID),
    ],
)
def test_the_prompt_is_left_out(rules: str, text: str, left: str) -> None:
    echo = without_prompt(text, rules)
    assert echo.repeats and echo.answer.strip() == left


@pytest.mark.parametrize("text", [SAID, ZH_SAID, "Answer the door.\nUse only gloves.", "a < b and <p> is a paragraph."])
def test_what_is_no_prompt_stays(text: str) -> None:
    assert without_prompt(text, RULES) == (text, False)


@pytest.mark.parametrize("rules", [RULES, ZH_RULES])
def test_nothing_of_it_is_sent_while_the_answer_grows(rules: str) -> None:
    draft, tokens = Draft(Checker([hit("The press weighs 12.5 tonnes.")]), rules), []
    for piece in f"{rules}\n{FENCED}{SAID}":
        draft.add(piece)
        tokens += [event.text for event in draft.events() if isinstance(event, Token)]
    tokens += [event.text for event in draft.events(complete=True) if isinstance(event, Token)]
    assert "".join(tokens).strip() == SAID and draft.repeats_prompt and draft.checked_text() == SAID
