"""Figures in tables of filings: row, column and units of a figure belong to what is said of it."""

from __future__ import annotations

import pytest

from searchapp.answer.answerability import has_evidence
from searchapp.answer.citations import Checker
from searchapp.answer.extractive import extract
from searchapp.answer.tables import by_period, columns, scale_of, with_columns
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.settings import load_settings
from tests.answer.samples import hit

INCOME = [
    hit(
        "Consolidated statements of income (in millions)\nItem | 2023 | 2022\nRevenue | 1,234 | 1,100\n"
        "Net income | 200 | 180\nOperating expenses | 310 | 295",
        title="Annual report",
    )
]
PROFIT = [
    hit(
        "合并利润表（单位：万元）\n项目 | 2023年 | 2022年\n营业收入 | 1,234 | 1,100\n净利润 | 200 | 180",
        title="年度报告",
    )
]
QUARTERS = [hit("Segment | Q1 | Q2\nCloud | 41 | 44\nDevices | 12 | 15", title="Sales in thousands of units")]
STAFF = [hit("部门 | 第一季度 | 第二季度\n研发 | 120 | 131\n销售 | 85 | 90", title="人员")]


@pytest.mark.parametrize(
    ("hits", "question", "claim", "supported"),
    [
        (INCOME, "What was net income in 2022?", "Net income in 2022 was $180 million. [1]", True),
        (INCOME, "What was net income in 2022?", "Net income in 2022 was 200 million. [1]", False),
        (INCOME, "What was net income in 2022?", "Net income in 2022 was 1,100 million. [1]", False),
        (INCOME, "What was net income in 2022?", "Net income in 2022 was 180 billion. [1]", False),
        (INCOME, "What was net income in 2022 and 2023?", "It was 180 million in 2022 and 200 million in 2023. [1]", True),
        (PROFIT, "2022年净利润是多少？", "2022年净利润为180万元。[1]", True),
        (PROFIT, "2022年净利润是多少？", "2022年净利润为200万元。[1]", False),
        (PROFIT, "2022年净利润是多少？", "2022年净利润为1,100万元。[1]", False),
        (PROFIT, "2023年营业收入是多少？", "2023年营业收入为1,234万元。[1]", True),
        (QUARTERS, "How much did Cloud sell in Q2?", "Cloud sold 44 in Q2. [1]", True),
        (QUARTERS, "How much did Cloud sell in Q2?", "Cloud sold 41 in Q2. [1]", False),
        (QUARTERS, "How much did Cloud sell in Q2?", "Cloud sold 15 in Q2. [1]", False),
        (STAFF, "研发第二季度有多少人？", "研发第二季度有131人。[1]", True),
        (STAFF, "研发第二季度有多少人？", "研发第二季度有120人。[1]", False),
        (STAFF, "研发第二季度有多少人？", "研发第二季度有90人。[1]", False),
    ],
)  # fmt: skip
def test_a_figure_is_of_its_row_and_column(hits: list, question: str, claim: str, supported: bool) -> None:
    assert has_evidence(question, hits)
    assert Checker(hits, question).check(claim).supported is supported


@pytest.mark.parametrize(
    ("hits", "question", "quoted"),
    [
        (INCOME, "What was net income in 2022?", "Net income | 2023: 200 | 2022: 180 [1]"),
        (PROFIT, "2022年净利润是多少？", "净利润 | 2023年: 200 | 2022年: 180 [1]"),
    ],
)
def test_a_row_is_quoted_with_the_names_of_its_columns(hits: list, question: str, quoted: str) -> None:
    best, *_ = extract(question, hits, HashedEmbedder("64", load_settings()))
    assert best.text == quoted and best.supported


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("(in millions)", 10**6),
        ("In thousands, except per share", 10**3),
        ("Dollars in billions", 10**9),
        ("Net sales ($000)", 10**3),
        ("单位：万元", 10**4),
        ("（人民币百万元）", 10**6),
        ("金额单位: 亿元", 10**8),
        ("Millions of people live in towns.", 1),
        ("一万元", 1),
    ],
)
def test_what_figures_are_to_be_multiplied_by(text: str, scale: int) -> None:
    assert scale_of(text) == scale


def test_only_periods_are_taken_one_by_one() -> None:
    assert by_period("name | role | phone", "Carla | Nurse | 4403") == []
    assert by_period("Item | Note | 2023 | 2022", "Revenue | 4 | 12 | 11") == [
        "Revenue | 4 | 2023 | 12",
        "Revenue | 4 | 2022 | 11",
    ]
    assert by_period("Item | 2023 | 2022", "Revenue | 12") == []
    assert with_columns("Item | 2023", "Revenue | 12 | 11") == "Revenue | 12 | 11"
    assert columns(["Text.", "a | b", "1 | 2", "3 | 4"]) == ["", "", "a | b", "a | b"]
