"""Of whom a sentence speaks: the codes, numbered things, years and names that what it says must be said of.

A value that stands in the cited chunks supports nothing where they say it of another: "PPR-7002 costs 15 euros" beside
"PPR-7001 costs 15 euros". So each thing that a sentence adds must stand in a sentence or row about its subjects: one
that names them, or one that names nobody else in a chunk that does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from searchapp.answer.names import names
from searchapp.answer.quantities import dates, without_dates
from searchapp.text.chinese import persons
from searchapp.text.words import STOP_WORDS, fold_width, has_cjk

LEADING = 24
"""Characters of a sentence in which a name is its subject."""

LEADING_CJK = 6
"""The same in Chinese."""

CODE_DIGITS = 3
"""Digits from which a code is written in one way only."""

_YEAR_IN = re.compile(r"(?:1[89]|20)\d\d")
# In brackets a year tells when something came out, not what is spoken of: "Klaus (2019)".
_YEAR = re.compile(r"(?<![\dA-Za-z-])(?<!\()(?:1[89]|20)\d\d(?!\d)")
_NUMBERED = re.compile(
    r"(?<![\w-])(?P<label>[^\W\d_]{2,20})[ ](?:no\.? ?|# ?)?(?P<number>\d{1,3}(?:\.\d{1,3}){0,3})(?![\w%]|[.,:]\d)"
)
_NUMBERED_CJK = re.compile(
    r"第\s?(?P<number>\d{1,4}|[一二三四五六七八九十百零]{1,6})\s?(?P<label>[届任代世條条章节節款项項号號期季版次回册集部])"
)
_QUARTER = re.compile(r"(?<!第)(?P<number>[1-4一二三四])\s?(?P<label>季度)")
_SPAN = re.compile(
    r"(?<!\d)(?:1[89]|20)?(\d\d)[-–—/](?:1[89]|20)?(\d\d)\s?(赛季|賽季|学年|學年|财年|財年|seasons?\b|fiscal\b|school\b)"
)
_MEASURE = re.compile(
    r"(?<![A-Za-z\d.,-])(?P<number>\d{1,6}(?:\.\d{1,3})?)[ -]?(?P<label>"
    r"(?:mm|cm|km|m|kg|mg|g|ml|l|kw|kva|v|gb|tb|mb|hp|inch|inches|litres?|liters?|met(?:re|er)s?"
    r"|kilomet(?:re|er)s?|yards?|miles?)(?![A-Za-z\d])"
    r"|(?:平方米|毫米|厘米|公里|公斤|千克|毫升|英寸|米|吨|克|升))",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?<![\w-])(?P<label>[^\W\d_]{2,20})[ ](?P<number>[IVX]{1,4}(?<!\bI))(?![\w-])")
ROMANS = "_ I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()
_FOLLOWING = re.compile(r"\s?([^\W\d_]+)")
# What stands before a number that counts: no label of a thing.
_COUNTING = STOP_WORDS | frozenset(
    "about over under than least most top first last next past every all only around nearly almost approximately "
    "weighs weigh costs cost exerts holds has have measures takes took lasts needs need used contains chapter between "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug "
    "sold sells sell paid pays made makes earned grew rose fell reached "
    "sep oct nov dec after before since until per plus minus equals euro euros eur usd dollars within up day".split()
)

SPAN = "span"
"""The label of what goes from one year to the next: the season 2019-20."""

_UNITS = {
    "m": frozenset("米 metre metres meter meters".split()),
    "km": frozenset("公里 kilometre kilometres kilometer kilometers".split()),
    "kg": frozenset("公斤 千克".split()),
    "g": frozenset(("克",)),
    "mm": frozenset(("毫米",)),
    "cm": frozenset(("厘米",)),
    "ml": frozenset(("毫升",)),
    "l": frozenset("升 litre litres liter liters".split()),
    "inch": frozenset(("inches", "英寸")),
    "yard": frozenset(("yards",)),
    "mile": frozenset(("miles",)),
}


class Kind(StrEnum):
    """What distinguishes things of a kind: another one of the same kind is another thing."""

    CODE = "code"
    NUMBERED = "numbered"
    YEAR = "year"
    MEASURE = "measure"
    NAME = "name"
    PERSON = "person"


NAMES = (Kind.NAME, Kind.PERSON)


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a sentence speaks of."""

    kind: Kind
    text: str
    label: str = ""

    @property
    def is_unmistakable(self) -> bool:
        """Whether nobody writes it otherwise: a code like PPR-7002, where J-20 may be J20 and GPT4 GPT-4."""
        digits = sum(map(str.isdigit, self.text))
        return self.kind is Kind.CODE and digits >= CODE_DIGITS and not _YEAR_IN.search(self.text)

    def is_like(self, other: Subject) -> bool:
        """Whether both are of a kind, so that a question which names both asks about each: EMNLP2022 and 2023."""
        has_year = self.kind is Kind.CODE and _YEAR_IN.search(self.text) is not None
        return (self.kind, self.label) == (other.kind, other.label) or (has_year and other.kind is Kind.YEAR)

    def __str__(self) -> str:
        if self.kind not in (Kind.NUMBERED, Kind.MEASURE) or self.label == SPAN:
            return self.text
        if self.kind is Kind.MEASURE:
            return f"{self.text} {self.label}"
        return f"第{self.text}{self.label}" if has_cjk(self.label) else f"{self.label} {self.text}"


def subjects(text: str) -> list[Subject]:
    """All that ``text`` names, in order of kind."""
    text = fold_width(text)
    found = [Subject(Kind.YEAR, match.group()) for match in _YEAR.finditer(without_dates(text))]
    for match in _NUMBERED.finditer(text):
        following = _FOLLOWING.match(text, match.end())
        counts = following and not (following[1].casefold() in STOP_WORDS or following[1].endswith(("ed", "ing")))
        if match["label"].casefold() not in _COUNTING and not has_cjk(match["label"]) and not counts:
            found.append(Subject(Kind.NUMBERED, match["number"], match["label"].casefold()))
    for match in _ROMAN.finditer(text):
        if match["number"] in ROMANS and not has_cjk(match["label"]):
            number = str(ROMANS.index(match["number"]))
            found.append(Subject(Kind.NUMBERED, number, match["label"].casefold()))
    for pattern in (_NUMBERED_CJK, _QUARTER):
        found += [Subject(Kind.NUMBERED, match["number"], match["label"]) for match in pattern.finditer(text)]
    found += [Subject(Kind.NUMBERED, "-".join(match.group(1, 2)), SPAN) for match in _SPAN.finditer(text)]
    found += [Subject(Kind.MEASURE, match["number"], _unit(match["label"])) for match in _MEASURE.finditer(text)]
    people = persons(text) if has_cjk(text) else []
    whole = [name for name in names(text) if not any(name in person for person in people)]
    for name in (*people, *whole):
        if _MEASURE.fullmatch(name):
            continue
        named = Kind.PERSON if name in people else Kind.NAME
        found.append(Subject(Kind.CODE if any(map(str.isdigit, name)) else named, name))
    return list(dict.fromkeys(found))


def _unit(label: str) -> str:
    """The unit, one for all of its spellings."""
    lowered = label.casefold()
    return next((unit for unit, spellings in _UNITS.items() if lowered in spellings), lowered)


def asked_of(claim: str, question: str) -> list[Subject]:
    """The subjects of a claim: those that it names itself, else for each kind those of the question."""
    own, asked = subjects(claim), subjects(question)
    leading = leading_part(claim)
    ours = [
        one
        for one in own
        if one in asked or one.kind in (Kind.CODE, Kind.NUMBERED) or (one.kind in NAMES and one.text in leading)
    ]
    # A sentence that begins with somebody else's name, code or number says itself of whom it speaks.
    other = {one.kind for one in ours if one not in asked} - {Kind.NUMBERED}
    replaced = {(one.kind, one.label) for one in own}
    if any(day.year for day in dates(claim)):
        replaced.add((Kind.YEAR, ""))
    return ours + [
        one
        for one in asked
        if one not in ours and one.kind not in other and (one.kind in NAMES or (one.kind, one.label) not in replaced)
    ]


def leading_part(text: str) -> str:
    """The beginning of a sentence, in which a name is its subject."""
    text = fold_width(text)
    return text[: LEADING_CJK if has_cjk(text) else LEADING]
