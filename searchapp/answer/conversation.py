"""A conversation: the turns that count, and the stand-alone question that a follow-up becomes in it.

The server keeps nothing: who asks sends the turns along. A language model rewrites follow-ups. A small one answers
instead, repeats itself or tells something else, so what it wrote is used only where ``fault`` finds nothing wrong with
it; else ``joined`` puts the words together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from searchapp.answer.context import prompt
from searchapp.answer.prompt_sanitizer import folded, one_line
from searchapp.answer.thinking import without_thoughts
from searchapp.errors import SearchAppError
from searchapp.model import Rewriting, Turn
from searchapp.text.chinese import subject_terms
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk

MOST_CHARACTERS = 300
"""Longest rewriting; a question that is longer was not made of a follow-up."""

LEAST_KEPT = 0.5
"""Share of the follow-up's own terms that its rewriting has; a model may change a word's form, not the subject."""

MOST_NEW = 0.25
"""Share of a rewriting's terms that nobody has said before."""

_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|same|former|latter|others?)\b"
    r"|[它他她这那其该此]|上述|前者|后者|同样|刚才|之前|呢\s*+[？?]?\s*+$"
    r"|それ|その|これ|この|そこ|彼|では\s*+[？?]?$|そちら|그것|이것|그럼|그는|그녀",
    re.IGNORECASE,
)
_LEADS = (
    r"(?:then|else|ok(?:ay)?|what if|for|in|on|at|with|without|from"
    r"|to|about|of|by|only|not|just|even|since|until)"
)
_ELLIPSIS = re.compile(r"^\s*(?:and|but|or|so|also|what about|how about|what else)\b", re.IGNORECASE)
_LEAD = re.compile(rf"^\s*(?:{_LEADS}\b|那么|那|还有|以及|而|但|如果|为什么呢|では|じゃあ|그럼)", re.IGNORECASE)
_OPENING = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|and|but|so|also|then|what about|how about)\b[\s,]*"
    r"|那么|那|还有|而|但|では|じゃあ|그럼|[\s,，、])+",
    re.IGNORECASE,
)
_CLOSING = ("呢", "怎么样", "如何", "は")
# 9.x, 2023, PPR-9087, v8: what follow-ups exchange.
_CODE = re.compile(r"(?<![\w.])(?=[A-Za-z]*[-_.]?\d)[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)*")
_LABEL = re.compile(
    r"^[*_#>\-\s]*+(?:(?:the\s++)?(?:stand-?alone|rewritten|search|final|new)?\s*+(?:question|query)"
    r"|(?:独立|改写|完整|搜索)[^：:]{0,8}|质问|質問|질문|问题)\s*+[：:]\s*",
    re.IGNORECASE,
)
_QUOTES = " \t\"'“”‘’「」『』*`"
_REPEATED = re.compile(r"(?P<unit>\S.{2,60}?)\s*+(?:(?P=unit)\s*+){2}")


class Unusable(StrEnum):
    """What is wrong with a model's rewriting."""

    EMPTY = "empty"
    LONG = "long"
    REPEATED = "repeated"
    LANGUAGE = "language"
    LOST = "lost"
    """The follow-up's own words are not in it."""
    INVENTED = "invented"
    """It says what nobody asked."""
    UNCHANGED = "unchanged"


def stands_alone(question: str) -> bool:
    """Whether a question names its subject itself, so that no conversation is needed to understand it."""
    text = fold_width(question)
    if _POINTING.search(text) or _ELLIPSIS.search(text):
        return False
    terms = subject_terms(text)
    if is_cjk(text):
        return len(terms) >= 2 and len(text) >= 6 and not _LEAD.search(text)
    return len(terms) >= (4 if _LEAD.search(text) else 2) and len(text.split()) >= 4


def joined(question: str, history: Sequence[Turn]) -> str:
    """The earlier question, this one's code or number in the place of its own; else this one's words behind it."""
    earlier = history[-1].question
    rest = _without_closing(_OPENING.sub("", question)) or question
    codes = list(dict.fromkeys(_CODE.findall(rest)))
    if len(codes) == 1 and not subject_terms(_CODE.sub(" ", rest)):
        alike = list(dict.fromkeys(code for code in _CODE.findall(earlier) if _shape(code) == _shape(codes[0])))
        if len(alike) == 1:
            return earlier.replace(alike[0], codes[0])
    return f"{earlier.rstrip()} {rest}"


def _without_closing(question: str) -> str:
    rest = question.rstrip().rstrip("？?。.!！").rstrip()
    return next((rest.removesuffix(word).rstrip() for word in _CLOSING if rest.endswith(word)), rest)


def readable(raw: str) -> str:
    """The question in what a model replied: its first line, without label, quotation marks and thinking aloud."""
    text = without_thoughts(raw).answer
    lines = [line.strip() for line in text.splitlines() if any(character.isalnum() for character in line)]
    line = next((bare for line in lines if (bare := _LABEL.sub("", line).strip(_QUOTES))), "")
    return " ".join(re.sub(r"(?<!\s)\s*+[\[【]\d+[\]】]", "", line).split())


def fault(rewritten: str, question: str, history: Sequence[Turn]) -> Unusable | None:
    """What is wrong with a rewriting; None where it can be used."""
    if not any(character.isalnum() for character in rewritten):
        return Unusable.EMPTY
    if len(rewritten) > MOST_CHARACTERS:
        return Unusable.LONG
    if _REPEATED.search(rewritten):
        return Unusable.REPEATED
    earlier = history[-1].question
    if is_cjk(rewritten) != is_cjk(question if subject_terms(question) else earlier):
        return Unusable.LANGUAGE
    said = folded(rewritten)
    own, codes = subject_terms(question), _CODE.findall(fold_width(question))
    if any(code.casefold() not in said for code in codes):
        return Unusable.LOST
    if own and sum(_occurs(term, said, rewritten) for term in own) / len(own) < LEAST_KEPT:
        return Unusable.LOST
    known = " ".join([question, *(text for turn in history for text in (turn.question, turn.answer))])
    terms = subject_terms(rewritten)
    new = [term for term in terms if not _occurs(term, folded(known), known)]
    new_codes = [code for code in _CODE.findall(fold_width(rewritten)) if code.casefold() not in folded(known)]
    if new_codes or (terms and len(new) / len(terms) > MOST_NEW):
        return Unusable.INVENTED
    if said in (folded(question), folded(earlier)):
        return Unusable.UNCHANGED
    return None


def _occurs(term: str, text: str, original: str) -> bool:
    return term in text if has_cjk(term) else term in content_terms(original)


def _shape(code: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "0", code))


MOST_TURNS = 3
"""The latest turns; what a follow-up points to hardly ever lies further back, and each turn costs a model's time."""

MOST_TURN_CHARACTERS = 400
"""Characters of a question or an answer that are read again."""

REWRITE_TOKENS = 96
"""The most that a model may write for one question."""

Chat = Callable[[Sequence[dict[str, str]], int], str]
"""A model's whole reply to messages, in at most so many tokens."""


@dataclass(frozen=True, slots=True)
class Query:
    """The question to search for, how it came about, and what was wrong with a rewriting that was put aside."""

    text: str
    rewriting: Rewriting = Rewriting.NONE
    fault: Unusable | None = None


def recent(history: Iterable[Turn]) -> tuple[Turn, ...]:
    """The latest turns that say something, each cut to a readable length."""
    turns = [
        Turn(one_line(turn.question)[:MOST_TURN_CHARACTERS], one_line(turn.answer)[:MOST_TURN_CHARACTERS])
        for turn in history
    ]
    return tuple([turn for turn in turns if any(character.isalnum() for character in turn.question)][-MOST_TURNS:])


def read(question: str, history: Sequence[Turn], chat: Chat) -> Query:
    """What ``question`` means after ``history``.

    A question that stands alone stays as it is. ``chat`` rewrites any other one; where the model cannot be reached or
    what it wrote cannot be used, the words of the earlier question and of this one are put together, and ``fault`` says
    why.
    """
    if not history or stands_alone(question):
        return Query(question)
    try:
        rewritten = readable(chat(messages(question, history), REWRITE_TOKENS))
    except SearchAppError:
        return Query(joined(question, history), Rewriting.JOINED)  # the answer itself will say what is wrong
    wrong = fault(rewritten, question, history)
    if wrong is None:
        return Query(rewritten, Rewriting.MODEL)
    return Query(joined(question, history), Rewriting.JOINED, wrong)


def messages(question: str, history: Sequence[Turn]) -> list[dict[str, str]]:
    """The prompt, in the question's language: rules, the conversation as quoted material, the follow-up last."""
    told = "\n".join(f"Q: {turn.question}" + (f"\nA: {turn.answer}" if turn.answer else "") for turn in history)
    return [
        {"role": "system", "content": prompt("rewrite", question, history[-1].question)},
        {"role": "user", "content": f"<conversation>\n{told}\n</conversation>\n\n{one_line(question)}"},
    ]
