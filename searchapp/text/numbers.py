"""Numbers and dates as everybody writes them, in one form: 10,000 is 10000, and 6 March 2024 is 20240306."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

Pattern: TypeAlias = re.Pattern[str]

_MONTHS = (
    "january jan januar janvier enero", "february feb februar février febrero", "march mar märz mars marzo",
    "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
    "august aug août agosto", "september sep sept septembre septiembre", "october oct oktober okt octobre octubre",
    "november nov novembre noviembre", "december dec dezember dez décembre diciembre",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMED = rf"(?P<named>{'|'.join(sorted(_MONTH, key=len, reverse=True))})\b\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})", r"(?P<year>[12]\d{3})"
_DATES = (
    re.compile(rf"(?<![\d.]){_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark){_DAY}(?!\d)"),
    re.compile(rf"(?<![\d.])(?P<first>\d{{1,2}})(?P<mark>[-/.]) ?(?P<second>\d{{1,2}})(?P=mark) ?{_YEAR}(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR} ?[年년] ?(?P<month>\d{{1,2}}) ?[月월] ?{_DAY} ?[日号號일]"),
)
_NAMED_DATES = (
    re.compile(rf"(?<!\d){_DAY}(?:st|nd|rd|th|\.|er|º)?[ -](?:of )?(?:de )?{_NAMED},?[ -](?:de )?{_YEAR}$", re.I),
    re.compile(rf"\b{_NAMED} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}$", re.I),
)
_MONTHS_OF = (
    re.compile(rf"(?<!\d){_YEAR} ?[年년] ?(?P<month>\d{{1,2}}) ?[月월](?! ?\d)"),
    re.compile(rf"(?<![\d-]){_YEAR}-(?P<month>\d\d)(?![\d-])"),
)
_NAMED_MONTHS = (re.compile(rf"\b{_NAMED},? (?:of |de )?{_YEAR}$", re.I),)
_FOUR = re.compile(r"(?<=[A-Za-z.,] )[12]\d{3}(?!\d)|(?<=[A-Za-z]-)[12]\d{3}(?!\d)")
_BEFORE_YEAR = 24
"""Characters before a year that are looked at for the names of months, which take long to look for everywhere."""
_DIGIT = {character: at % 10 for at, character in enumerate("〇一二三四五六七八九零壹贰叁肆伍陆柒捌玖")}
_CHINESE_DATE = re.compile(
    "([〇零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号號])?)?"
)

_GROUPED = re.compile(
    r"(?<![\d.,])(?P<whole>\d{1,3}(?:(?P<mark>[,.'’  \u202f])\d{3}(?:(?P=mark)\d{3}){0,4}|(?:,\d{2}){1,4},\d{3}))"
    r"(?P<rest>[.,]\d{1,6})?(?!\d|[.,]\d)"
)
_MYRIADS = {"万": 4, "萬": 4, "만": 4, "亿": 8, "億": 8, "억": 8}
_MYRIAD = re.compile(r"(?<![\d.,])(\d{1,8})(?:\.(\d{1,4}))? ?([万萬만亿億억])(?![亿億억\d])")
_DIALLED = re.compile(r"(?<![\w,.\-])\+?\(?\d{1,15}+(?:\)?[ \-/()‐‑–]{1,3}\d{1,15}+){1,9}+(?:[- ]?[Xx])?(?!\w|[.,]\d)")
_DOTTED = re.compile(r"(?<![\w,.\-])\d{2,5}(?:\.\d{2,5}){2,4}+(?![\w.])")
_RELEASE = re.compile(r"(?<=[A-Za-z])\d{1,9}(?:\.\d{1,9}){1,5}(?!\w)")

DIGITS = range(7, 21)
"""Digits of what is dialled or an ISBN, an account or a card; shorter ones are plain numbers beside each other."""


def numbers(text: str) -> Iterator[str]:
    """Numbers, versions, telephone numbers, ISBNs and dates in ``text`` that have another form, in that form.

    Days come as YYYYMMDD, months as YYYYMM. ``text`` has its full-width forms folded.
    """
    dated = list(_dates(text))
    days = [day for _, days in dated for day in days]
    yield from days
    yield from (month for month in _months(text) if not any(day.startswith(month) for day in days))
    yield from _chinese_dates(text)
    for match in _GROUPED.finditer(text):
        whole = re.sub(r"\D", "", match["whole"])
        yield f"{whole}.{match['rest'][1:]}" if match["rest"] else whole
    for match in _MYRIAD.finditer(text):
        more, zeros = match[2] or "", _MYRIADS[match[3]]
        yield str(int(match[1] + more.ljust(zeros, "0")))
    yield from _RELEASE.findall(text)
    spans = {span for span, _ in dated}
    for match in (*_DIALLED.finditer(text), *_DOTTED.finditer(text)):
        if match.span() not in spans:
            yield from _dialled(match.group())


def months(days: Iterable[str]) -> Iterator[str]:
    """The months that ``days`` lie in; either as ``numbers`` gives them."""
    return (day[:6] for day in days if len(day) == 8 and day.isdigit() and day[0] in "12" and day[4] in "01")


def _dialled(number: str) -> Iterator[str]:
    """+49 (0)30 1234567 also as it is dialled at home, 0301234567."""
    digits = re.sub(r"[^\dXx]", "", number.replace("(0)", "")).lower()
    if number.lstrip("(").startswith("00") and "(" not in number:
        digits = digits.removeprefix("00")
    yield from (one for one in (digits, *_at_home(number)) if len(one) in DIGITS)


def _at_home(number: str) -> Iterator[str]:
    if "(0)" in number:
        yield re.sub(r"\D", "", number[number.index("(0)") :])


def _found(text: str, anywhere: Sequence[Pattern], before_years: Sequence[Pattern]) -> Iterator[re.Match[str]]:
    for pattern in anywhere:
        yield from pattern.finditer(text)
    for year in _FOUR.finditer(text):
        for pattern in before_years:
            if match := pattern.search(text, max(year.start() - _BEFORE_YEAR, 0), year.end()):
                yield match


def _dates(text: str) -> Iterator[tuple[tuple[int, int], tuple[str, ...]]]:
    for match in _found(text, _DATES, _NAMED_DATES):
        parts = match.groupdict()
        year = int(parts["year"])
        if "first" in parts:  # 06.03.2024 has the day first, 06/03/2024 either
            first, second = int(parts["first"]), int(parts["second"])
            both = ((second, first), (first, second)) if parts["mark"] == "/" else ((second, first),)
        else:
            month = _MONTH[parts["named"].lower()] if "named" in parts else int(parts["month"])
            both = ((month, int(parts["day"])),)
        days = tuple(dict.fromkeys(f"{year}{m:02}{d:02}" for m, d in both if 1 <= m <= 12 and 1 <= d <= 31))
        if days:
            yield match.span(), days


def _months(text: str) -> Iterator[str]:
    for match in _found(text, _MONTHS_OF, _NAMED_MONTHS):
        parts = match.groupdict()
        month = _MONTH[parts["named"].lower()] if "named" in parts else int(parts["month"])
        if 1 <= month <= 12:
            yield f"{parts['year']}{month:02}"


def _chinese_dates(text: str) -> Iterator[str]:
    for match in _CHINESE_DATE.finditer(text):
        year = "".join(str(_DIGIT[character]) for character in match[1])
        month, day = _counted(match[2]), _counted(match[3])
        yield year + (f"{month:02}" if month else "") + (f"{day:02}" if day else "")


def _counted(number: str | None) -> int:
    """Up to 99: 三, 十二, 二十, 三十一."""
    tens, ten, ones = (number or "").rpartition("十")
    return (_DIGIT.get(tens, 1) * 10 if ten else 0) + _DIGIT.get(ones, 0)
