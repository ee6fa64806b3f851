"""What counts as answerable: questions of which the hits speak, and no others."""

from __future__ import annotations

import pytest

from searchapp.answer.answerability import has_evidence
from tests.answer.samples import hit


def test_evidence_is_nearness_in_words_or_in_meaning() -> None:
    question = "Which gloves must operators wear?"
    assert has_evidence(question, [hit("Operators wear gloves.", cosine=0.1)])
    assert has_evidence(question, [hit("Operators protect their hands. They wear what is at the door.", cosine=0.7)])
    assert not has_evidence(question, [hit("Protect your hands.", cosine=0.6)])
    assert not has_evidence(question, [hit("The quarterly report is due.", cosine=0.1)])
    assert not has_evidence(question, [])


def test_words_count_where_they_stand_together() -> None:
    question = "When was the press of Marseille repaired?"
    nothing = "Nothing happened. " * 9
    far = f"The press is old. {nothing}It was repaired. {nothing}Marseille is a town."
    assert not has_evidence(question, [hit(far, cosine=0.1)])
    assert has_evidence(question, [hit("The press stands in Marseille. It was repaired in May.", cosine=0.1)])


def test_nearness_counts_only_in_a_language_that_the_model_knows() -> None:
    question = "设备开启时操作人员佩戴什么？"
    passages = [hit("食堂十二点开门，提供操作手册。", cosine=1.0)]  # within Chinese 0.15 of it does not count
    assert has_evidence(question, passages, known_share=1.0)
    assert not has_evidence(question, passages, known_share=0.4)
    assert has_evidence(question, [hit("操作人员在设备开启时必须佩戴手套。", cosine=0.0)], known_share=0.4)


def test_a_question_of_several_steps_may_have_its_words_in_several_passages() -> None:
    question = "When did the Admiral Twin open in the city where the Philbrook Museum is located?"
    passages = [
        hit("The Philbrook Museum of Art is located in Tulsa, a city of Oklahoma.", 1, cosine=0.5),
        hit("The Admiral Twin is a drive-in cinema. It was opened in 1951.", 2, cosine=0.5),
    ]
    assert has_evidence(question, passages)
    assert not has_evidence(question, [hit("The city has a museum.", cosine=0.5), hit("The twin is open.", cosine=0.5)])


def test_the_years_and_numbers_of_a_question_must_stand_where_its_words_do() -> None:
    question = "Who won the women's singles final at Wimbledon in 2018?"
    passage = "Ashleigh Barty won the women's singles final at Wimbledon in {}."
    assert has_evidence(question, [hit(passage.format(2018), cosine=0.8)])
    assert not has_evidence(question, [hit(passage.format(2021), cosine=0.8)])


def test_the_kind_of_thing_that_is_asked_for_need_not_be_named() -> None:
    assert has_evidence("亚麻适宜什么气候？", [hit("亚麻适宜凉爽湿润的地方。", cosine=0.0)], known_share=0.2)


@pytest.mark.parametrize(
    "question", ["会员住一晚床位多少钱？", "會員床位每晚多少錢", "会员的床位几块钱一晚？", "会员床位幾塊錢"]
)
def test_a_price_need_not_say_money_nor_one_night(question: str) -> None:
    price = hit("住宿（每人每晚）\n会员的床位收 80 元，會員床位。", cosine=0.0)
    assert has_evidence(question, [price], known_share=0.2)
    assert not has_evidence(question, [hit("晚餐 55 元。", cosine=0.0)], known_share=0.2)


CONTACTS = "Anna Berg | Plant manager | 4401\nBo Chen | Electrician | 4402\nCarla Diaz | Nurse | 4403"
PRICES = "Part | Price (EUR) | Stock\nPPR-9085 | 12 | 40\nPPR-9087 | 18 | 7\nPPR-9088 | 21 | 0"
STAFF = "姓名 | 职位 | 电话\n李雷 | 电工 | 4402\n韩梅 | 护士 | 4403"
TABLES = (
    hit(f"name | role | phone\n\n{CONTACTS}", 1, title="contacts", headings=("name | role | phone",), cosine=0.1),
    hit(PRICES, 2, title="Spare parts price list", cosine=0.1),
    hit(STAFF, 3, title="通讯录", cosine=0.1),
)


@pytest.mark.parametrize(
    "question",
    [
        "What is the phone number of the nurse?",
        "Nurse phone?",
        "phone Carla",
        "Whose phone is 4403?",
        "Which part costs 21 EUR?",
        "What does PPR-9087 cost?",
        "How many PPR-9085 are in stock?",
        "护士的电话是多少？",
        "谁的电话是4402？",
        "Is PPR-9087 cheaper than PPR-9088?",
        "Compare the price of PPR-9085 and PPR-9088",
    ],
)
def test_a_row_is_read_with_its_columns_names_and_its_title(question: str) -> None:
    assert has_evidence(question, TABLES)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the world cup in France in 2019?",
        "Which part costs 99 EUR?",
        "What does PPR-7777 cost?",
        "Is PPR-9087 cheaper than PPR-7777?",
        "Compare PPR-9087 with PPR-7777",
        "护士的电话是9999吗？",
        "2019年世界杯冠军是谁？",
    ],
)
def test_what_no_row_holds_is_refused(question: str) -> None:
    assert not has_evidence(question, TABLES)


def test_a_continued_table_is_read_with_the_heading_that_names_its_columns() -> None:
    rest = hit("Ella Fisk | Reception | 4405", title="contacts", headings=("name | role | phone",), cosine=0.1)
    assert has_evidence("Reception phone?", [rest])


YEARS = (
    hit("In 2022 the plant sold 410 presses.", 1, title="Report 2022", cosine=0.3),
    hit("In 2023 the plant sold 530 presses.", 2, title="Report 2023", cosine=0.3),
    hit("2022年工厂销售额为三百万元。", 3, title="年报", cosine=0.3),
    hit("2023年工厂销售额为四百万元。", 4, title="年报", cosine=0.3),
)


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("How many presses did the plant sell in 2022 and 2023?", True),
        ("Did the plant sell more presses in 2023 than in 2022?", True),
        ("2022年和2023年的工厂销售额相比如何？", True),
        ("How many presses did the plant sell in 2022 and 2019?", False),
        ("2022年和2019年的工厂销售额相比如何？", False),
    ],
)
def test_each_year_that_is_compared_has_evidence_of_its_own(question: str, evidence: bool) -> None:
    assert has_evidence(question, YEARS) is evidence


def test_what_is_said_behind_a_table_is_read_with_its_last_row() -> None:
    table = "name | phone\nBen Cole | 4402\nCarla Diaz | 4403\nThe nurse is Carla Diaz."
    assert has_evidence("What is the phone of the nurse?", [hit(table, cosine=0.3)])
    assert not has_evidence("What is the salary of the surgeon?", [hit(table, cosine=0.3)])


HUT = "山屋住宿须知\n\n要带什么东西？\n\n请带睡袋和头灯。\n\n怎么预订床位？\n\n请提前三天写信。团队先付一半。\n{}\n\n晚上几点熄灯？\n\n十点。"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("怎么取消预订？", "到达前两天取消不收费。"),
        ("预订床位要附上护照吗？", "附上护照。"),
        ("How is a bed booked for a dog?", "Dogs sleep outside."),
    ],
)
def test_a_heading_within_a_passage_belongs_to_the_sentences_below_it(question: str, said: str) -> None:
    text = HUT.format(said)
    if question.isascii():
        text = f"The hut\n\nHow a bed is booked\n\nWrite to us. Name the day. {said}\n\nLights out\n\nAt ten."
    assert has_evidence(question, [hit(text, cosine=0.1)])


def test_another_sections_heading_says_nothing_of_them() -> None:
    assert not has_evidence("怎么取消熄灯？", [hit(HUT.format("到达前两天取消不收费。"), cosine=0.1)])
