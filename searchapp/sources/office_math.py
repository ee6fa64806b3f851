"""Formulas of Office documents (OMML) as a line of text: fractions with a slash, powers with ^, indices with _."""

from __future__ import annotations

from typing import Any

from searchapp.sources.archive import xml_parser

_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DEEPEST = 60


def write_out_formulas(part: bytes) -> bytes:
    """A part of a Word document in which each formula is a run of text; empty where there is none to change."""
    from lxml import etree

    if b"oMath" not in part:
        return b""
    try:
        tree = etree.fromstring(part, xml_parser())
    except etree.LxmlError:
        return b""
    formulas = list(tree.iter(f"{{{_MATH}}}oMath"))
    for formula in formulas:
        run = etree.Element(f"{{{_WORD}}}r")
        text = etree.SubElement(run, f"{{{_WORD}}}t")
        text.text = linear(formula)
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        parent = formula.getparent()
        if parent.tag == f"{{{_MATH}}}oMathPara":
            paragraph, run = parent.getparent(), _separated(run)
            paragraph.insert(paragraph.index(parent), run)
        else:
            parent.replace(formula, run)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True) if formulas else b""


def linear(element: Any, depth: int = 0) -> str:
    """A formula's text in reading order."""
    if depth > DEEPEST:
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


def _separated(run: Any) -> Any:
    run[0].text = f" {run[0].text} "
    return run
