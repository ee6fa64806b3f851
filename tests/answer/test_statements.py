"""What of an answer's Markdown is a statement, and that pieces make no difference."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchapp.answer.statements import Reader

TABLE = "| Part | Price |\n|---|---|\n| PPR-7001 | 15 [1] |\n| PPR-7002 | 18 | [2]"


def said(text: str, pieces: list[str] | None = None) -> list[str]:
    reader, grown, found = Reader(), "", []
    for piece in pieces or [text]:
        grown += piece
        found += [text[one.start : one.end] for one in reader.read(grown)]
    return found + [text[one.start : one.end] for one in reader.read(text, complete=True)]


READ = [
    ("A is red. [3] B is blue. [1]", ["A is red. [3]", "B is blue. [1]"]),
    ("A is red [3]. B is blue [1].", ["A is red [3].", "B is blue [1]."]),
    ("A is red.\n[3]\nB is blue.\n\n[1][2]", ["A is red.\n[3]", "B is blue.\n\n[1][2]"]),
    ("甲是红色。[3]乙是蓝色。【1】【2】丙。", ["甲是红色。[3]", "乙是蓝色。【1】【2】", "丙。"]),
    ("甲是红色[3]。乙是蓝色。 [1、2]", ["甲是红色[3]。", "乙是蓝色。 [1、2]"]),
    ("One. [1]-[3] Two. [4-6] Six. [^1^] Ten.¹ So. (source 2) Go.", ["One. [1]-[3]", "Two. [4-6]", "Six. [^1^]", "Ten.¹", "So. (source 2)", "Go."]),
    ("**A is red.** B is blue. **C is so.** [2]", ["**A is red.**", "B is blue.", "**C is so.** [2]"]),
    ("**甲是红色。**乙是蓝色。**丙。[1]**", ["**甲是红色。**", "乙是蓝色。", "**丙。[1]**"]),
    ("# Heading\n\nA is red.\n\n---\n\n***\n\nB is blue.", ["A is red.", "B is blue."]),
    ("Heading\n===\nA is red.\nOther\n---\nB is blue.\n---\n", ["A is red.", "B is blue."]),
    ("**Gloves**\nA is red.\n**手套：**\n甲。", ["A is red.", "甲。"]),
    ("1. A is red. [1]\n2. B is blue.\n   - C is so. [2]\n     * D is.\n10) E is.", ["A is red. [1]", "B is blue.", "C is so. [2]", "D is.", "E is."]),
    ("1、甲是红色。[1]\n2、乙。\n（3）丙。\n① 丁。", ["甲是红色。[1]", "乙。", "丙。", "丁。"]),
    ("1. Open it. 2. Close it.", ["Open it.", "Close it."]),
    ("A is red.\n```\nx = a[1]. Then\n\ny\n```\nB is blue.", ["A is red.", "B is blue."]),
    ("~~~python\nx = 1. B\n```\n~~~\nB is blue.", ["B is blue."]),
    ("```markdown\nA is red. [1]\n```\nB is blue.", ["A is red. [1]", "B is blue."]),
    ("```\nnever closed. Really", []),
    (TABLE, ["| PPR-7001 | 15 [1] |", "| PPR-7002 | 18 | [2]"]),
    ("Part | Price\n--- | ---\nPPR-7001 | 15\n\nA is red.", ["PPR-7001 | 15", "A is red."]),
    ("See [the U.S. Manual. Volume 2](https://x.y/a.b). B is blue.", ["See [the U.S. Manual. Volume 2](https://x.y/a.b).", "B is blue."]),
    ("Set `a.b. C` first. Then `go`", ["Set `a.b. C` first.", "Then `go`"]),
    ("Wear these:\n\n- gloves [1]\n- a hat [2]", ["gloves [1]", "a hat [2]"]),
    ("It weighs 12 tonnes:\n- gloves", ["It weighs 12 tonnes:", "gloves"]),
    ("> A is red. [1]\n> B is blue.", ["A is red. [1]", "B is blue."]),
    ("A is red. [1]\n\n[1]: Handbook\n[^2]: Other", ["A is red. [1]"]),
    ("- [ ] A is red.\n- [x] B is blue.", ["A is red.", "B is blue."]),
    ("A is hard\nwrapped here. B is blue. [1]", ["A is hard\nwrapped here.", "B is blue. [1]"]),
    ("A is red (1).\nB is blue. (2)\nC", ["A is red (1).", "B is blue. (2)", "C"]),
    ("Version 9.5.3 of e.g. No. 5 is 2*3 and max_map_count. [2] So.", ["Version 9.5.3 of e.g. No. 5 is 2*3 and max_map_count. [2]", "So."]),
    ("Really?! [1] Yes… [2] “So.” [3] Well", ["Really?! [1]", "Yes… [2]", "“So.” [3]", "Well"]),
    ("\n \n", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_states_something_is_read(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in READ])
def test_character_by_character_it_is_the_same(text: str) -> None:
    assert said(text, list(text)) == said(text)


@pytest.mark.parametrize("text", [text for text, _ in READ])
def test_cut_in_two_anywhere_it_is_the_same(text: str) -> None:
    for at in range(1, len(text)):
        assert said(text, [text[:at], text[at:]]) == said(text), text[:at]


PARTS = [
    "A is red", "甲是红色", ".", "。", "! ", " ", "\n", "\n\n", "[1]", " [2]", "【1】", "[1-3]", "[^1^]", "(1)", "¹", "**",
    "*", "_", "`", "```", "\n```\n", "\n- ", "\n1. ", "1.", "2.10", "\n# ", "\n---\n", "===", "| a | b |", "|---|---|",
    "|", " | ", "[x](y)", "[", "]", "(", ")", "<br>", ":", "\n> ", "no", "Dr.", "…", "”", "~~", "[1]:",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=24), st.randoms(use_true_random=False))
@example(["A is red", ".", " [2]", "A is red", ".", "\n", "[1]"], random.Random(1))
def test_however_a_text_is_cut_it_is_read_alike(parts: list[str], chance: random.Random) -> None:
    text = "".join(parts)
    cuts = sorted(chance.sample(range(len(text) + 1), min(len(text), chance.randint(0, 12))))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole = said(text)
    assert said(text, pieces) == whole and said(text, list(text)) == whole


def test_a_row_has_the_head_of_its_table() -> None:
    rows = list(Reader().read(TABLE.removesuffix(" [2]") + "\n\n| x | y |\n", complete=True))
    assert [one.head for one in rows] == ["| Part | Price |"] * 2 + [""]
