"""Numbers and dates as everybody writes them, in one form: 10,000 is 10000, and 6 March 2024 is 20240306."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from searchapp.text.chinese_numbers import DIGITS as CHINESE_DIGITS
from searchapp.text.chinese_numbers import counted, era_days

_MONTHS = (
    "january jan januar janvier enero", "february feb februar février febrero", "march mar märz mars marzo",
    "april apr avril abril", "may mai mayo", "june jun juni juin junio", "july jul juli juillet julio",
    "august aug août agosto", "september sep sept septembre septiembre", "october oct oktober okt octobre octubre",
    "november nov novembre noviembre", "december dec dezember dez décembre diciembre",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_NAMED = rf"(?P<named>{'|'.join(sorted(_MONTH, key=len, reverse=True))})\b\.?"
_DAY, _YEAR = r"(?P<day>\d{1,2})", r"(?P<year>[12]\d{3})"
# Those that begin with a digit are tried where a run of digits begins, and nowhere else, which is quick.
_DATES = (
    re.compile(rf"(?<![\d.]){_YEAR}(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark){_DAY}(?!\d)"),
    re.compile(rf"(?<![\d.])(?P<first>\d{{1,2}})(?P<mark>[-/.]) ?(?P<second>\d{{1,2}})(?P=mark) ?{_YEAR}(?!\d)"),
    re.compile(rf"{_DAY}(?:st|nd|rd|th|\.|er|º)?[ -](?:of )?(?:de )?{_NAMED},?[ -](?:de )?{_YEAR}(?!\d)", re.I),
    re.compile(rf"{_YEAR} ?[年년] ?(?P<month>\d{{1,2}}) ?[月월] ?{_DAY} ?[日号號일]"),
)
_MONTHS_OF = (
    re.compile(rf"{_YEAR} ?[年년] ?(?P<month>\d{{1,2}}) ?[月월](?! ?\d)"),
    re.compile(rf"(?<![\d-]){_YEAR}-(?P<month>\d\d)(?![\d-])"),
)
_MONTH_FIRST = re.compile(rf"\b{_NAMED} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}$", re.I)
_MONTH_ALONE = re.compile(rf"\b{_NAMED},? (?:of |de )?{_YEAR}$", re.I)
_BEFORE_YEAR = 24
"""Characters before a year that are looked at for the name of a month."""

_CHINESE_DATE = re.compile(
    "([〇零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号號])?)?"
)

_GROUPED = re.compile(
    r"(?<![\d.,])(?P<whole>\d{1,3}(?:(?P<mark>[,.'’ \u202f])\d{3}(?:(?P=mark)\d{3}){0,4}|(?:,\d{2}){1,4},\d{3}))"
    r"(?P<rest>(?!(?P=mark))[.,]\d{1,6})?(?!\d|[.,]\d)"
)
_MYRIADS = {"万": 4, "萬": 4, "만": 4, "亿": 8, "億": 8, "억": 8}
_MYRIAD = re.compile(r"(?<![\d.,])(\d{1,8})(?:\.(\d{1,4}))? ?([万萬만亿億억])(?![亿億억\d])")
_DIALLED = re.compile(
    r"(?<![\w,.\-])\d{1,15}+(?:\)?[ \-/()‐‑–]{1,3}\d{1,15}+){1,9}+(?:[- ]?[Xx])?(?!\w|[.,]\d)"
    r"|(?<![\w,.\-])\d{2,5}(?:\.\d{2,5}){2,4}+(?![\w.])"
)
_RELEASE = re.compile(r"(?<=[A-Za-z])\d{1,9}(?:\.\d{1,9}){1,5}(?!\w)")
_RUN = re.compile(r"\d+")
_GOES_ON = frozenset(".,'’ -/()‐‑–年년万萬만亿億억snrt\u202f")

DIGITS = range(7, 21)
"""Digits of what is dialled or an ISBN, an account or a card; shorter ones are plain numbers beside each other."""


def numbers(text: str) -> Iterator[str]:
    """Numbers, versions, telephone numbers, ISBNs and dates in ``text`` that have another form, in that form.

    Days come as YYYYMMDD, months as YYYYMM. ``text`` has its full-width forms folded.
    """
    known = end = 0
    for run in _RUN.finditer(text):
        at = run.start()
        if (days := list(_days(text, *run.span()))) or at < known:
            yield from (day for _, named in days for day in named)
            known = max([known, *(stop for stop, _ in days)])
            continue
        yield from _months(text, *run.span())
        if at < end or text[run.end() : run.end() + 1] not in _GOES_ON:
            continue
        if match := _GROUPED.match(text, at):
            whole = re.sub(r"\D", "", match["whole"])
            yield f"{whole}.{match['rest'][1:]}" if match["rest"] else whole
        if match := _MYRIAD.match(text, at):
            more, zeros = match[2] or "", _MYRIADS[match[3]]
            yield str(int(match[1] + more.ljust(zeros, "0")))
        if match := _RELEASE.match(text, at):
            yield match.group()
        if (match := _DIALLED.match(text, at)) and (dialled := _dialled(match.group(), text[max(at - 2, 0) : at])):
            end = match.end()
            yield from dialled
    if not text.isascii():
        yield from _chinese_dates(text)
        yield from map(str, counted(text))
        for named in era_days(text):
            yield (
                f"{named.year}"
                + (f"{named.month:02}" if named.month else "")
                + (f"{named.day:02}" if named.day else "")
            )


def months(days: Iterable[str]) -> Iterator[str]:
    """The months that ``days`` lie in; either as ``numbers`` gives them."""
    return (day[:6] for day in days if len(day) == 8 and day.isdigit() and day[0] in "12" and day[4] in "01")


def _dialled(number: str, before: str) -> list[str]:
    """+49 (0)30 1234567 also as it is dialled at home, 0301234567."""
    digits = re.sub(r"[^\dXx]", "", number.replace("(0)", "")).lower()
    if digits.startswith("00") and not before.endswith("("):
        digits = digits.removeprefix("00")
    at_home = re.sub(r"\D", "", number[number.find("(0)") :]) if "(0)" in number else ""
    return [one for one in (digits, at_home) if len(one) in DIGITS]


def _days(text: str, start: int, end: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The days whose first number, or whose year, is ``text[start:end]``: where they end, and which they may be."""
    found = [pattern.match(text, start) for pattern in _DATES] if end - start in (1, 2, 4) else []
    if _is_year(text, start, end):
        found.append(_MONTH_FIRST.search(text, max(start - _BEFORE_YEAR, 0), end))
    for match in filter(None, found):
        parts = match.groupdict()
        if "first" in parts:  # 06.03.2024 has the day first, 06/03/2024 either
            first, second = int(parts["first"]), int(parts["second"])
            both = ((second, first), (first, second)) if parts["mark"] == "/" else ((second, first),)
        else:
            both = ((_month(parts), int(parts["day"])),)
        days = (f"{parts['year']}{m:02}{d:02}" for m, d in both if 1 <= m <= 12 and 1 <= d <= 31)
        if named := tuple(dict.fromkeys(days)):
            yield match.end(), named


def _months(text: str, start: int, end: int) -> Iterator[str]:
    if not _is_year(text, start, end):
        return
    found = [pattern.match(text, start) for pattern in _MONTHS_OF]
    found.append(_MONTH_ALONE.search(text, max(start - _BEFORE_YEAR, 0), end))
    for match in filter(None, found):
        if 1 <= (month := _month(match.groupdict())) <= 12:
            yield f"{match['year']}{month:02}"


def _is_year(text: str, start: int, end: int) -> bool:
    return end - start == 4 and text[start] in "12"


def _month(parts: dict[str, str]) -> int:
    return _MONTH[parts["named"].lower()] if "named" in parts else int(parts["month"])


def _chinese_dates(text: str) -> Iterator[str]:
    for match in _CHINESE_DATE.finditer(text):
        year = "".join(str(CHINESE_DIGITS[character]) for character in match[1])
        month, day = _counted(match[2]), _counted(match[3])
        yield year + (f"{month:02}" if month else "") + (f"{day:02}" if day else "")


def _counted(number: str | None) -> int:
    """Up to 99: 三, 十二, 二十, 三十一."""
    tens, ten, ones = (number or "").rpartition("十")
    return (CHINESE_DIGITS.get(tens, 1) * 10 if ten else 0) + CHINESE_DIGITS.get(ones, 0)
