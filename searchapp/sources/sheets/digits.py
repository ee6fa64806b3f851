"""The digits of a number in the places that a format code has for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from searchapp.sources.sheets.format_codes import Token

_WORDS = ("literal", "percent")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a code lays out digits. ``shift`` is in powers of ten; ``least`` counts the places that show a 0.

    ``around`` holds the words before and behind, where none stand between the digits.
    """

    point: int
    shift: int
    least: int
    decimals: int
    least_decimals: int
    is_grouped: bool
    around: tuple[str, str] | None
    exponent: int
    slash: int


def digits_of(number: float, tokens: tuple[Token, ...]) -> str:
    """A number that is not negative, as the tokens of a format code show it."""
    layout = _layout(tokens)
    if layout.exponent:
        return _scientific(number, tokens, layout.exponent)
    if layout.slash:
        return _fraction(number, tokens, layout.slash)
    whole, part = _digits(number, layout.shift, layout.decimals)
    part = part[: layout.least_decimals] + part[layout.least_decimals :].rstrip("0")
    if layout.around is None:
        return _placed(tokens, layout, whole, part)
    whole = whole.rjust(layout.least, "0")
    if layout.is_grouped and len(whole) > 3:
        whole = f"{int(whole):,}" if whole[0] != "0" else _grouped(whole)
    before, behind = layout.around
    return f"{before}{whole}.{part}{behind}" if part else f"{before}{whole}{behind}"


@lru_cache(maxsize=4096)
def _layout(tokens: tuple[Token, ...]) -> _Layout:
    kinds = [kind for kind, _ in tokens]
    places = [index for index, kind in enumerate(kinds) if kind == "digit"]
    point = kinds.index("point") if "point" in kinds else len(tokens)
    whole = [index for index in places if index < point]
    behind = [index for index in places if index > point]
    shift = 2 * kinds.count("percent")
    for end in {ends[-1] for ends in (whole, places) if ends}:
        following = end + 1
        while following < len(kinds) and kinds[following] == "comma":
            shift -= 3  # behind the digits, a comma stands for thousands that are not shown
            following += 1
    inner = set(kinds[places[0] : places[-1]])
    around = None
    if whole and inner.isdisjoint(_WORDS):
        around = _words(tokens[: places[0]]), _words(tokens[places[-1] :])
    marks = "".join(tokens[index][1] for index in behind)
    return _Layout(
        point,
        shift,
        sum(tokens[index][1] == "0" for index in whole),
        len(behind),
        marks.rfind("0") + 1,
        bool(whole) and "comma" in kinds[whole[0] : whole[-1]],
        around,
        kinds.index("exponent") if "exponent" in kinds[places[0] :] else 0,
        kinds.index("slash") if "slash" in kinds[places[0] : places[-1] + 2] else 0,
    )


def _words(tokens: Iterable[Token]) -> str:
    return "".join(text for kind, text in tokens if kind in _WORDS)


def _digits(number: float, shift: int, decimals: int) -> tuple[str, str]:
    """The digits before and behind the point, rounded as people do; none stand for 0 before it."""
    written = f"{number:.15g}"
    if "e" not in written and not shift:
        whole, _, part = written.partition(".")
        if len(part) <= decimals:
            return whole.lstrip("0"), part.ljust(decimals, "0")
    with localcontext() as context:
        context.prec = 700
        rounded = Decimal(written).scaleb(shift).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        whole, _, part = f"{rounded:f}".partition(".")
    return whole.lstrip("0"), part


def _grouped(whole: str) -> str:
    first = len(whole) % 3
    return ",".join(filter(None, [whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))]))


def _placed(tokens: Sequence[Token], layout: _Layout, whole: str, part: str) -> str:
    """The digits among words, from right to left before the point and from left to right behind it."""
    out: list[str] = []
    left = sum(kind == "digit" for kind, _ in tokens[: layout.point])
    for kind, text in reversed(tokens[: layout.point]):
        if kind == "digit":
            left -= 1
            taken = whole if left == 0 else whole[-1:]
            whole = whole[: len(whole) - len(taken)]
            out.append(taken or ("0" if text == "0" else ""))
        elif kind in _WORDS:
            out.append(text)
    out = [whole, *reversed(out)]
    digits = iter(part)
    for kind, text in tokens[layout.point :]:
        if kind == "digit":
            out.append(next(digits, ""))
        elif kind in _WORDS or (kind == "point" and part):
            out.append(text)
    return "".join(out)


def _scientific(number: float, tokens: Sequence[Token], at: int) -> str:
    point = next((index for index, (kind, _) in enumerate(tokens[:at]) if kind == "point"), at)
    decimals = sum(kind == "digit" for kind, _ in tokens[point:at])
    mantissa, _, exponent = f"{number:.{decimals}e}".partition("e")
    width = sum(kind == "digit" for kind, _ in tokens[at:])
    sign = "-" if exponent.startswith("-") else "+" if tokens[at][1].endswith("+") else ""
    behind = "".join(text for kind, text in tokens[at:] if kind == "literal")
    return f"{mantissa}E{sign}{exponent.lstrip('+-').lstrip('0').rjust(width, '0')}{behind}"


def _fraction(number: float, tokens: Sequence[Token], slash: int) -> str:
    """A number with a fraction, whose denominator is given or has as many digits as there are places."""
    below = "".join(text for kind, text in tokens[slash + 1 :] if kind == "digit" or text.isdecimal())
    spaced = [index for index, (kind, text) in enumerate(tokens[:slash]) if kind == "literal" and text.isspace()]
    has_whole = bool(spaced) and any(kind == "digit" for kind, _ in tokens[: spaced[-1]])
    whole = int(number) if has_whole else 0
    rest = Fraction(number) - whole
    fixed = int(below) if below.isdecimal() and int(below) else 0
    part = (
        Fraction(round(rest * fixed), fixed) if fixed else rest.limit_denominator(10 ** min(max(len(below), 1), 7) - 1)
    )
    if has_whole and part == 1:
        whole, part = whole + 1, Fraction(0)
    above, under = (part * fixed, fixed) if fixed else (part.numerator, part.denominator)
    written = f"{above}/{under}" if part or not has_whole else ""
    return " ".join(filter(None, [str(whole) if whole or not written else "", written]))
