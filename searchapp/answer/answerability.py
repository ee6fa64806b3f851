"""Whether what was found can bear an answer at all. Without evidence there is no answer, whatever a model would say.

Two signs: the words of the question that stand together in a chunk, or a part in each of several, and nearness in
meaning. An embedding model that does not know the question's language finds any two texts near, so there the words
decide alone. Numbers of the question must stand where its words do.
Thresholds and what they reach: docs/quality-answers.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from searchapp.answer.compared import each_value
from searchapp.answer.quantities import numbers
from searchapp.model import Hit, Retriever
from searchapp.search.nearness import CROWDED
from searchapp.text.chinese import subject_terms
from searchapp.text.inner_headings import headings_over
from searchapp.text.question_words import TERMS
from searchapp.text.sentences import CELL_BREAK, sentences
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk

LEAST_KNOWN = 0.9
"""Share of the question's tokens that the embedding model knows, from which its nearness counts."""

LEAST_SUM = 0.95
"""Least sum of words that stand together (0 to 1) and cosine."""

LEAST_TOGETHER = 0.6
"""Least share of the question's words that, standing together, suffice whatever the cosine."""

LEAST_SPREAD = 0.8
"""The same, where several chunks hold them, each a part of the question."""

LEAST_SPREAD_SUM = 1.1
"""Least sum of that and the cosine."""

LEAST_ACROSS = 0.4
"""Least similarity of a chunk in another script than the question's, which can hold none of its words."""

NEARLY = 0.15
"""Share by which a place may have fewer words than the best one, to be looked at for the question's numbers."""

WINDOW = 2
"""Sentences in a row in which words stand together; a pronoun refers to the sentence before."""

MOST_PASSAGES = 8
"""Chunks that are looked at, best first."""

_COMPARED = re.compile(
    r"\b(?:compared?|comparison|differ(?:ences?|ent)?|chang(?:es?|ed)|versus|vs|both|more|less|fewer|worse"
    r"|(?:cheap|heavi|light|larg|bigg|small|long|short|fast|slow|high|low|old|new|great|strong|weak|earli|lat|bett)er)\b"
    r"|相比|比较|对比|变化|区别|不同|差别|差异|分别|更加?|便宜|昂贵",
    re.IGNORECASE,
)
"""What a comparison asks, and no row of what is compared says."""

_ENGLISH_ASKING = re.compile(
    r"\?|\b(?:who|whom|whose|what|when|where|which|why|how)\b|^\s*(?:compare|list|show|tell|give|explain|describe|find)\b",
    re.IGNORECASE,
)

# 什么颜色, 哪支球队: the kind of thing that is asked for; who names the thing need not name its kind.
_KIND = re.compile(
    r"(?:什么(?:样的?)?|怎么样的|怎样的?|哪[一几两二三些]?[个支部种位家座本项场届条所款间片块类名]?)(?=[\u4e00-\u9fff])"
)

_PRICE = re.compile(r"(?:多少|[几幾])[块塊元毛]?[钱錢]")
"""How much money: a price that answers says 元."""

_EACH = re.compile(r"[一每][晚夜天日周月年季次人位张張间間份]")
"""一晚, 每人: by what is counted, which a price list says otherwise."""


class Window(NamedTuple):
    """Neighbouring sentences or a table's row, the question's terms among them, and their share (0 to 1) by weight.

    ``said`` is what the chunk itself says there, ``text`` that with what stands above it.
    """

    said: str
    text: str
    terms: set[str]
    share: float


def has_evidence(question: str, hits: Sequence[Hit], known_share: float = 1.0) -> bool:
    """Whether the best hits speak of what is asked: one of them, or several that together hold its words.

    ``known_share`` (0 to 1) is how much of the question the embedding model knows (``Tokenizer.reading``). Of values
    that a question compares each must have evidence of its own.
    """
    return all(_bears(one, hits, known_share) for one in each_alone(question))


def each_alone(question: str) -> list[str]:
    """The question for each of the values that it compares, without the comparison, which no row of them says."""
    values = each_value(fold_width(question))
    return [_COMPARED.sub(" ", one) for one in values] if len(values) > 1 else values


def _bears(question: str, hits: Sequence[Hit], known_share: float) -> bool:
    terms = asked_about(question)
    best = hits[:MOST_PASSAGES]
    if known_share >= LEAST_KNOWN and _is_near_across(question, best):
        return True
    chunks = [windows(terms, hit) for hit in best]
    heads = [max(inside, key=lambda window: window.share) for inside in chunks if inside]
    together = max((head.share for head in heads), default=0.0)
    if not together or not _has_numbers(question, chunks, together - NEARLY):
        return False
    spread = _share(terms, set[str]().union(*(head.terms for head in heads)))
    if known_share < LEAST_KNOWN or all(hit.unembedded for hit in best):  # whose nearness nobody knows yet
        return together >= LEAST_TOGETHER or spread >= LEAST_SPREAD
    near = max(map(_cosine, best), default=0.0) - (CROWDED if is_cjk(question) else 0.0)
    return together >= LEAST_TOGETHER or together + near >= LEAST_SUM or spread + near >= LEAST_SPREAD_SUM


def asked_about(question: str) -> set[str]:
    """The terms that a chunk which answers must have: neither what asks nor the kind of thing that is asked for."""
    terms = {term for term in subject_terms(_PRICE.sub(" ", question)) - TERMS if not _EACH.fullmatch(term)}
    for match in _KIND.finditer(question):
        kinds = {term for term in terms if has_cjk(term) and question.startswith(term, match.end())}
        if kinds and len(terms) > 1:
            terms.discard(max(kinds, key=len))
    return terms or content_terms(question)


def _has_numbers(question: str, chunks: Sequence[Sequence[Window]], least: float) -> bool:
    """Whether what the question counts or dates stands where its words do: the final of 2018 is not that of 2019."""
    claims = not (has_cjk(question) or _ENGLISH_ASKING.search(question))  # a document may say otherwise
    wanted = numbers(question, claimed=True)
    return (
        claims
        or not wanted
        or any(wanted <= numbers(window.text) for inside in chunks for window in inside if window.share >= least)
    )


def windows(terms: set[str], hit: Hit) -> list[Window]:
    """The places of a hit in which words stand together.

    Its title and headings belong to each of them, a heading within it to the sentences below that, and to a table's
    row the table's first row, which names its columns.
    """
    text = fold_width(hit.text)
    parts, below = sentences(text), headings_over(text)
    above = fold_width("\n".join(dict.fromkeys((hit.title, *hit.headings))))
    over = _held(terms, above)
    held = [_held(terms, part) for part in parts]
    found = [Window(above, above, over, _share(terms, over))]
    top = 0
    for start, part in enumerate(parts):
        if CELL_BREAK in part:
            top = top if start and CELL_BREAK in parts[start - 1] else start
            places = {top, start} | (
                {start + 1} if start + 1 < len(parts) and CELL_BREAK not in parts[start + 1] else set()
            )
        else:
            near = range(start, min(start + WINDOW, len(parts)))
            places = {at for at in near if below[at] == below[start]}  # none of another section
        said, inside = [parts[at] for at in sorted(places)], set[str]().union(*(held[at] for at in places))
        inside |= over | _held(terms, below[start])
        found.append(Window("\n".join(said), "\n".join([above, below[start], *said]), inside, _share(terms, inside)))
    return found


def _held(terms: set[str], text: str) -> set[str]:
    return {term for term in terms if has_cjk(term) and term in text} | (terms & content_terms(text))


def _share(terms: set[str], held: set[str]) -> float:
    return sum(map(_weight, held)) / sum(map(_weight, terms)) if terms else 0.0


def _weight(term: str) -> float:
    """A long word says more than a short one, much as a rare one does."""
    return len(term) if has_cjk(term) else 1 + len(term) / 4


def _is_near_across(question: str, hits: Sequence[Hit]) -> bool:
    """Whether a chunk in another script is near in meaning; its words and the question's cannot be compared."""
    asked, wanted = is_cjk(question), numbers(question, claimed=True)
    return any(
        _cosine(hit) >= LEAST_ACROSS and is_cjk(hit.text) is not asked and wanted <= numbers(_all_text(hit))
        for hit in hits
    )


def _cosine(hit: Hit) -> float:
    """The chunk's similarity to the question, on the scale of ``embedding/similarity.py``."""
    place = hit.scores.get(Retriever.SEMANTIC)
    return (place.score or 0.0) if place else 0.0


def _all_text(hit: Hit) -> str:
    return fold_width("\n".join((hit.title, *hit.headings, hit.text)))
