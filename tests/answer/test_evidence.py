from __future__ import annotations

from searchapp.answer.evidence import coverage, has_evidence
from searchapp.text.words import content_terms
from tests.answer.samples import hit


def test_evidence_is_nearness_in_words_or_in_meaning() -> None:
    question = "Which gloves must operators wear?"
    assert has_evidence(question, [hit("Operators wear gloves.", cosine=0.1)])
    assert has_evidence(question, [hit("Protect your hands.", cosine=0.7)])
    assert not has_evidence(question, [hit("The quarterly report is due.", cosine=0.1)])
    assert not has_evidence(question, [])


def test_coverage_is_a_share() -> None:
    assert coverage(content_terms("glove press"), "a glove") == 0.5
    assert coverage(set(), "a glove") == 0.0
