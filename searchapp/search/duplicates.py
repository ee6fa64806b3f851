"""Which chunks say nearly the same, so that one of them may stand for the others.

Two leases that differ in who pays and how much are alike but for a word or two, and so are pages about this year's
telephone and last year's. So likeness alone does not do: what is the same must be the same in every number, name, code
and date, and in each word that denies. In scripts without capital letters names look like any other word; there one
text may only have characters more than the other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property, lru_cache
from typing import TypeAlias

from searchapp.stores import FoundChunk
from searchapp.text.chinese import proper_names
from searchapp.text.words import CJK, CJK_STOP_CHARACTERS, STOP_WORDS, fold_width, has_cjk

SHINGLE = 4
"""Words in a row that are compared at once; in CJK a character is one."""

ALIKE = 0.8
"""Share of common shingles (Jaccard) from which two chunks may count as one."""

COMPARED = 24
"""Chunks that one is compared with, the best ones with the same telling words: a bound for a thousand leases."""

Shingles: TypeAlias = frozenset[tuple[str, ...]]

_WORD = re.compile(rf"[^\W{CJK}]+|[{CJK}]")
_TITLED = r"《[^《》\n]{1,60}》"
# A title of a work; a number with its sign and what is counted; a word or a code, joined or with signs behind it
# (notes.md, don't, C++); a currency or share; a run of CJK.
_TOKEN = re.compile(
    rf"{_TITLED}|(?<![\w.])[-−+]?\d[\d,.]*(?:\s?[^\W\d_{CJK}]{{1,12}}|[{CJK}])?"
    rf"|[^\W{CJK}]+(?:[.:/@\\'’][^\W{CJK}]+)*[+#]{{0,2}}|[€$£¥￥₩₹%‰°]|[{CJK}]+"
)
_CODE = re.compile(r"[\d_.:/@\\+#]|\A[€$£¥￥₩₹%‰°]")
_SENTENCE_ENDS = frozenset('.!?:;\n。！？：；•*#>|(（"“„«「『【')
_OUTLINE = re.compile(r"[\dA-Z]+")
_COPY = re.compile(r"\(\d{1,2}\)\Z")

_COUNTING = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion half "
    "twice first second third fourth fifth sixth seventh eighth ninth tenth".split()
)
_DENYING = frozenset("no not never none nor neither without cannot except unless".split())
_CJK_COUNTING = frozenset("〇零一二三四五六七八九十百千万萬亿億两兩半甲乙丙丁壹贰叁肆伍陆柒捌玖拾佰仟")
_CJK_DENYING = frozenset("不没沒无無未非勿别別莫禁除")
_CJK_TELLING = _CJK_COUNTING | _CJK_DENYING
# Hiragana are endings and particles.
_NOT_PLAIN = dict.fromkeys([*map(ord, CJK_STOP_CHARACTERS | _CJK_TELLING), *range(0x3040, 0x30A0)])


class Likeness:
    """A chunk as it is compared, worked out as far as it is asked for; headings that begin its text are none of it."""

    def __init__(self, chunk: FoundChunk) -> None:
        text = chunk.text
        self._names = tuple(dict.fromkeys((chunk.title, *chunk.headings)))
        while (line := text.partition("\n")[0].strip()) and line in self._names:
            text = text.partition("\n")[2].lstrip()
        self.text = text if text.isascii() else fold_width(text)

    @cached_property
    def outline(self) -> str:
        """Its figures and capital letters: most chunks have others than all the rest, and need not be read further."""
        return "".join(_OUTLINE.findall(self.text))

    @property
    def telling(self) -> tuple[str, ...]:
        """Its numbers, names and codes and those of its title and headings, in order."""
        return self._parts[0]

    @property
    def plain(self) -> str:
        """Its characters of scripts that have no capital letters."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], str]:
        telling, plain = _parted(self.text)
        return (*(word for name in self._names for word in _named(name)), "\n", *telling), plain

    @cached_property
    def shingles(self) -> Shingles:
        """Every ``SHINGLE`` words in a row (Broder 1997, "On the resemblance and containment of documents")."""
        words = _WORD.findall(self.text.casefold())
        return frozenset(zip(*(words[at:] for at in range(SHINGLE)), strict=False)) or frozenset([tuple(words)])

    def is_like(self, other: Likeness) -> bool:
        """Whether both, whose telling words are equal, say nearly the same."""
        common = len(self.shingles & other.shingles)
        return common >= ALIKE * (len(self.shingles) + len(other.shingles) - common) and self._adds_to(other)

    def _adds_to(self, other: Likeness) -> bool:
        """Whether one of both has all plain characters of the other in their order."""
        short, long = sorted((self.plain, other.plain), key=len)
        rest = iter(long)
        return short == long or all(character in rest for character in short)


@lru_cache(512)
def _named(name: str) -> tuple[str, ...]:
    """What of a title or heading tells things apart; "(1)" behind it is what a copied file is called."""
    name = fold_width(_COPY.sub("", name.rstrip()))
    telling, _ = _parted(name)
    # Each word of a heading may have a capital letter, and the first one does.
    first = name.split(maxsplit=1)[0] if name.strip() else ""
    kept = tuple(word for word in telling if word != first or _CODE.search(word))
    return (*kept, *proper_names(name)) if has_cjk(name) else kept


def _parted(text: str) -> tuple[list[str], str]:
    """The telling words of ``text``, and the characters of scripts without capital letters, both in order."""
    telling: list[str] = []
    plain: list[str] = []
    counting = False
    for match in _TOKEN.finditer(text):
        word = match.group()
        if has_cjk(word[0]):
            telling += [character for character in word if character in _CJK_TELLING]
            plain.append(word.translate(_NOT_PLAIN))
        elif word.lower() == word.upper() and not _CODE.search(word) and word[0] != "《":
            plain.append(word)
        elif counting or _tells(word, text, match.start()):  # two years are not two months
            # 1,000 is 1000, and a full stop behind a number ends the sentence.
            telling.append(word.replace(",", "").rstrip(".") if word[-1].isdigit() or word[0].isdigit() else word)
        counting = word.lower() in _COUNTING
    return telling, "".join(plain)


def _tells(word: str, text: str, start: int) -> bool:
    """Whether ``word``, which stands at ``start``, is a number, a name, a code, a title, or denies something."""
    lowered = word.lower()
    if _CODE.search(word) or word[0] == "《" or lowered in _COUNTING or lowered in _DENYING or lowered.endswith("n't"):
        return True
    if word == lowered:
        return False
    if lowered not in STOP_WORDS:
        return True
    # "The" begins a sentence; IT, WHO and the month of May are names.
    return len(word) > 1 and not _begins_sentence(text, start)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(start - 8, 0) : start].rstrip(" \t")
    return not before or before[-1] in _SENTENCE_ENDS


class Seen:
    """The chunks so far, by number; compared are those with the same telling words."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, list[tuple[int, Likeness]]] = defaultdict(list)
        self._alike: defaultdict[tuple[str, ...], list[tuple[int, Likeness]]] = defaultdict(list)
        self._equal: dict[tuple[str, tuple[str, ...]], int] = {}

    def add(self, number: int, own: Likeness) -> None:
        """Remember a chunk under ``number``."""
        self._waiting[own.outline].append((number, own))

    def like(self, own: Likeness) -> int | None:
        """The number of the first chunk that says nearly the same as this one; None if there is none."""
        if own.outline not in self._waiting:
            return None
        for number, other in self._waiting[own.outline]:
            self._equal.setdefault((other.text, other.telling), number)
            self._alike[other.telling].append((number, other))
        self._waiting[own.outline].clear()
        if (equal := self._equal.get((own.text, own.telling))) is not None:
            return equal
        near = self._alike[own.telling][:COMPARED]
        return next((number for number, other in near if own.is_like(other)), None)
