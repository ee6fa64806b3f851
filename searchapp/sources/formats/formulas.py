"""Formulas of Office documents (OMML) as a line of text: fractions with a slash, powers with ^, indices with _."""

from __future__ import annotations

from typing import Any

_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
DEEPEST_FORMULA = 60


def linear(element: Any, depth: int = 0) -> str:
    """A formula's text in reading order."""
    if depth > DEEPEST_FORMULA:
        return ""

    def part(name: str) -> str:
        found = element.find(f"{{{_MATH}}}{name}")
        return "" if found is None else linear(found, depth + 1)

    match element.tag.rpartition("}")[2]:
        case "t":
            return element.text or ""
        case "f":
            return f"{_grouped(part('num'))}/{_grouped(part('den'))}"
        case "sSup":
            return f"{part('e')}^{_grouped(part('sup'))}"
        case "sSub":
            return f"{part('e')}_{_grouped(part('sub'))}"
        case "sSubSup":
            return f"{part('e')}_{_grouped(part('sub'))}^{_grouped(part('sup'))}"
        case "rad":
            return f"√{part('deg')}({part('e')})"
        case "nary":
            sign = element.find(f"{{{_MATH}}}naryPr/{{{_MATH}}}chr")
            symbol = "∫" if sign is None else sign.get(f"{{{_MATH}}}val") or "∫"
            lower, upper = part("sub"), part("sup")
            return f"{symbol}{f'_{_grouped(lower)}' * bool(lower)}{f'^{_grouped(upper)}' * bool(upper)} {part('e')}"
        case "d":
            return f"({', '.join(linear(child, depth + 1) for child in element.findall(f'{{{_MATH}}}e'))})"
        case _:
            return "".join(linear(child, depth + 1) for child in element if isinstance(child.tag, str))


def _grouped(text: str) -> str:
    return text if len(text.strip()) <= 1 else f"({text.strip()})"
