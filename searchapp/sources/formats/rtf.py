"""Rich text (RTF 1.9): its paragraphs and headings, the rows of its tables, in the encodings of its fonts."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.metadata import sensible_title
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.text.sentences import CELL_BREAK

DEEPEST = 500
"""Groups inside each other; Word writes some twenty."""

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|(?P<plain>[^\\{}\r\n]+)"
)
_SKIPPED = frozenset(
    "fonttbl colortbl info pict object themedata datastore latentstyles listtable listoverridetable rsidtbl generator"
    " xmlnstbl filetbl revtbl header headerl headerr headerf footer footerl footerr footerf fldinst bkmkstart bkmkend"
    " atnid atnauthor atndate annotation nonshppict shprslt datafield docvar wgrffmtfilter upr ftnsep ftnsepc"
    " aftnsep aftnsepc pntxta pntxtb".split()
)
"""Groups that are no text of the document, as are all that begin with ``\\*``; of some, what they say is used."""
_SIGNS = {
    b"par": "\n", b"line": "\v", b"tab": "\t", b"emdash": "—", b"endash": "\u2013", b"bullet": "•", b"page": "\n",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "“", b"rdblquote": "”", b"sect": "\n", b"emspace": " ",
    b"enspace": " ", b"~": " ", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n",
}  # fmt: skip
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_WIDER = {"cp936": "gb18030", "cp950": "big5hkscs", "cp65001": "utf-8"}
_HEADING_STYLE = re.compile(r"(?:heading|标题|標題|überschrift|titre)[ \t]*([1-9])\b", re.IGNORECASE)


@dataclass(slots=True)
class _Group:
    """What holds inside a pair of braces; ``kind`` is the destination, empty for the document's own text."""

    kind: str = ""
    font: int = -1
    fallback: int = 1
    """Characters behind a ``\\u``, for readers that do not know it."""
    hidden: bool = False


def parse_rtf(source: ParserInput) -> Parsed:
    """Read rich text; pictures, page headers, comments and hidden text are left out.

    Raises SourceError for what nests beyond reason.
    """
    reader = _Reader(source.name)
    reader.read(source.data)
    return reader.builder.build(SourceType.RTF, title=sensible_title(reader.title), stem=source.stem)


class _Reader:
    def __init__(self, name: str) -> None:
        self.builder = DocumentBuilder()
        self.title = ""
        self._name = name
        self._groups = [_Group()]
        self._codepage = "cp1252"
        self._fonts: dict[int, str] = {}
        self._levels: dict[int, int] = {}  # of the styles that are headings
        self._number = -1  # of the font or style that is described
        self._bytes = bytearray()  # a run of a character set, in which a character may have two
        self._said: list[str] = []
        self._level, self._in_table = 0, False
        self._cells: list[str] = []
        self._rows: list[str] = []
        self._unread = 0  # characters left of a fallback
        self._is_starred = False

    def read(self, data: bytes) -> None:
        at = 0
        while found := _TOKEN.search(data, at):
            at = found.end()
            kind, token = found.lastgroup, found["brace"]
            starred, self._is_starred = self._is_starred, False
            if token == b"{":
                self._open()
            elif token:
                self._close()
            elif word := found["word"]:
                number = int(found["number"]) if found["number"] else None
                if word == b"bin":
                    at += max(0, number or 0)
                else:
                    self._word(word, number, starred)
            elif kind == "sign":
                self._is_starred = found["sign"] == b"*"
                self._put(_SIGNS.get(found["sign"], ""))
            else:
                self._run(bytes.fromhex(found["byte"].decode()) if found["byte"] else found["plain"])
        if len(self._groups) > 1:
            self.builder.note(Message("damaged_in_part", format="RTF"))
            del self._groups[1:]
        self._end_paragraph()
        self._end_table()

    def _open(self) -> None:
        if len(self._groups) > DEEPEST:
            raise SourceError("nested_too_deep", name=self._name)
        self._flush()
        self._groups.append(replace(self._groups[-1]))
        self._unread = 0

    def _close(self) -> None:
        self._flush()
        if len(self._groups) == 1:
            return
        group = self._groups.pop()
        if group.kind in ("title", "stylesheet") and self._said:
            name = self._take()
            if group.kind == "title":
                self.title = self.title or name
            elif heading := _HEADING_STYLE.match(name):
                self._levels[self._number] = int(heading[1])
        elif group.kind == "footnote" and self._groups[-1].kind != "footnote":
            self._said.append(")")
        self._unread = 0

    def _word(self, word: bytes, number: int | None, starred: bool) -> None:
        group, name = self._groups[-1], word.decode("ascii")
        if sign := _SIGNS.get(word):
            self._put(sign)
        elif name == "u":
            self._put(chr((number or 0) & 0xFFFF))
            self._unread = group.fallback
        elif name in ("uc", "f", "v", "deleted", "plain"):
            self._flush()
            on = number != 0
            match name:
                case "uc":
                    group.fallback = max(0, number or 0)
                case "f":
                    group.font = self._number = number or 0
                case "plain":
                    group.hidden = False
                case _:
                    group.hidden = on
        elif name == "fcharset" and group.kind == "fonttbl" and number in _CHARSETS:
            self._fonts[self._number] = _CHARSETS[number]
        elif name == "ansicpg" and number:
            self._codepage = _codec(number)
        elif name in ("s", "outlinelevel") and number is not None:
            self._style(name, number, in_sheet=group.kind == "stylesheet")
        elif group.kind:
            self._destination(group, name, starred)
        elif name in ("pard", "intbl"):
            self._level, self._in_table = (0, False) if name == "pard" else (self._level, True)
        elif name in ("cell", "nestcell"):
            self._cells.append(" ".join(self._take().split()))
        elif name in ("row", "nestrow"):
            self._rows.append(CELL_BREAK.join(self._cells))
            self._cells = []
        else:
            self._destination(group, name, starred)

    def _destination(self, group: _Group, name: str, starred: bool) -> None:
        """What the rest of the group is, if the word says that."""
        if name in ("stylesheet", "title", "fonttbl") or (name == "footnote" and not group.kind):
            group.kind = name
            if name == "footnote":
                self._said.append(" (")
        elif name == "shptxt" and group.kind == "skipped":
            group.kind = ""  # a text box
            self._end_paragraph()
        elif (starred and name not in ("shppict", "ud")) or name in _SKIPPED:
            group.kind = "skipped"

    def _style(self, name: str, number: int, *, in_sheet: bool) -> None:
        if in_sheet and name == "s":
            self._number = number
            return
        level = self._levels.get(number, 0) if name == "s" else number + 1 if 0 <= number < 9 else 0
        if in_sheet:
            self._levels[self._number] = level
        else:
            self._level = level

    def _run(self, run: bytes) -> None:
        skipped = min(self._unread, len(run))
        self._unread -= skipped
        self._bytes += run[skipped:]

    def _put(self, sign: str) -> None:
        if not sign:
            return
        self._flush()
        kind = self._groups[-1].kind
        if sign == "\n" and not kind and not self._in_table:
            self._end_paragraph()
        elif self._is_said():
            self._said.append(" " if sign == "\n" else sign)

    def _flush(self) -> None:
        """End a run of bytes of one character set."""
        if self._bytes:
            if self._is_said():
                codec = self._fonts.get(self._groups[-1].font, self._codepage)
                self._said.append(bytes(self._bytes).decode(codec, errors="replace"))
            self._bytes.clear()

    def _is_said(self) -> bool:
        group = self._groups[-1]
        if group.hidden and not group.kind:
            self.builder.note(Message("hidden_text_left_out"))
            return False
        return group.kind in ("", "footnote", "title", "stylesheet")

    def _take(self) -> str:
        self._flush()
        text = "".join(self._said).replace("\v", "\n").strip()
        self._said = []
        # A character beyond the first plane comes as two.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _end_paragraph(self) -> None:
        text = self._take()
        if text:
            self._end_table()
        if text and self._level:
            self.builder.heading(self._level, text)
        else:
            self.builder.add(text)

    def _end_table(self) -> None:
        if self._cells:
            self._rows.append(CELL_BREAK.join(self._cells))
        self.builder.add("\n".join(self._rows), verbatim=True)
        self._rows, self._cells = [], []


def _codec(number: int) -> str:
    name = _WIDER.get(f"cp{number}", f"cp{number}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
