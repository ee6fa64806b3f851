"""What a model says in the place of an answer: that it found none, in its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchapp.model import Sentence
from searchapp.text.words import content_terms, is_cjk

MOST_SENTENCES = 3
"""Sentences of a refusal; who says more says something beside it."""

LEAST_LETTERS = 12
"""Letters of a foreign answer from which its language counts; a name or a code has none."""

_SOURCES = r"(?:passages?|documents?|texts?|sources?|context|excerpts?|information|materials?)"
_REFUSALS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_SOURCES}\b[^.!?\n]{{0,60}}?\b(?:do(?:es)? not|don['’]?t|doesn['’]?t|did not|cannot|can['’]?t|lacks?)\b",
        r"\b(?:no|not (?:any|enough)|insufficient)\s(?:\w{1,20}\s){0,2}(?:information|evidence|mention|answer)\b",
        r"\b(?:can ?not|can['’]?t|(?:not |un)able to|could ?n[o'’]t)\s(?:\w{1,20}\s){0,2}(?:answer|find|tell)\b",
        r"\b(?:not|n['’]t)\s(?:\w{1,20}\s){0,2}(?:mentioned|stated|specified|provided|contained|given|answered|found)\b",
        r"\bi (?:do not|don['’]?t) (?:know|have)\b",
        r"(?:段落|文档|文檔|资料|資料|材料|内容|內容|信息)[^。！？\n]{0,30}?(?:没有|沒有|未|無法|无法|不包含|不足)",
        r"(?:没有|沒有|未|并未)(?:找到|提到|提及|说明|說明|提供|包含|给出|給出)",
        r"\b(?:can ?not|can['’]?t|could ?n[o'’]t|unable to) (?:be )?determined?\b",
        r"(?:无法|無法|不能)(?:回答|确定|確定|得知|提供|找到|判断)",
    )
)
_APOLOGY = re.compile(
    r"^\W{0,3}(?:i['’]?m |i am )?(?:so |very )?(?:sorry|unfortunately|(?:i )?apologi[sz]e)"
    r"|^\W{0,3}很?(?:抱歉|对不起|對不起|遗憾)",
    re.IGNORECASE,
)


def declines(sentences: Sequence[Sentence]) -> bool:
    """Whether a model says in its own words that there is no answer, and cites nothing for it."""
    said = [sentence for sentence in sentences if any(map(str.isalnum, sentence.text))]
    if not 0 < len(said) <= MOST_SENTENCES or any(sentence.supported for sentence in said):
        return False
    refusing = [any(pattern.search(one.text) for pattern in _REFUSALS) for one in said]
    apologises = _APOLOGY.match(said[0].text) is not None
    return not any(one.citations for one in said) and (refusing[0] or (apologises and any(refusing)))


def is_foreign(answer: str, question: str) -> bool:
    """Whether an answer is in another script than the question's: Chinese under an English one, or the other way."""
    if sum(map(str.isalpha, answer)) < LEAST_LETTERS or sum(map(str.isalpha, question)) < LEAST_LETTERS // 4:
        return False
    return is_cjk(answer) is not is_cjk(question) and bool(content_terms(answer))
