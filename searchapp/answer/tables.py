"""Tables in chunks: which row names the columns, of which period a figure is, and in what units it counts.

A statement of a company gives each figure in a column of its year, and says "in millions" or 单位：万元 once, above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchapp.text.sentences import CELL_BREAK

_PERIOD = re.compile(
    r"(?<!\d)(?:1[89]|20)\d\d(?!\d)|\bQ[1-4]\b|\b[1-4]Q\b|季度|半年|本期|上期|本年|上年"
    r"|\b(?:current|prior) (?:year|period)\b",
    re.IGNORECASE,
)
_SCALES = {
    "thousands": 10**3, "millions": 10**6, "billions": 10**9, "thousand": 10**3, "million": 10**6, "billion": 10**9,
    "000s": 10**3, "000": 10**3, "千": 10**3, "万": 10**4, "萬": 10**4, "百万": 10**6, "百萬": 10**6, "千万": 10**7,
    "亿": 10**8, "億": 10**8, "十亿": 10**9,
}  # fmt: skip
_CAPTION = re.compile(
    r"\bin (?:[A-Z]{2,3}\s|US\s?)?(?:\S\s?)?(?P<en>thousands|millions|billions)\b"
    r"|\((?:[A-Z]{2,3}\s?)?[$€£¥]?\s?(?P<short>thousands?|millions?|billions?|000s?)\)"
    r"|(?:单位|單位)\s?[:：]?\s?(?:人民币|人民幣)?(?P<zh>十亿|百万|百萬|千万|千|万|萬|亿|億)(?:元|美元|港元|人)?"
    r"|[(（](?:人民币|人民幣)?(?P<bracketed>十亿|百万|百萬|千万|千|万|萬|亿|億)元[)）]",
    re.IGNORECASE,
)


def is_row(sentence: str) -> bool:
    """Whether it is a row of a table."""
    return CELL_BREAK in sentence


def label(row: str) -> str:
    """What the row is about: its first cell; "" where that is a number, and for what is no row."""
    first = row.partition(CELL_BREAK)[0] if is_row(row) else ""
    return first if any(map(str.isalpha, first)) else ""


def columns(parts: Sequence[str]) -> list[str]:
    """For each sentence the row that names its columns; "" for what is no row, and for that row itself."""
    heads: list[str] = []
    top = ""
    for at, part in enumerate(parts):
        row = is_row(part)
        heads.append(top if row else "")
        if not row:
            top = ""
        elif not top and at + 1 < len(parts) and is_row(parts[at + 1]):
            top = part
    return heads


def by_period(head: str, row: str) -> list[str]:
    """A row once for each column that is a period's, with what else it says; none where fewer than two are."""
    names, cells = head.split(CELL_BREAK), row.split(CELL_BREAK)
    periods = [at for at, name in enumerate(names) if _PERIOD.search(name)]
    if len(periods) < 2 or len(names) != len(cells):
        return []
    label = [cell for at, cell in enumerate(cells) if at not in periods]
    return [CELL_BREAK.join([*label, names[at], cells[at]]) for at in periods]


def with_columns(head: str, row: str) -> str:
    """The row with the names of its columns: "Net income | 2023: 200 | 2022: 180"; as it is where they do not fit."""
    names, cells = head.split(CELL_BREAK), row.split(CELL_BREAK)
    if len(names) != len(cells):
        return row
    first, *rest = zip(names, cells, strict=True)
    return CELL_BREAK.join([first[1], *(f"{name.strip()}: {cell}" if name.strip() else cell for name, cell in rest)])


def scale_of(text: str) -> int:
    """By what the figures of a chunk's tables are to be multiplied; 1 where nothing says so."""
    match = _CAPTION.search(text)
    return _SCALES[next(part for part in match.groups() if part).lower()] if match else 1
