"""Codes, years and numbers in a question: 9.x, 2023, PPR-9087, v8: what follow-ups exchange and comparisons name."""

from __future__ import annotations

import re

# Chinese characters may stand on either side: 锅炉3, 2024年.
CODE = re.compile(
    r"(?<![A-Za-z0-9_.])(?=[A-Za-z]*[-_.]?\d)[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)*"
    r"|[一二三四五六七八九十]{1,3}(?=号|楼|层|章|季度|月份)"
)
_YEAR_DIGITS = 4


def shape(code: str) -> str:
    """What is alike in codes that stand for each other: boiler 3 and 12, PPR-987 and PPR-9087; a year is no 3."""
    if code.isdigit() and code.isascii():
        return "year" if len(code) == _YEAR_DIGITS else "0"
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"[一二三四五六七八九十]+", "一", re.sub(r"\d+", "0", code)))
