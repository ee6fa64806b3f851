"""A conversation: the turns that count, and the stand-alone question that a follow-up becomes in it.

The server keeps nothing: who asks sends the turns along. A language model rewrites follow-ups. A small one answers
instead, repeats itself or tells something else, so what it wrote is used only where ``fault`` finds nothing wrong with
it; else ``joined`` puts the words together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from searchapp.answer.codes import CODE, shape
from searchapp.answer.context import prompt
from searchapp.answer.prompt_sanitizer import folded, one_line
from searchapp.answer.thinking import without_thoughts
from searchapp.errors import SearchAppError
from searchapp.model import Rewriting, Turn
from searchapp.text.chinese import subject_terms
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk, words

MOST_CHARACTERS = 300
"""Longest rewriting; a question that is longer was not made of a follow-up."""

LEAST_KEPT = 0.5
"""Share of the follow-up's own terms that its rewriting has; a model may change a word's form, not the subject."""

MOST_NEW = 0.25
"""Share of a rewriting's terms that nobody has said before."""

_POINTING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|same|former|latter|others?"
    r"|the ones?)\b"
    r"|[它他她这那其该此]|上述|前者|后者|同样|刚才|之前|[呢は는은]\s*+[？?]?\s*+$"
    r"|それ|その|これ|この|そこ|彼|では\s*+[？?]?$|そちら|그것|이것|그럼|그는|그녀",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\bwhich\s++ones?\b(?!\s++of\b)"
    r"|^\W*+which\s++(?:would|should|could|can|do|does|did|will|must|has|have|for|needs?|works?|fits?|suits?)\b(?!.*\bor\b)"
    r"|^\W*+which\s++(?:is|are)\s++(?:the\s++)?(?:\w++\s++)?(?:more|less|most|least|good|right|recommended|suitable|meant"
    r"|used|\w*(?:er|est))(?:\s++ones?)?\s*+(?:$|[?？]|\b(?:for|to|in|on|at|with|when|if)\b)(?!.*\bor\b)"
    r"|\b(?:use|take|need|choose|pick|get|want|prefer|have|make|create|add|run)\s++(?:a\s++new\s++)?ones?\b(?!\s++of\b)"
    r"|哪一?[个种款类些项台](?:更|最|比较|适|合适|好|能|可|该|应|需|支持|用|会|不|值得|推荐|便宜|\s*+[?？]|\s*+$)",
    re.IGNORECASE,
)
"""Asks for one of several that were named before."""
_LEADS = (
    r"(?:then|else|ok(?:ay)?|what if|for|in|on|at|with|without|from"
    r"|to|about|of|by|only|not|just|even|since|until)"
)
_ELLIPSIS = re.compile(r"^\s*(?:and|but|or|so|also|what about|how about|what else)\b", re.IGNORECASE)
_LEAD = re.compile(rf"^\s*(?:{_LEADS}\b|那么|那|还有|以及|而|但|如果|为什么呢|では|じゃあ|그럼)", re.IGNORECASE)
_OPENING = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|and|but|so|also|then|no|sorry|actually|what about|how about|i meant?)\b[\s,]*"
    r"|那么|那|还有|而|但|不是|我是说|我说的是|我指的是|我的意思是|では|じゃあ|그럼|[\s,，、])+",
    re.IGNORECASE,
)
_PARTICLE = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_CLOSING = ("呢", "怎么样", "如何", "は")
_CORRECTION = re.compile(
    r"^\s*(?:(?:no|sorry|actually|rather|well)\b[\s,]*)*"
    r"(?:i (?:actually )?(?:meant?|was (?:asking|talking) about)|not that)\b"
    r"|^\s*(?:不是?[，,\s]*)?我(?:是说|说的是|指的是|的意思是|问的是|想问的是)|^\s*(?:いや|いえ)[、,]|^\s*아니[,\s]",
    re.IGNORECASE,
)
_OF_ANYTHING = content_terms(
    "more less most least many much better best worse worst bigger smaller higher lower cheaper important main any "
    "some all other another else issue problem thing reason cause way one example detail difference step advantage "
    "exception limit mean meant tell give explain list show know happen need work about further please again first "
    "second last next only also really true correct me"
) | frozenset(
    "问题 例子 原因 理由 情况 例外情况 方面 办法 方法 区别 优点 缺点 例外 步骤 意思 重要 主要 具体 详细 更多 其他 "
    "其它 解释 说明 举例 告诉 列出 介绍 需要 便宜 更好 最好".split()
)
"""What is said of any subject: a question of nothing else leaves its own out."""

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
    ADRIFT = "adrift"
    """Nothing of what was spoken of is in it."""


def stands_alone(question: str) -> bool:
    """Whether a question names its subject itself, so that no conversation is needed to understand it."""
    text = fold_width(question)
    if any(pattern.search(text) for pattern in (_POINTING, _ELLIPSIS, _CORRECTION, _CHOICE)):
        return False
    terms = subject_terms(text)
    if terms <= _OF_ANYTHING:
        return False
    if is_cjk(text):
        return len(terms) >= 2 and len(text) >= 6 and not _LEAD.search(text)
    return len(terms) >= (4 if _LEAD.search(text) else 2) and len(text.split()) >= 4


def joined(question: str, history: Sequence[Turn]) -> str:
    """The likeliest of the ``readings``."""
    return readings(question, history)[0]


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """The ways to read a question with the one before it, the likelier first.

    This one's code or number takes the place of the earlier one's, else this one's words stand behind it.
    """
    earlier = history[-1].question
    rest = _without_closing(_OPENING.sub("", question)) or question
    codes = list(dict.fromkeys(CODE.findall(rest)))
    exchanged = _exchanged(earlier, codes[0], rest) if len(codes) == 1 else ()
    return exchanged or (f"{earlier.rstrip()} {rest}",)


def _exchanged(earlier: str, code: str, rest: str) -> tuple[str, ...]:
    """The earlier question with ``code`` in the place of the one behind the same word, and of all that are alike.

    What ``rest`` says besides stands behind it; nothing where it is not plain which code is meant.
    """
    at = rest.index(code)
    word = _word_before(rest, at)
    alike = [match for match in CODE.finditer(earlier) if shape(match.group()) == shape(code)]
    every = [match.start() for match in alike]
    behind = [match.start() for match in alike if word and _word_before(earlier, match.start()) == word]
    said = subject_terms(CODE.sub(" ", rest)) - subject_terms(earlier)
    more = any(not _PARTICLE.fullmatch(term) for term in said)
    is_plain = len({match.group() for match in alike}) == 1  # "valve 3 of boiler 3" may change in one place or in both
    ways = [behind] if behind else []
    if is_plain and every != behind and (behind or not more):
        ways.append(every)
    left = f" {_OPENING.sub('', rest[at + len(code) :])}" if more else ""
    return tuple(
        CODE.sub(lambda match, way=way: code if match.start() in way else match.group(), earlier).rstrip() + left  # type: ignore[misc]
        for way in ways
    )


def _word_before(text: str, end: int) -> str:
    """The word that a number counts on: the "boiler" of boiler 3."""
    before = list(words(text[:end]))
    return before[-1].term if before and not text[before[-1].end : end].strip(" #-") else ""


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
    own, codes = subject_terms(question), CODE.findall(fold_width(question))
    if any(code.casefold() not in said for code in codes):
        return Unusable.LOST
    if own and sum(_occurs(term, said, rewritten) for term in own) / len(own) < LEAST_KEPT:
        return Unusable.LOST
    known = " ".join([question, *(text for turn in history for text in (turn.question, turn.answer))])
    terms = subject_terms(rewritten)
    new = [term for term in terms if not _occurs(term, folded(known), known)]
    new_codes = [code for code in CODE.findall(fold_width(rewritten)) if code.casefold() not in folded(known)]
    if new_codes or (terms and len(new) / len(terms) > MOST_NEW):
        return Unusable.INVENTED
    if said in (folded(question), folded(earlier)):
        return Unusable.UNCHANGED
    told = known[len(question) :]
    if not any(_occurs(term, folded(told), told) for term in terms - own - _OF_ANYTHING):
        return Unusable.ADRIFT
    return None


def _occurs(term: str, text: str, original: str) -> bool:
    return term in text if has_cjk(term) else term in content_terms(original)


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
    other: str = ""
    """Another way to read it, for where nothing is found for the first one."""


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
    ways = (*readings(question, history), "")
    by_words = Query(ways[0], Rewriting.JOINED, other=ways[1])
    try:
        rewritten = readable(chat(messages(question, history), REWRITE_TOKENS))
    except SearchAppError:
        return by_words  # the answer itself will say what is wrong
    wrong = fault(rewritten, question, history)
    if wrong is None:
        others = (way for way in ways if folded(way) != folded(rewritten))
        return Query(rewritten, Rewriting.MODEL, other=next(others))
    return replace(by_words, fault=wrong)


def messages(question: str, history: Sequence[Turn]) -> list[dict[str, str]]:
    """The prompt, in the question's language: rules, the conversation as quoted material, the follow-up last."""
    told = "\n".join(f"Q: {turn.question}" + (f"\nA: {turn.answer}" if turn.answer else "") for turn in history)
    return [
        {"role": "system", "content": prompt("rewrite", question, history[-1].question)},
        {"role": "user", "content": f"<conversation>\n{told}\n</conversation>\n\n{one_line(question)}"},
    ]
