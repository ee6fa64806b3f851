"""Questions of several parts are split by rules, in English and in Chinese, and single ones are left whole."""

from __future__ import annotations

import pytest

from searchapp.answer.parts import MOST_PARTS, split


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who wrote Hamlet and when was it first performed?", ("Who wrote Hamlet", "wrote Hamlet when was it first performed?")),
        ("Who is the CFO? When did she join?", ("Who is the CFO?", "CFO When did she join?")),
        ("How do I restore a snapshot, and what does it cost?", ("How do I restore a snapshot", "restore snapshot what does it cost?")),
        ("What are the populations of Berlin and Paris respectively?", ("What are the populations of Berlin?", "What are the populations of Paris?")),
        ("Which is heavier, the PPR-7001 or the PPR-7002?", ("Which is heavier, the PPR-7001?", "Which is heavier, the PPR-7002?")),
        ("How much did revenue grow in 2022 and 2023?", ("How much did revenue grow in 2022?", "How much did revenue grow in 2023?")),
        ("What do PPR-7001 and PPR-7002 cost?", ("What do PPR-7001 cost?", "What do PPR-7002 cost?")),
        ("How many were sold in 2003 and in 2017?", ("How many were sold in 2003?", "How many were sold in 2017?")),
        ("Did it sell more in 2019 than in 2002?", ("Did it sell more in 2019?", "Did it sell more in 2002?")),
        ("2003 年、2010 年和 2017 年卖了多少台？", ("2003年卖了多少台", "2010年卖了多少台", "2017年卖了多少台")),
        ("PPR-7001和PPR-7002的价格", ("PPR-7001的价格", "PPR-7002的价格")),
        ("What is the difference between a warranty claim and a return in Germany?", ("warranty claim in Germany?", "return in Germany?")),
        ("北京和上海的人口分别是多少？", ("北京的人口是多少", "上海的人口是多少")),
        ("年假和病假有什么区别？", ("年假", "病假")),
        ("谁写了《红楼梦》，什么时候出版的？", ("谁写了《红楼梦》", "谁写了《红楼梦》 什么时候出版的?")),
        ("比较A100和H100的功耗", ("A100的功耗", "H100的功耗")),
        ("公司的年假有几天？病假要什么证明？", ("公司的年假有几天?", "病假要什么证明?")),
    ],
)  # fmt: skip
def test_what_is_asked_side_by_side_is_searched_for_by_itself(question: str, parts: tuple[str, ...]) -> None:
    found = split(question)
    assert not found.chained
    assert tuple(part.text for part in found.parts) == parts


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When did the country where Baure is located become independent?", ("the country where Baure is located", "When did the country become independent?")),
        ("Who is the spouse of the director of Jump for Glory?", ("the director of Jump for Glory", "Who is the spouse of the director?")),
        ("What is the most popular hotel in Gisvi's city of birth?", ("Gisvi's city of birth", "What is the most popular hotel in the city?")),
        ("What year did the company Novair International Airways is part of dissolve?", ("the company Novair International Airways is part of", "What year did the company dissolve?")),
        ("鲁迅出生的城市有多少人口？", ("鲁迅出生的城市", "城市有多少人口?")),
        ("《流浪地球》的导演的妻子是谁？", ("《流浪地球》的导演", "导演的妻子是谁?")),
        ("张三负责的项目什么时候上线？", ("张三负责的项目", "项目什么时候上线?")),
    ],
)  # fmt: skip
def test_a_question_within_a_question_comes_first(question: str, parts: tuple[str, ...]) -> None:
    found = split(question)
    assert found.chained
    assert tuple(part.text for part in found.parts) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote Romeo and Juliet?",
        "What is research and development?",
        "When and where was he born?",
        "Where is the river Thames?",
        "When is the valve number 3 of boiler 4 opened by hand?",
        "How many pages has the volume 2 in the library?",
        "Who is a member of the European Union?",
        "What are the populations of Berlin and Paris?",
        "What is the capital of France?",
        "vm.max_map_count",
        "What does https://example.org/a?b=1 say?",
        "",
        "???",
        "和平饭店在哪里？",
        "你好，请问怎么报销？",
        "北京的人口是多少？",
        "東京と大阪の人口は？",
        "서울의 인구는 얼마입니까?",
        "word " * 400,
    ],
)
def test_a_single_question_stays_whole(question: str) -> None:
    assert split(question) == ((), False)


def test_what_is_asked_of_a_noun_that_stands_for_a_name_leaves_the_noun_out() -> None:
    *_, last = split("When did the country containing Nugegoda leave the British Empire?").parts
    assert last == ("When did the country leave the British Empire?", "When did leave the British Empire?")


def test_parts_are_few_however_many_are_asked_for() -> None:
    years = " and ".join(str(year) for year in range(2001, 2020))
    assert len(split(f"How much was sold in {years}?").parts) == MOST_PARTS
    assert len(split(" ".join(f"Who is person P{n}00?" for n in range(9))).parts) == MOST_PARTS
    nested = "Who is the mother of " + "the wife of " * 8 + "Smith?"
    assert len(split(nested).parts) <= MOST_PARTS
