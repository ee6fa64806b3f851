"""Numbers and years in Chinese characters: 一万 is 10000, 1万5千 is 15000, and 令和6年 is 2024."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

DIGITS = {
    digit: value
    for value, digits in enumerate(("零〇", "一壹", "二两兩贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for digit in digits
}
SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}

_ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019}
_COUNT = "\\d{1,2}|[一二三四五六七八九十]{1,3}"
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s?(元|{_COUNT})\s?年(?:\s?({_COUNT})\s?月(?:\s?({_COUNT})\s?日)?)?")
_COUNTED = re.compile(
    "(?<![一二两兩三四五六七八九零〇十百千万萬亿億第])[一二两兩三四五六七八九十][一二两兩三四五六七八九零〇十百千万萬亿億]*"
    "[百千万萬亿億][一二两兩三四五六七八九零〇十百千]*"
)
_MIXED = re.compile(r"(?<![\d.,])(\d{1,4})([万萬亿億])(\d{1,4})(千)?(?![\d.,万萬亿億百十])")


class EraDay(NamedTuple):
    """A year of a Japanese era in the common calendar, its month and day (0 where it names none), and its place."""

    year: int
    month: int
    day: int
    start: int
    end: int


def numeral(run: str) -> int:
    """Value of a numeral: 一千三百六十一, 二〇二二, 三十二万."""
    if all(character in DIGITS for character in run):
        return int("".join(str(DIGITS[character]) for character in run))
    total = section = digit = 0
    for character in run:
        if character in DIGITS:
            digit = DIGITS[character]
        elif (scale := SCALES[character]) >= 10**4:
            total, section, digit = (total + section + digit) * scale, 0, 0
        else:
            section, digit = section + (digit or 1) * scale, 0
    return total + section + digit


def counted(text: str) -> Iterator[int]:
    """The numbers from a hundred on that ``text`` writes in characters, or in both: 一万, 三千五百, 1万5千."""
    for match in _COUNTED.finditer(text):
        yield numeral(match.group())
    for match in _MIXED.finditer(text):
        yield int(match[1]) * SCALES[match[2]] + int(match[3]) * (1000 if match[4] else 1)


def era_days(text: str) -> Iterator[EraDay]:
    """The years, months and days that ``text`` names by a Japanese era."""
    for match in _ERA.finditer(text):
        year, month, day = (_count(match[group]) for group in (2, 3, 4))
        yield EraDay(_ERAS[match[1]] + year - 1, month, day, *match.span())


def _count(number: str | None) -> int:
    if not number:
        return 0
    return 1 if number == "元" else int(number) if number.isdecimal() else numeral(number)
