"""Formulas in MathML as a line of text: fractions with a slash, powers with ^, indices with _, roots with √.

The TeX from which a formula was made is taken instead where it stands beside it.
"""

from __future__ import annotations

import re

from bs4 import Tag

DEEPEST_FORMULA = 60

_SPACES = re.compile(r"\s+")
_INVISIBLE = re.compile("[\u2061-\u2064\u200b]")
_DISPLAY_STYLE = re.compile(r"\{\s*\\displaystyle\b(.*)\}", re.DOTALL)
_RELATIONS = frozenset("= < > ≤ ≥ ≠ ≈ ≡ ∼ ∝ → ← ↔ ⇒ ⇔ ∈ ∉ ⊂ ⊆ + - − ± × · ÷ ∪ ∩ ∧ ∨".split())
_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})


def formula_text(math: Tag) -> str:
    """The formula in ``math`` as one line."""
    for annotation in math.find_all(lambda tag: _name(tag) == "annotation"):
        if "tex" in str(annotation.get("encoding") or "").lower() and (tex := _tex(annotation.get_text())):
            return tex
    return _line(_linear(math)) or _tex(str(math.get("alttext") or ""))


def _tex(text: str) -> str:
    line = _line(text)
    styled = _DISPLAY_STYLE.fullmatch(line)
    return styled[1].strip() if styled else line


def _line(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _name(element: Tag) -> str:
    return str(element.name).rpartition(":")[2]


def _linear(element: Tag, depth: int = 0) -> str:
    name = _name(element)
    if depth > DEEPEST_FORMULA or name in _SILENT:
        return ""
    children = [child for child in element.children if isinstance(child, Tag) and _name(child) not in _SILENT]
    if not children:
        return _token(name, element.get_text())
    parts = [_linear(child, depth + 1) for child in children]
    first, second, third = (*parts, "", "", "")[:3]
    match name:
        case "mfrac":
            return f"{_grouped(first)}/{_grouped(second)}"
        case "msup":
            return f"{_grouped(first)}^{_grouped(second)}"
        case "msub" | "munder":
            return f"{_grouped(first)}_{_grouped(second)}"
        case "mover":
            return (
                f"{_grouped(first)}{second.strip()}"
                if len(second.strip()) == 1
                else f"{_grouped(first)}^{_grouped(second)}"
            )
        case "msubsup" | "munderover":
            return f"{_grouped(first)}_{_grouped(second)}^{_grouped(third)}"
        case "msqrt":
            return f"√({_joined(parts)})"
        case "mroot":
            return f"√[{second}]({first})"
        case "mfenced":
            return f"{element.get('open') or '('}{', '.join(parts)}{element.get('close') or ')'}"
        case "mtable":
            return f"[{'; '.join(parts)}]"
        case "mtr" | "mlabeledtr":
            return ", ".join(parts)
        case _:
            return _joined(parts)


def _token(name: str, text: str) -> str:
    text = _INVISIBLE.sub("", text).strip()
    return f" {text} " if name == "mo" and text in _RELATIONS else text


def _joined(parts: list[str]) -> str:
    """Side by side; what would run into one word is kept apart."""
    line = ""
    for part in parts:
        line += " " + part if line[-1:].isalnum() and part[:1].isalnum() else part
    return line


def _grouped(text: str) -> str:
    text = text.strip()
    return text if text.isalnum() or len(text) <= 1 else f"({text})"
