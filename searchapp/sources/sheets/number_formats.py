"""Numbers and text as a sheet shows them by a format code."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.sources.sheets.dates import shown_date
from searchapp.sources.sheets.digits import digits_of
from searchapp.sources.sheets.format_codes import Section, sections_of


def shown_number(written: str, code: str, *, from_1904: bool = False) -> str:
    """A number, ``written`` as in the file, as the format ``code`` shows it; ``from_1904`` is how days are counted."""
    try:
        number = float(written)
    except ValueError:
        return written
    if not -1e300 < number < 1e300:
        return written
    sections = sections_of(code)
    section, sign = _chosen(sections, number)
    size = written.strip().removeprefix("-")
    if section is None:
        return sign + general(size)
    if section.kinds & {"date", "elapsed"}:
        return shown_date(number, section.tokens, section.locale, from_1904=from_1904) or general(written)
    if "digit" in section.kinds:
        return (sign + digits_of(abs(number), section.tokens)).strip()
    shown = "".join(general(size) if kind in ("general", "text") else text for kind, text in section.tokens).strip()
    # A format may show nothing; of a number other than 0 that would be a loss.
    return sign + (shown or general(size)) if shown or number else ""


def shown_text(text: str, code: str) -> str:
    """Text as the format ``code`` shows it, which may put words around it."""
    for section in sections_of(code):
        if "text" in section.kinds and not section.kinds & {"digit", "date"}:
            return "".join(text if kind == "text" else value for kind, value in section.tokens)
    return text


def general(written: str) -> str:
    """A number without a format: as people write it, all digits of a whole one kept."""
    number = float(written)
    if written.lstrip("-").isdecimal():
        return written
    if number.is_integer():
        return str(int(number)) if abs(number) < 1e15 else repr(number)
    return f"{number:.15g}"


def _chosen(sections: Sequence[Section], number: float) -> tuple[Section | None, str]:
    """The section for a number, and the sign that it does not write itself."""
    sign = "-" if number < 0 else ""
    numeric = [section for section in sections[:3] if not ("text" in section.kinds and len(sections) > 1)]
    if not numeric or (len(sections) == 1 and not sections[0].tokens):
        return None, sign
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or _holds(number, *section.condition):
                return section, sign
        return None, sign
    if number < 0 and len(numeric) > 1:
        return numeric[1], ""
    if number == 0 and len(numeric) > 2:
        return numeric[2], ""
    return numeric[0], sign


def _holds(number: float, comparison: str, other: float) -> bool:
    return {
        "<": number < other,
        "<=": number <= other,
        ">": number > other,
        ">=": number >= other,
        "=": number == other,
        "<>": number != other,
    }[comparison]
