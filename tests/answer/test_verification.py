"""Sentences against passages: by hand, and on answers made of right and of counterfeit passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.answers.constructed import balanced_accuracy, counterfactual, unrelated
from searchapp.answer.citations import Checker, nearness_by
from searchapp.answer.verification import Evidence, verify
from searchapp.embedding import build_embedder, scale_of
from searchapp.model import Support
from searchapp.settings import load_settings
from tests.answer.samples import hit

PRESS = Evidence(
    "The press exerts 250 tonnes and weighs 12.5 tonnes. It was built in Kassel on 3 May 1987. "
    "Operators must not enter before the guard is open."
)
ZH = Evidence("2019年军运会于10月18日在湖北武汉开幕，共有109个国家的9308名军人参加。")


@pytest.mark.parametrize(
    ("claim", "support"),
    [
        ("The press exerts 250 tonnes.", Support.SUPPORTED),
        ("The press exerts 300 tonnes.", Support.UNSUPPORTED),  # another number
        ("The press was built in Kassel in 1987.", Support.SUPPORTED),
        ("The press was built in Berlin in 1987.", Support.UNSUPPORTED),  # another name
        ("The press was built on 4 May 1987.", Support.UNSUPPORTED),  # another day
        ("Operators must enter before the guard is open.", Support.WEAK),  # the "not" is gone
        ("Apprentices paint it green.", Support.UNSUPPORTED),  # other words
        ("They put up the machine in Kassel, in 1987.", Support.WEAK),  # the same in other words
        ("", Support.UNSUPPORTED),
        ("!", Support.UNSUPPORTED),
    ],
)
def test_english(claim: str, support: Support) -> None:
    assert verify(claim, PRESS).support is support


@pytest.mark.parametrize(
    ("claim", "support"),
    [
        ("2019年军运会在武汉开幕。", Support.SUPPORTED),
        ("2019年军运会在成都开幕。", Support.UNSUPPORTED),
        ("共有一百零九个国家参加军运会。", Support.SUPPORTED),
        ("共有170个国家参加军运会。", Support.UNSUPPORTED),
        ("军运会于2019年10月19日开幕。", Support.UNSUPPORTED),
        ("操作人员必须佩戴手套。", Support.UNSUPPORTED),
        (
            "109 countries took part.",
            Support.WEAK,
        ),  # another language: the figure is there, the rest cannot be compared
    ],
)
def test_chinese(claim: str, support: Support) -> None:
    assert verify(claim, ZH).support is support


def test_what_is_missing_is_named() -> None:
    assert set(verify("It exerts 300 tonnes in Berlin.", PRESS).missing) == {"300", "Berlin"}


def test_repeating_the_question_proves_nothing() -> None:
    question = "Who paints the press that was built in Kassel in 1987?"
    claim = "Apprentices paint the press that was built in Kassel in 1987."
    assert verify(claim, PRESS, question).support is Support.UNSUPPORTED


def test_the_same_in_other_words_is_told_by_the_embedding_model() -> None:
    passages = [hit("All employees are obliged to put on protective gloves while the machine is in operation.")]
    settings = load_settings()
    embedder = build_embedder(settings)
    claim = "Workers need gloves as long as it runs. [1]"
    assert Checker(passages).check(claim).support is Support.UNSUPPORTED
    assert Checker(passages, embedder=embedder, scale=scale_of(embedder, settings)).check(claim).support is Support.WEAK


@pytest.mark.parametrize("model", ["multilingual-e5-small", "all-MiniLM-L6-v2"])
@pytest.mark.parametrize("name", ["en_fact", "zh_fact"])
def test_no_claim_is_supported_by_the_passages_of_another_question_whatever_the_model(
    shared_data: Path, model: str, name: str
) -> None:
    settings = load_settings(embedding_model=f"sentence-transformers:{model}")
    embedder = build_embedder(settings)
    nearness = nearness_by(embedder, scale_of(embedder, settings))
    wrong = [case for case in unrelated(shared_data / "rgb" / f"{name}.json") if not case.right][:60]
    found = [verify(case.claim, case.evidence, case.question, nearness).support for case in wrong]
    assert len(found) == 60 and Support.SUPPORTED not in found


@pytest.mark.parametrize("name", ["en_fact", "zh_fact"])
def test_counterfeit_answers_are_told_from_right_ones(shared_data: Path, name: str) -> None:
    assert balanced_accuracy(counterfactual(shared_data / "rgb" / f"{name}.json", odd=True)) >= 0.95


@pytest.mark.parametrize("name", ["en_fact", "zh_fact", "zh_int"])
def test_answers_from_elsewhere_are_told_from_right_ones(shared_data: Path, name: str) -> None:
    assert balanced_accuracy(unrelated(shared_data / "rgb" / f"{name}.json", odd=True)) >= 0.9
