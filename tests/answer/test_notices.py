"""What an answer says about itself: the same codes in both languages, each in its own words."""

import re

import pytest

from searchapp.answer import notices
from searchapp.answer.conversation import Unusable
from searchapp.answer.draft import Fault
from searchapp.errors import ServiceUnavailableError
from searchapp.messages import read_in
from searchapp.model import Notice

AWAY = ServiceUnavailableError("passed_on", text="away", remedy="wait")


def every_notice() -> list[Notice]:
    return [
        *notices.quoted(AWAY, "http://ollama"),
        *notices.said_nothing("qwen3"),
        notices.substituted("qwen3", "llama3"),
        notices.thought_aloud("qwen3"),
        *(notices.fault(kind, "qwen3") for kind in Fault),
        notices.cut_off(800),
        notices.broken_off(AWAY),
        *(one for why in Unusable for one in notices.not_rewritten(why, "qwen3")),
        notices.unsupported(),
    ]


def test_both_languages_have_the_same_codes_and_name_the_same_things() -> None:
    english = every_notice()
    with read_in("zh"):
        chinese = every_notice()
    assert [(one.code, one.subject) for one in english] == [(one.code, one.subject) for one in chinese]
    for one, other in zip(english, chinese, strict=True):
        for name in ("qwen3", "llama3", "800", "wait"):
            assert (name in one.message) is (name in other.message), (one, other)
    own = [one.message for one in chinese if one.code != AWAY.code]
    assert all(re.search("[\u4e00-\u9fff]", text) for text in own)


@pytest.mark.parametrize("why", Unusable)
def test_each_reason_has_words_of_its_own(why: Unusable) -> None:
    (notice,) = notices.not_rewritten(why, "qwen3")
    others = {one.message for other in Unusable if other is not why for one in notices.not_rewritten(other, "qwen3")}
    assert notice.message not in others
