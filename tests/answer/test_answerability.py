"""What counts as answerable: questions of which the hits speak, and no others."""

from __future__ import annotations

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
