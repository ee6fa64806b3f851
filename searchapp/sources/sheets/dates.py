"""Days and times as a sheet shows them; a sheet counts them in days from the turn of 1900, or from 1904."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import takewhile

LAST_DAY = 2_958_466
"""The end of 9999."""

_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_MISSING_DAY = 60
"""Excel counts a 29 February 1900."""

_CHINESE_DAYS = "一二三四五六日"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shown_date(serial: float, tokens: Sequence[tuple[str, str]], locale: str, *, from_1904: bool) -> str:
    """A day and time as the tokens of a number format show it; empty where it is none that a sheet can show.

    ``locale`` is what follows the hyphen in ``[$-804]``: F800 and F400 ask for the reader's own long date and time.
    """
    if not 0 <= serial < LAST_DAY:
        return ""
    thousandths = _decimals(tokens)
    step = 10**thousandths
    ticks = round(serial * 86_400 * step)
    day, within = divmod(ticks, 86_400 * step)
    epoch = _EPOCH_1904 if from_1904 else _EPOCH + dt.timedelta(days=day < _MISSING_DAY)
    try:
        moment = epoch + dt.timedelta(days=day, seconds=within // step)
    except OverflowError:
        return ""
    if locale.endswith("f800"):
        return moment.date().isoformat()
    if locale.endswith("f400"):
        return moment.time().isoformat()
    part = f"{within % step:0{thousandths}d}" if thousandths else ""
    halves = any(kind == "noon" for kind, _ in tokens)
    out: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        match kind:
            case "elapsed":
                unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
                out.append(str(ticks // step // unit).rjust(len(text), "0"))
            case "noon":
                out.append(_half(text, moment.hour))
            case "date" if text[0] == "m" and _is_minute(tokens, index):
                out.append(str(moment.minute).rjust(min(len(text), 2), "0"))
            case "date":
                out.append(_field(text, moment, halves=halves))
            case "digit":
                out.append(part[:1])
                part = part[1:]
            case "general" | "exponent" | "text":
                continue
            case _:
                out.append(text)
    return "".join(out).strip()


def _decimals(tokens: Sequence[tuple[str, str]]) -> int:
    """How many decimals of a second are shown."""
    for index, (kind, _) in enumerate(tokens):
        if kind == "point":
            return min(3, sum(1 for _ in takewhile(lambda token: token[0] == "digit", tokens[index + 1 :])))
    return 0


def _is_minute(tokens: Sequence[tuple[str, str]], index: int) -> bool:
    """Whether an ``m`` stands for minutes: it follows hours or is followed by seconds."""
    around = ("date", "elapsed")
    before = next((text for kind, text in reversed(tokens[:index]) if kind in around), "")
    behind = next((text for kind, text in tokens[index + 1 :] if kind in around), "")
    return len(tokens[index][1]) <= 2 and (before[:1] == "h" or behind[:1] == "s")


def _field(text: str, moment: dt.datetime, *, halves: bool) -> str:
    count = len(text)
    match text[0]:
        case "y" | "e":
            return f"{moment.year % 100:02d}" if text[0] == "y" and count <= 2 else f"{moment.year:04d}"
        case "m":
            name = _MONTHS[moment.month - 1]
            return {3: name[:3], 4: name, 5: name[0]}.get(count, str(moment.month).rjust(min(count, 2), "0"))
        case "d":
            name = _DAYS[moment.weekday()]
            return {3: name[:3], 4: name}.get(count, str(moment.day).rjust(min(count, 2), "0"))
        case "a":
            return ("星期" if count == 4 else "周") + _CHINESE_DAYS[moment.weekday()]
        case "h":
            return str((moment.hour - 1) % 12 + 1 if halves else moment.hour).rjust(min(count, 2), "0")
        case "s":
            return str(moment.second).rjust(min(count, 2), "0")
        case _:
            return ""


def _half(text: str, hour: int) -> str:
    morning, _, evening = text.partition("/")
    return morning if hour < 12 else evening
