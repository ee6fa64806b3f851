"""Text that stands on a PDF's pages without being part of them: values of form fields, and annotations.

A field is a line after its page's text, with the label that a person is shown (else its name); an annotation is one
with what it says. Hidden ones and passwords are left out, and what the page says already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pypdf import PageObject
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from searchapp.sources.builder import one_line
from searchapp.sources.pdf.text import attempt

MOST_ANNOTATIONS = 5000
"""Looked at on one page."""

DEEPEST = 16
"""Fields within fields."""

LONGEST_VALUE = 20_000

_HIDDEN = 1 << 1 | 1 << 5
"""Flags of an annotation that is not shown: hidden, and not in view."""
_PASSWORD, _RADIO, _PUSH_BUTTON = 1 << 13, 1 << 15, 1 << 16
"""Flags of fields (ISO 32000-2, 12.7.5)."""

_SAID = frozenset(
    "/Text /FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline /Squiggly /StrikeOut /Caret /Stamp"
    " /Ink".split()
)
"""Annotations whose contents are words for readers; of the others they describe something, as for a link."""


def page_additions(page: PageObject, text: str) -> list[str]:
    """The lines for one page, in the file's order. ``text`` is the page's own.

    Raises what pypdf does on broken objects, which is whatever Python raises.
    """
    found: dict[str, None] = {}
    known = _squeezed(text)
    for annotation in _annotations(page):
        if line := attempt(lambda annotation=annotation: _line(annotation, known)):  # type: ignore[misc]
            found[line] = None
    return list(found)


def _line(annotation: DictionaryObject, known: str) -> str:
    kind = annotation.get("/Subtype")
    if int(annotation.get("/F", 0)) & _HIDDEN:
        return ""
    if kind == "/Widget":
        return _field(annotation)
    said = _text(annotation.get("/Contents")) if kind in _SAID else ""
    return said if _squeezed(said) not in known else ""


def _annotations(page: PageObject) -> Iterator[DictionaryObject]:
    listed = _value(page.get("/Annots"))
    for entry in listed[:MOST_ANNOTATIONS] if isinstance(listed, ArrayObject) else ():
        annotation = attempt(lambda entry=entry: entry.get_object())  # type: ignore[misc]
        if isinstance(annotation, DictionaryObject):
            yield annotation


def _field(widget: DictionaryObject) -> str:
    """``label: value``, empty where nothing is filled in."""
    fields = _with_parents(widget)
    kind, flags = _inherited(fields, "/FT"), _inherited(fields, "/Ff") or 0
    value = _inherited(fields, "/V")
    if kind == "/Btn":
        shown = _pressed(widget, value, int(flags), _inherited(fields, "/Opt"))
    elif kind == "/Ch":
        shown = ", ".join(filter(None, map(_text, _chosen(value, _inherited(fields, "/Opt")))))
    elif kind == "/Sig":
        shown = _text(value.get("/Name")) if isinstance(value, DictionaryObject) else ""
    else:
        shown = "" if int(flags) & _PASSWORD else _text(value)
    names = [_text(field.get("/T")) for field in fields]
    label = _text(_inherited(fields, "/TU")) or next(filter(None, names), "")
    return f"{one_line(label)}: {shown}" if shown and label else shown


def _with_parents(widget: DictionaryObject) -> list[DictionaryObject]:
    fields = [widget]
    while len(fields) < DEEPEST and isinstance(parent := _value(fields[-1].get("/Parent")), DictionaryObject):
        fields.append(parent)
    return fields


def _inherited(fields: list[DictionaryObject], name: str) -> Any:
    return next((_value(field[name]) for field in fields if name in field), None)


def _pressed(widget: DictionaryObject, value: Any, flags: int, options: Any) -> str:
    """A button's state by its name, where it is on; a box that is only called On is told by a tick."""
    state = str(widget.get("/AS") or (value if isinstance(value, str) else "") or "/Off")
    if flags & _PUSH_BUTTON or state == "/Off":
        return ""
    name = state.removeprefix("/")
    if isinstance(options, ArrayObject) and name.isdecimal() and int(name) < len(options):
        return _text(options[int(name)])
    return name if flags & _RADIO else "✓" if name.lower() in ("on", "1") else name


def _chosen(value: Any, options: Any) -> list[Any]:
    """What a list shows for the values that were chosen in it."""
    chosen = list(value) if isinstance(value, ArrayObject) else [] if value is None else [value]
    pairs = [_value(option) for option in options] if isinstance(options, ArrayObject) else []
    shown = {str(_value(pair[0])): pair[1] for pair in pairs if isinstance(pair, ArrayObject) and len(pair) == 2}
    return [shown.get(str(_value(one)), one) for one in chosen]


def _text(value: Any) -> str:
    value = _value(value)
    if isinstance(value, DictionaryObject) and not isinstance(value, StreamObject):
        return ""
    if isinstance(value, StreamObject):
        value = value.get_data().decode("utf-8", errors="replace")
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return str(value)[:LONGEST_VALUE].replace("\r\n", "\n").replace("\r", "\n").strip() if value is not None else ""


def _value(value: Any) -> Any:
    return value.get_object() if value is not None and hasattr(value, "get_object") else value


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
