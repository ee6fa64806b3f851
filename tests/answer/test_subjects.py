"""Of whom a sentence speaks: what stands in the cited chunks must be said there of the same thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.answers.constructed import another_entity, balanced_accuracy
from searchapp.answer.citations import Checker
from searchapp.answer.subjects import Kind, Subject, asked_of, subjects
from searchapp.model import Support
from tests.answer.samples import hit

PARTS = [
    hit("Part PPR-7002 costs 18 euros and weighs 3 kg.", 1, title="p7002"),
    hit("Part PPR-7001 costs 15 euros and weighs 2 kg.", 2, title="p7001"),
    hit("Part PPR-7003 costs 23 euros and weighs 4 kg.", 3, title="p7003"),
]
PRICES = [hit("Part | Price (EUR) | Stock\nPPR-9085 | 12 | 40\nPPR-9087 | 18 | 7\nPPR-9088 | 21 | 0", title="Prices")]
PHONES = [
    hit("name | role | phone\nAnna Berg | Manager | 4401\nBo Chen | Electrician | 4402\nCarla Diaz | Nurse | 4403")
]
LEASES = [
    hit("Acme Ltd rents hall 3. The rent is 900 euros a month.", 1, title="Lease Acme"),
    hit("Beta Ltd rents hall 4. The rent is 700 euros a month.", 2, title="Lease Beta"),
]
ZH_PHONES = [hit("张伟的分机号是4401。", 1, title="通讯录"), hit("李娜的分机号是4402。", 2, title="通讯录")]
YEARS = [hit("Revenue was 5 million euros in 2019.", 1), hit("Revenue was 7 million euros in 2020.", 2)]
BOILERS = [hit(f"The valve of boiler {n} is opened by hand in week {n}.", n, title=f"v{n}") for n in (1, 2, 3)]
RACES = [
    hit("北京冬奥会速度滑冰男子500米比赛中,高亭宇获得金牌。", 1),
    hit("北京冬奥会速度滑冰男子1500米比赛中,内斯获得金牌。", 2),
]
VISITS = [hit("美国国务卿布林肯将于6月18日访华。", 1), hit("本周四,美国财政部长耶伦于7月6日访华。", 2)]
SEASONS = [hit("2020-2021赛季欧冠冠军是切尔西。", 1), hit("2019-2020赛季欧冠冠军是拜仁慕尼黑。", 2)]
QUARTERS = [hit("一季度营收462.7亿元。", 1, title="美团"), hit("二季度营收509.4亿元。", 2, title="美团")]
PHONES_GB = [hit("手机128GB版本售价3999元。", 1), hit("手机256 GB版本售价4599元。", 2)]
DRAFTS = [
    hit("The 2021 NBA draft was held on July 29, 2021.", 1),
    hit("The 2020 NBA draft was held on November 18, 2020. 2019 draft 2021 draft ; Date: November 18, 2020.", 2),
    hit("The 2020 NBA draft will be held on November 18, 2020.", 3),
]
GAMES = [
    hit("Xenoblade Chronicles 2 was released on December 1, 2017.", 1),
    hit("Xenoblade Chronicles X was published on April 29, 2015. It was released in Japan.", 2),
]
DRAFT, GAME = "What is the date of the 2021 NBA Draft?", "When was Xenoblade Chronicles 2 released?"
COST, RENT = "How much does PPR-7002 cost?", "What rent does Acme pay?"


@pytest.mark.parametrize(
    ("hits", "question", "claim", "missing"),
    [
        (PARTS, COST, "PPR-7002 costs 18 euros. [1]", ()),
        (PARTS, COST, "It costs 18 euros. [1]", ()),
        (PARTS, COST, "PPR-7001 costs 15 euros. [2]", ()),  # it says itself of whom
        (PARTS, COST, "PPR-7002 costs 15 euros. [2]", ("PPR-7002",)),
        (PARTS, COST, "PPR-7002 costs 23 euros. [3]", ("PPR-7002",)),
        (PARTS, COST, "It costs 15 euros. [2]", ("PPR-7002",)),
        (PARTS, COST, "PPR-7002 costs 15 euros. [1][2]", ("PPR-7002",)),
        (PARTS, "PPR-7002多少钱？", "PPR-7002的价格是15欧元。[2]", ("PPR-7002",)),
        (PRICES, "How much does PPR-9088 cost?", "PPR-9088 costs 21 EUR. [1]", ()),
        (PRICES, "How much does PPR-9088 cost?", "PPR-9088 costs 18 EUR. [1]", ("PPR-9088",)),
        (PRICES, "How much does PPR-9088 cost?", "The price is 12 EUR. [1]", ("PPR-9088",)),
        (PHONES, "What is the phone of Carla Diaz?", "Carla Diaz has the phone number 4403. [1]", ()),
        (PHONES, "What is the phone of Carla Diaz?", "Carla Diaz has the phone number 4402. [1]", ("Carla", "Diaz")),
        (LEASES, RENT, "Acme pays 900 euros a month. [1]", ()),  # the title and the sentence before name it
        (LEASES, RENT, "Acme pays 700 euros a month. [2]", ("Acme",)),
        (LEASES, RENT, "The rent is 700 euros a month. [2]", ("Acme",)),
        (ZH_PHONES, "李娜的分机号是多少？", "李娜的分机号是4402。[2]", ()),
        (ZH_PHONES, "李娜的分机号是多少？", "李娜的分机号是4401。[1]", ("李娜",)),
        (ZH_PHONES, "李娜的分机号是多少？", "分机号是4401。[1]", ("李娜",)),
        (YEARS, "What was the revenue in 2020?", "Revenue was 7 million euros in 2020. [2]", ()),
        (YEARS, "What was the revenue in 2020?", "In 2019 revenue was 5 million euros. [1]", ()),
        (YEARS, "What was the revenue in 2020?", "Revenue was 5 million euros in 2020. [1]", ("2020",)),
        (YEARS, "What was the revenue in 2020?", "The revenue was 5 million euros. [1][2]", ("2020",)),
        (BOILERS, "When is the valve of boiler 3 opened?", "It is opened by hand in week 3. [3]", ()),
        (BOILERS, "When is the valve of boiler 3 opened?", "It is opened by hand in week 1. [1]", ("boiler 3",)),
        (RACES, "北京冬奥会男子500米金牌是谁？", "男子500米金牌是高亭宇。[1]", ()),
        (RACES, "北京冬奥会男子500米金牌是谁？", "男子500米金牌是内斯。[2]", ("500 m",)),
        (VISITS, "布林肯什么时候访华？", "布林肯于6月18日访华。[1]", ()),
        (VISITS, "布林肯什么时候访华？", "布林肯于7月6日访华。[2]", ("布林肯",)),
        (SEASONS, "2020-2021赛季欧冠冠军是谁？", "2020-2021赛季欧冠冠军是切尔西。[1]", ()),
        (SEASONS, "2020-2021赛季欧冠冠军是谁？", "2020-2021赛季欧冠冠军是拜仁慕尼黑。[2]", ("20-21",)),
        (QUARTERS, "美团一季度营收是多少？", "一季度营收462.7亿元。[1]", ()),
        (QUARTERS, "美团一季度营收是多少？", "美团一季度营收509.4亿元。[2]", ("第一季度",)),
        (PHONES_GB, "256GB版本多少钱？", "256GB版本售价4599元。[2]", ()),
        (PHONES_GB, "256GB版本多少钱？", "256GB版本售价3999元。[1]", ("256 gb",)),
        (DRAFTS, DRAFT, "The 2021 NBA Draft was on July 29, 2021. [1]", ()),
        (DRAFTS, DRAFT, "The 2021 NBA Draft was on November 18, 2020. [2][3]", ("2021",)),
        (GAMES, GAME, "Xenoblade Chronicles 2 was released on December 1, 2017. [1]", ()),
        (GAMES, GAME, "Xenoblade Chronicles 2 was released on April 29, 2015. [2]", ("chronicles 2",)),
    ],
)
def test_what_is_said_of_another_is_no_support(hits: list, question: str, claim: str, missing: tuple[str, ...]) -> None:
    sentence = Checker(hits, question).check(claim)
    assert sentence.missing == missing
    assert (sentence.support is Support.UNSUPPORTED) is bool(missing) and sentence.supported is not bool(missing)


def test_a_row_is_checked_with_its_head() -> None:
    checker = Checker(PRICES, "Which parts are there, at what price?")
    assert checker.check("| PPR-9088 | 21 [1] |", "| Part | Price |").supported
    wrong = checker.check("| PPR-9088 | 18 [1] |", "| Part | Price |")
    assert wrong.support is Support.UNSUPPORTED and wrong.text == "| PPR-9088 | 18 [1] |"


def test_what_is_named() -> None:
    found = subjects("In 2019 boiler 3 of PPR-7002 in Kassel weighed 12 tonnes on 3 May 2020.")
    assert [(one.kind, str(one)) for one in found] == [
        (Kind.YEAR, "2019"),
        (Kind.NUMBERED, "boiler 3"),
        (Kind.CODE, "PPR-7002"),
        (Kind.NAME, "Kassel"),
    ]
    assert Subject(Kind.NUMBERED, "六", "届") in subjects("香港第六届立法会")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("World War II ended in 1945.", "war 2"),
        ("the 500-metre race", "500 m"),
        ("男子500米", "500 m"),
        ("the 2019/20 season", "19-20"),
        ("2022年一季度", "第一季度"),
    ],
)
def test_what_is_told_apart_by_a_number(text: str, named: str) -> None:
    assert named in map(str, subjects(text))


def test_a_year_in_brackets_is_not_spoken_of() -> None:
    assert not subjects("klaus (2019)")


def test_a_sentence_that_names_another_is_asked_of_that() -> None:
    assert [str(one) for one in asked_of("PPR-7001 costs 15 euros.", COST)] == ["PPR-7001"]
    assert [str(one) for one in asked_of("It costs 15 euros.", COST)] == ["PPR-7002"]


@pytest.mark.parametrize("name", ["en_fact", "zh_fact"])
def test_the_fact_of_another_is_told_from_the_right_one(shared_data: Path, name: str) -> None:
    assert balanced_accuracy(another_entity(shared_data / "rgb" / f"{name}.json", odd=True)) >= 0.85
