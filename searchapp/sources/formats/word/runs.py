"""The words of a Word paragraph, as HTML: what runs, fields, annotations and drawings show, in reading order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from typing import Any, NamedTuple

from searchapp.messages import Message
from searchapp.sources.formats.formulas import linear
from searchapp.sources.formats.ooxml import W, is_on, kind_of, number_of, value_of
from searchapp.sources.formats.word.notes import MARKS, Notes
from searchapp.sources.formats.word.numbering import Numbering
from searchapp.sources.formats.word.styles import Styles
from searchapp.sources.formats.word.symbols import symbol

BREAK = "<br>"
CHECKED, UNCHECKED = "☒", "☐"

_PRIVATE = re.compile("[\uf020-\uf0ff]")
_PAGE_FIELD = re.compile(r"(?:PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_UNSHOWN = frozenset({"w:del", "w:moveFrom", "w:instrText", "w:delText", "w:delInstrText", "w:rt", "w:pPr", "w:rPr"})
_GRAPHICS = frozenset({"w:drawing", "w:pict", "w:object"})
_BREAKS = frozenset({"w:br", "w:cr"})
_TABS = frozenset({"w:tab", "w:ptab"})


class Parts(NamedTuple):
    """What paragraphs need of their document.

    ``drawn`` and ``imported`` make HTML of a text box or a drawing, and of an altChunk; ``note`` says what is lost.
    """

    styles: Styles
    numbering: Numbering
    notes: Notes
    drawn: Callable[[Any], str]
    imported: Callable[[Any], str]
    note: Callable[[Message], None]


class Runs:
    """Reads one paragraph.

    ``text`` is its HTML, ``boxes`` what hangs on it (text boxes, diagrams, charts) as HTML of its own.
    """

    def __init__(self, paragraph: Any, parts: Parts, *, is_furniture: bool) -> None:
        """The numbers of pages are left out where ``is_furniture``."""
        self._is_hidden_paragraph = parts.styles.hides_paragraph(paragraph)
        self._document = parts
        self._is_furniture = is_furniture
        self._parts: list[str] = []
        self._fields: list[str] = []
        self.boxes: list[str] = []
        self._read(paragraph)
        self.text = "".join(self._parts)

    def _read(self, element: Any) -> None:
        for child in element:
            kind = kind_of(child)
            if kind == "w:r":
                if not self._is_hidden(child):
                    self._read(child)
            elif kind == "w:t":
                self._add_text(child.text or "", element)
            elif kind in _BREAKS:
                self._parts.append(BREAK)
            elif kind in _TABS:
                self._parts.append("\t")
            elif kind in _GRAPHICS:
                self._read_graphic(child)
            elif kind == "mc:AlternateContent":
                self._read_alternative(child, self._read)
            elif kind == "w:sdt":
                self._read(shown_content(child))
            elif kind not in _UNSHOWN:
                self._read_other(kind, child)

    def _read_other(self, kind: str, child: Any) -> None:
        if kind == "m:oMathPara":
            self._parts.extend(f" {escape(linear(one))} " for one in child if kind_of(one) == "m:oMath")
        elif kind == "m:oMath":
            self._parts.append(escape(linear(child)))
        elif kind == "w:fldChar":
            self._read_field(child)
        elif kind == "w:fldSimple":
            if not (self._is_furniture and _PAGE_FIELD.match((child.get(f"{W}instr") or "").strip())):
                self._read(child)
        elif kind == "w:noBreakHyphen":
            self._parts.append("-")
        elif kind == "w:sym":
            self._parts.append(escape(symbol(child.get(f"{W}font") or "", _hexadecimal(child.get(f"{W}char")))))
        elif kind in MARKS:
            self._parts.append(self._document.notes.refer(MARKS[kind], child.get(f"{W}id") or ""))
        else:
            self._read(child)

    def _add_text(self, text: str, run: Any) -> None:
        if self._fields and self._is_furniture and any(map(_PAGE_FIELD.match, self._fields)):
            return
        if _PRIVATE.search(text):
            font = run.find(f"{W}rPr/{W}rFonts")
            name = "" if font is None else font.get(f"{W}ascii") or font.get(f"{W}hAnsi") or ""
            text = _PRIVATE.sub(lambda found: symbol(name, ord(found[0])), text)
        self._parts.append(escape(text, quote=False))

    def _is_hidden(self, run: Any) -> bool:
        own = self._document.styles.hides_run(run)
        if not (self._is_hidden_paragraph if own is None else own):
            return False
        if any((text.text or "").strip() for text in run.iter(f"{W}t")):
            self._document.note(Message("hidden_text_left_out"))
        return True

    def _read_field(self, mark: Any) -> None:
        """Keep track of the open fields' instructions, and show what a form's field holds."""
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append("".join(self._instruction(mark)).strip())
            box = mark.find(f"{W}ffData/{W}checkBox")
            if box is not None:
                is_checked = is_on(box, "checked")
                is_checked = is_on(box, "default") if is_checked is None else is_checked
                self._parts.append(CHECKED if is_checked else UNCHECKED)
            choices = [one.get(f"{W}val") or "" for one in mark.iterfind(f"{W}ffData/{W}ddList/{W}listEntry")]
            chosen = number_of(value_of(mark, "ffData/ddList/result") or value_of(mark, "ffData/ddList/default"))
            self._parts.extend(map(escape, choices[chosen : chosen + 1]))
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _instruction(self, mark: Any) -> Iterable[str]:
        run = mark.getparent()
        while (run := run.getnext()) is not None:
            if run.find(f"{W}fldChar") is not None:
                return
            yield from (one.text or "" for one in run.iter(f"{W}instrText"))

    def _read_alternative(self, element: Any, read: Callable[[Any], None]) -> None:
        """Of several ways to write the same, the first that says something."""
        before = len(self._parts), len(self.boxes)
        for choice in element:
            read(choice)
            if (len(self._parts), len(self.boxes)) != before:
                return

    def _read_graphic(self, element: Any) -> None:
        for child in element:
            kind = kind_of(child)
            if kind == "mc:AlternateContent":
                self._read_alternative(child, self._read_graphic)
            elif kind in ("w:txbxContent", "dgm:relIds", "c:chart", "a:txBody", "v:textpath"):
                if html := self._document.drawn(child):
                    self.boxes.append(html)
            elif kind:
                self._read_graphic(child)


def shown_content(control: Any) -> Any:
    """What a content control holds; nothing where that is only its prompt."""
    content = control.find(f"{W}sdtContent")
    return () if content is None or is_on(control, "sdtPr/showingPlcHdr") else content


def _hexadecimal(code: str | None) -> int:
    try:
        return int((code or "")[:6], 16)
    except ValueError:
        return 0x110000
