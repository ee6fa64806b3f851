from __future__ import annotations

from searchapp.answer.extractive import coverage, extract, quoted
from searchapp.embedding import build_embedder
from searchapp.model import Sentence, Support
from searchapp.settings import load_settings
from searchapp.text.words import content_terms
from tests.answer.samples import hit

EMBEDDER = build_embedder(load_settings(embedding_model="hashed:256"))


def test_sentences_are_quoted_word_for_word_and_headings_are_none() -> None:
    passages = [
        hit("Something else entirely, at some length.", 1),
        hit(
            "When the disk is full\nElasticsearch makes its indices read-only when the disk is full.",
            2,
            headings=("When the disk is full",),
        ),
    ]
    first, *_ = extract("What happens when the disk is full?", passages, EMBEDDER)
    assert first.text == "Elasticsearch makes its indices read-only when the disk is full. [2]"
    assert first.citations == (2,) and first.supported


def test_chinese_goes_by_shared_words() -> None:
    passages = [
        hit("所有数据都留在您的计算机上，不会离开。", 1),
        hit("磁盘使用率超过水位时，磁盘已满的索引会变成只读。", 2),
    ]
    assert extract("磁盘已满时怎么办？", passages, EMBEDDER)[0].citations == (2,)


def test_what_has_nothing_of_the_question_is_not_quoted_beside_what_has() -> None:
    passages = [
        hit("数据库每天凌晨两点备份到第二个机房，保留三十天。", 1),
        hit("操作人员必须佩戴防割手套，并检查机器。", 2),
        hit("Backups are a file that takes longer than", 3),
    ]
    assert [one.citations for one in extract("数据库什么时候备份？", passages, EMBEDDER)] == [(1,)]


def test_a_line_that_is_no_sentence_yields_to_one_that_is() -> None:
    passages = [hit("Where backups are kept\nThe backups are kept in the second data centre.", 1)]
    first, *_ = extract("Where are backups kept?", passages, EMBEDDER)
    assert first.text.startswith("The backups are kept")


def test_a_heading_within_a_passage_tells_what_the_sentences_below_it_are_about() -> None:
    text = "Lights out\n\nThe lamps go out at ten in the evening.\n\nBooking a bed\n\nWrite to us three days before."
    first, *_ = extract("How is a bed booked?", [hit(text)], EMBEDDER)
    assert first.text == "Write to us three days before. [1]"
    first, *_ = extract(
        "怎么预订床位？",
        [hit("几点熄灯？\n\n晚上十点熄灯，请安静。\n\n怎么预订床位？\n\n请提前三天写信到山屋的邮箱。")],
        EMBEDDER,
    )
    assert first.text == "请提前三天写信到山屋的邮箱。 [1]"


def test_nothing_to_quote() -> None:
    assert extract("What?", [hit("Why?", 1)], EMBEDDER) == ()


def test_coverage_is_a_share() -> None:
    assert coverage(content_terms("glove press"), "a glove") == 0.5
    assert coverage(set(), "a glove") == 0.0


ROWS = "Press | Weight | Built\nPress 3 | 12.5 tonnes | 1998\nPress 4 | 14 tonnes | 2004."


def test_a_row_says_of_what_its_cells_are_or_is_no_supported_sentence() -> None:
    quoted = extract("What is the weight of press 3, built 1998?", [hit(ROWS, 1)], EMBEDDER)
    assert quoted[0].text == "Press 3 | Weight: 12.5 tonnes | Built: 1998 [1]" and quoted[0].supported
    (bare,) = extract("What is the weight of press 3, built 1998?", [hit("Press 3 | 12.5 tonnes | 1998", 1)], EMBEDDER)
    assert bare.support is Support.WEAK


def test_a_row_yields_to_a_sentence_even_where_it_ends_with_a_stop() -> None:
    passages = [hit(ROWS, 1), hit("The weight of press 4 is measured every year.", 2)]
    first, *rest = extract("What is the weight of press 4, built 2004?", passages, EMBEDDER)
    assert first.text.startswith("The weight") and first.supported
    assert rest and all(" | Weight: " in one.text for one in rest)


def test_what_is_said_of_another_is_not_quoted() -> None:
    parts = [
        hit(f"Part PPR-700{n} costs {price} euros and weighs {n} kg.", rank)
        for rank, (n, price) in enumerate(((1, 15), (3, 23), (2, 18)), start=1)
    ]
    assert [one.citations for one in extract("How much does PPR-7002 cost?", parts, EMBEDDER)] == [(3,)]
    leases = [
        hit("The rent is 700 euros a month.", 1, title="Lease Beta"),
        hit("The rent is 900 euros a month.", 2, title="Lease Acme"),
    ]
    assert extract("What rent does Acme pay?", leases, EMBEDDER)[0].text == "The rent is 900 euros a month. [2]"
    phones = [hit("张伟的分机号是4401，请记下。", 1), hit("李娜的分机号是4402，请记下。", 2)]
    assert [one.citations for one in extract("李娜的分机号是多少？", phones, EMBEDDER)] == [(2,)]


def test_a_row_is_found_by_the_names_of_its_columns_and_these_are_no_quotation() -> None:
    table = "Press shop\n\nname | phone extension\nBen Cole, painter | 4402\nCarla Diaz, nurse | 4403\n"
    found = extract("What is the phone extension of the nurse?", [hit(table)], EMBEDDER)
    assert found[0].text.startswith("Carla Diaz, nurse | phone extension: 4403")
    assert not any(sentence.text.startswith("name |") for sentence in found)


def test_each_part_of_a_question_is_quoted_for_once() -> None:
    one, other = Sentence("a [1]", (1,), Support.SUPPORTED), Sentence("b [2]", (2,), Support.SUPPORTED)
    assert quoted([(one, other, other), (other, one)]) == (one, other)
    assert quoted([(one, other)]) == (one, other)
