"""Questions made of headings, by rules: what a reader might ask of a section, in the section's own language."""

from __future__ import annotations

import re
import string

from searchapp.text.chinese import HAN

LONGEST_HEADING = 60
SHORTEST_HEADING = 4
SHORTEST_CHINESE = 2

_CHINESE = re.compile(f"[{HAN}]")
_ANCHOR = re.compile(r"\{#[^{}]*\}|[#*_`]")
_NUMBER = re.compile(
    r"\A(?:(?:chapter|section|part|appendix|annex|step)\s+)?(?:\d{1,3}(?:\.\d{1,3}){0,5}|[A-Z]|[ivx]{1,5})[.):]\s+"
    r"|\A\d{1,3}(?:\.\d{1,3}){0,5}\s+|\A第[一二三四五六七八九十百\d]{1,5}[章节条部分篇]{1,2}[：:\s、]*|\A[一二三四五六七八九十\d]{1,3}[、.．]\s*",
    re.IGNORECASE,
)
_END = string.whitespace + "\u3000.:;,。：；，、"

_FURNITURE = frozenset(
    """contents|table of contents|index|introduction|overview|preface|foreword|abstract|summary|conclusion|conclusions
    references|bibliography|appendix|appendices|acknowledgements|acknowledgments|glossary|notes|note|see also|about
    license|licence|copyright|changelog|general|miscellaneous|other|others|further reading|figures|tables|examples
    example|usage|background|discussion|results|methods|agenda|attendees|home|menu|navigation|related|links|contact
    目录|索引|前言|序言|引言|绪论|简介|概述|摘要|小结|总结|结论|结语|附录|参考文献|致谢|术语|说明|备注|注意|其他|其它|版权|背景|示例|导航|相关链接"""
    .replace("\n", "|").replace("  ", "").split("|")
)  # fmt: skip
"""Headings that say nothing of what stands below them."""

_IMPERATIVES = frozenset(
    """add ask book borrow build buy cancel change check choose clean clear close connect contact copy create delete
    download edit enable export file find get import install join keep load lock log make manage measure move open order
    pay prepare print register remove rename renew repair replace report request reserve reset restore return rotate
    run save search see select send set sign start stop store submit switch test turn uninstall update upgrade upload
    use verify view write""".split()
)
_ASKING = re.compile(r"(?:how|what|when|where|why|who|which|whether)\b", re.IGNORECASE)
_CASE = re.compile(r"(?:when|if)\b", re.IGNORECASE)
_ASKS_DIRECTLY = re.compile(
    r"(?:how|what|when|where|why|who|which)\s+(?:is|are|do|does|did|can|should|must|may|will|was|were)\b"
    r"|how\s+(?:many|much|long|often)\s+(?:is|are|do|does|can|should)\b",
    re.IGNORECASE,
)
_ASKING_CHINESE = ("如何", "怎样", "怎么", "为什么", "什么", "哪些", "哪个", "多少", "是否", "能否", "何时", "几")

_ENGLISH = ("What should I know about {}?", "What is said about {}?")
_CHINESE_FORMS = ("{}有哪些要点？", "关于{}，文档里是怎么说的？")
_WORD = re.compile(r"[^\W\d_]+")
_ARTICLE = re.compile(r"\AA (?=[a-z])")
_WITHIN = re.compile(r"(?<=[a-z,] )[A-Z][^\W\d_]+")
"""A word with a capital that begins no sentence."""


def question_of(heading: str, text: str, number: int = 0) -> str | None:
    """A question that the section under ``heading`` answers; None where the heading does not lend itself to one.

    ``text`` tells which of its words are written small within a sentence; ``number`` chooses among like forms.
    """
    heading = _NUMBER.sub("", _ANCHOR.sub("", heading).strip(), count=1)
    heading = heading.rstrip(_END)
    is_chinese = bool(_CHINESE.search(heading))
    shortest = SHORTEST_CHINESE if is_chinese else SHORTEST_HEADING
    if not shortest <= len(heading) <= LONGEST_HEADING or heading.casefold() in _FURNITURE:
        return None
    if sum(character.isalpha() for character in heading) * 2 < len(heading) or any(
        mark in heading for mark in '"/\\<>|@=“”'
    ):
        return None  # figures, paths and code are no questions
    if heading.endswith(("?", "？")):
        return heading
    return _in_chinese(heading, number) if is_chinese else _in_english(heading, text, number)


def asks(heading: str) -> bool:
    """Whether ``heading`` is a question as it stands, and needs no form around it."""
    question = question_of(heading, "") or "?"
    return heading.rstrip(" ?？").endswith(question.rstrip("?？")) and question not in "??"


def _in_chinese(heading: str, number: int) -> str:
    if any(word in heading for word in _ASKING_CHINESE):
        return f"{heading}？"
    return _CHINESE_FORMS[number % len(_CHINESE_FORMS)].format(heading)


def _in_english(heading: str, text: str, number: int) -> str | None:
    words = _WORD.findall(heading)
    if _ASKS_DIRECTLY.match(heading):
        return f"{heading}?"
    small = _small(heading, text)
    first = words[0].lower()
    if first == "how" and len(words) > 2 and words[1].lower() == "to":
        return f"How do I {small.split(maxsplit=2)[2]}?"
    if _CASE.match(heading):
        return f"What happens {small[0].lower()}{small[1:]}?"
    if _ASKING.match(heading):
        return f"What is said about {small[0].lower()}{small[1:]}?"
    if first in _IMPERATIVES and len(words) > 1:
        return f"How do I {small[0].lower()}{small[1:]}?"
    return _ENGLISH[number % len(_ENGLISH)].format(small)


def _small(heading: str, text: str) -> str:
    """``heading`` with the capitals that it would have within a sentence: those of names, as ``text`` writes them."""
    names = set(_WITHIN.findall(text))

    def written(match: re.Match[str]) -> str:
        word = match.group()
        return word.lower() if len(word) > 1 and word.istitle() and word not in names else word

    return _ARTICLE.sub("a ", _WORD.sub(written, heading))
