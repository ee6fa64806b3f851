"""Numbers and dates in a text, in one form whatever way they are written: 1,361万, 13.61 million, 十二, twelve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from searchapp.text.chinese_numbers import SCALES, era_days, numeral
from searchapp.text.words import fold_width

_SCALES = SCALES | {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ENGLISH = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

# A decimal point needs a digit after it; a comma is a thousands separator only before exactly three digits.
_NUMBER = re.compile(
    r"(?<![A-Za-z\d_.])(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?P<fraction>\.\d+)?\s?"
    r"(?P<scale>[十百千万萬亿億兆]+|(?:hundred|thousand|million|billion|trillion)\b)?"
    r"|(?<=[A-Za-z])(?P<attached>\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_CJK_NUMBER = re.compile(r"(?P<ordinal>第?)(?P<number>[零〇一二两三四五六七八九十百千万萬亿億]+)")
_ENGLISH_NUMBER = re.compile(
    rf"\b(?P<word>{'|'.join(_ENGLISH)})\b(?:\s(?P<scale>hundred|thousand|million|billion))?", re.IGNORECASE
)
_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:(?P<year>\d{4})\s?年\s?)?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?[日号號]",
        r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<year>\d{{4}}))?\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}(?:,?\s(?P<year>\d{{4}}))?\b",
    )
)


@dataclass(frozen=True, slots=True)
class Date:
    """A day; ``year`` is None where the text leaves it out."""

    year: int | None
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year or '?'}-{self.month:02}-{self.day:02}"

    def agrees(self, other: Date) -> bool:
        """Whether both may be the same day."""
        years = {self.year, other.year} - {None}
        return (self.month, self.day) == (other.month, other.day) and len(years) < 2


def dates(text: str) -> frozenset[Date]:
    """The days that ``text`` names."""
    return frozenset(date for date, _ in _dates(fold_width(text)))


def without_dates(text: str) -> str:
    """The text but for the days that it names."""
    text = fold_width(text)
    for _, (start, end) in sorted(_dates(text), key=lambda found: found[1], reverse=True):
        text = text[:start] + " " * (min(end, len(text)) - start) + text[end:]
    return text


def numbers(text: str, *, claimed: bool = False) -> frozenset[Decimal]:
    """The values of the numbers in ``text``, those inside dates included.

    ``claimed``: only those that certainly state a quantity. A lone 一 or "one" hardly ever does, but may stand for the
    1 that somebody else wrote.
    """
    return frozenset(_numbers(fold_width(text), claimed))


def _dates(text: str) -> Iterator[tuple[Date, tuple[int, int]]]:
    for day in era_days(text):
        if day.day:
            yield Date(day.year, day.month, day.day), (day.start, day.end)
    for pattern in _DATES:
        for match in pattern.finditer(text):
            found = match.groupdict()
            name = found.get("name")
            month = _MONTHS.index(name[:3].lower()) + 1 if name else int(found["month"])
            if 1 <= month <= 12 and 1 <= int(found["day"]) <= 31:
                yield Date(int(found["year"]) if found["year"] else None, month, int(found["day"])), match.span()


def _numbers(text: str, claimed: bool) -> Iterator[Decimal]:
    for named in era_days(text):
        yield Decimal(named.year)
    for match in _NUMBER.finditer(text):
        if match["attached"]:
            yield Decimal(match["attached"]).normalize()
        else:
            value = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
            yield value.normalize() * _scale(match["scale"])
            if not claimed:
                yield value.normalize()  # in a table the scale stands in the heading
    for match in _CJK_NUMBER.finditer(text):
        run = match["number"]
        before = text[match.start() - 1 : match.start()]
        if before.isdigit() or set(run) <= set("万萬亿億千百"):
            continue  # the scale of a number in digits, or of none
        if not claimed or match["ordinal"] or len(run) > 1:
            yield Decimal(numeral(run))
    for match in _ENGLISH_NUMBER.finditer(text):
        count = _ENGLISH[match["word"].lower()]
        if not claimed or count > 2 or match["scale"]:
            yield Decimal(count) * _scale(match["scale"])


def _scale(name: str | None) -> int:
    value = 1
    for part in [name.lower()] if name and name.isascii() else (name or ""):
        value *= _SCALES[part]
    return value
