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


def test_a_sentence_that_names_another_is_asked_of_that() -> None:
    assert [str(one) for one in asked_of("PPR-7001 costs 15 euros.", COST)] == ["PPR-7001"]
    assert [str(one) for one in asked_of("It costs 15 euros.", COST)] == ["PPR-7002"]


@pytest.mark.parametrize("name", ["en_fact", "zh_fact"])
def test_the_fact_of_another_is_told_from_the_right_one(shared_data: Path, name: str) -> None:
    assert balanced_accuracy(another_entity(shared_data / "rgb" / f"{name}.json", odd=True)) >= 0.85
