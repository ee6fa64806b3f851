"""What may be asked next, by rule and without a model: sections that were found, or stand beside what is cited.

Each becomes a question in the language of the one that was asked; sections in another script are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from searchapp.answer.context import is_zh
from searchapp.errors import SearchAppError
from searchapp.messages import Language, Message
from searchapp.model import Answer, Hit
from searchapp.text.words import content_terms, has_cjk

MOST = 3
LONGEST = 70
"""Characters of a heading or title that is put into a question."""

LOOKED_AT = 200
"""First chunks of a cited document whose headings are looked at."""

MOST_DOCUMENTS = 2
"""Cited documents whose other sections are looked for."""

Headings = Callable[[str, int], Sequence[tuple[str, ...]]]
"""The headings over each of a document's first chunks, by its id and how many."""

_NUMBER = re.compile(
    r"\s*+(?:\d{1,3}(?:\.\d{1,3}){0,4}[.)、]?|[IVX]{1,5}[.)]|§ ?\d{1,3}|第[\d一二三四五六七八九十]{1,4}[章节条])"
    r"[\s:：]++"
)
# They head a part of nearly every document, and say nothing about this one.
_GENERAL = frozenset(
    "contents|table of contents|introduction|overview|abstract|summary|conclusion|conclusions|references|appendix|"
    "index|preface|foreword|notes|see also|目录|简介|引言|概述|摘要|总结|结论|附录|参考文献|前言|说明".split("|")
)


def follow_ups(answer: Answer, found: Sequence[Hit], headings: Headings) -> tuple[str, ...]:
    """At most three questions about ``found`` that the answer does not cite, or about what else its documents hold.

    None after a refusal or small talk: nothing is known to lead on.
    """
    if answer.refused or not answer.citations:
        return ()
    zh = is_zh(answer.question)
    known = content_terms(f"{answer.question} {answer.query}")
    cited = {citation.chunk_id for citation in answer.citations}
    said = {hit.headings[-1] for hit in found if hit.chunk_id in cited and hit.headings}
    questions: dict[str, str] = {}  # by heading
    for title, heading in _sections(answer, found, cited, headings):
        name, of = _plain(heading), _plain(title)
        if heading in said or name in questions or not _tells(name, of, known, chinese=zh):
            continue
        questions[name] = _question(name, of, chinese=zh)
        if len(questions) == MOST:
            break
    return tuple(questions.values())


def _sections(answer: Answer, found: Sequence[Hit], cited: set[str], headings: Headings) -> Iterator[tuple[str, str]]:
    """Titles and headings: those of hits that are not cited first, best first, then those of the cited documents."""
    for hit in found:
        if hit.chunk_id not in cited and hit.headings:
            yield hit.title, hit.headings[-1]
    titles = {citation.document_id: citation.title for citation in answer.citations}
    for document_id in list(titles)[:MOST_DOCUMENTS]:
        with suppress(SearchAppError):  # the answer is there, whatever the store does now
            for path in headings(document_id, LOOKED_AT):
                if path:
                    yield titles[document_id], path[-1]


def _plain(heading: str) -> str:
    without = heading[numbered.end() :] if (numbered := _NUMBER.match(heading)) else heading
    return " ".join(re.sub(r'["“”„«»「」『』]', "", without).split()).strip(" :：.。*_#")


def _tells(name: str, title: str, known: set[str], *, chinese: bool) -> bool:
    terms = content_terms(name)
    return (
        1 < len(name) <= LONGEST
        and any(map(str.isalpha, name))
        and has_cjk(name) == chinese
        and name.casefold() not in _GENERAL
        and name.casefold() != title.casefold()
        and bool(terms)
        and not terms <= known
    )


def _question(name: str, title: str, *, chinese: bool) -> str:
    if name.endswith(("?", "？")):
        return name
    language: Language = "zh" if chinese else "en"
    if not title or len(title) > LONGEST or title.casefold() in name.casefold():
        return Message("follow_up", heading=name).text(language)
    return Message("follow_up_of", heading=name, title=title).text(language)
