"""Questions made of headings."""

from __future__ import annotations

import pytest

from searchapp.search.questions import question_of

TEXT = "The opening hours and fees of a tour; equipment is kept with the package. A queue needs Redis."


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Opening hours", "What should I know about opening hours?"),
        ("Opening Hours", "What should I know about opening hours?"),
        ("Press line B", "What should I know about press line B?"),
        ("How to book a tour", "How do I book a tour?"),
        ("A warden's day", "What should I know about a warden's day?"),
        ("A Priority Queue", "What should I know about a priority queue?"),
        ("A4 paper", "What should I know about A4 paper?"),
        ("When somebody is hurt", "What happens when somebody is hurt?"),
        ("If the stove smokes", "What happens if the stove smokes?"),
        ("How backups are made", "What is said about how backups are made?"),
        ("3.2 Install the package", "How do I install the package?"),
        ("Appendix B. Fees", "What should I know about fees?"),
        ("Who may enter?", "Who may enter?"),
        ("What is a lockout", "What is a lockout?"),
        ("Redis as a queue {#redis}", "What should I know about Redis as a queue?"),
        ("门票价格", "门票价格有哪些要点？"),
        ("如何预约参观", "如何预约参观？"),
        ("第三章 安全规定", "安全规定有哪些要点？"),
        ("谁可以进入？", "谁可以进入？"),
    ],
)
def test_a_heading_becomes_a_question(heading: str, question: str) -> None:
    assert question_of(heading, TEXT) == question


@pytest.mark.parametrize(
    "heading",
    ["", "?", "Contents", "INTRODUCTION", "1. Overview", "附录", "2024", "1.2.3", "/etc/searchapp.conf", "a|b table",
     "x" * 61, 'Say "please" twice', "Fig", "价"],
)  # fmt: skip
def test_what_says_nothing_becomes_none(heading: str) -> None:
    assert question_of(heading, TEXT) is None


def test_like_headings_are_asked_in_different_words() -> None:
    asked = {question_of(heading, TEXT, n) for n, heading in enumerate(("Opening hours", "Fees of a tour"))}
    assert asked == {"What should I know about opening hours?", "What is said about fees of a tour?"}
