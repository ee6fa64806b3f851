"""A Word document as a whole: its body, then what stands on every page (once), comments, and the files inside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from html import escape
from typing import Any

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.containers import Archive
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.drawings import chart_lines, diagram_lines, paragraphs_text
from searchapp.sources.formats.markup import body_of, parse_markup, walk
from searchapp.sources.formats.metadata import read_properties
from searchapp.sources.formats.ooxml import Package, R, Relationship, kind_of
from searchapp.sources.formats.plain_html import plain_html
from searchapp.sources.formats.word.blocks import Blocks
from searchapp.sources.formats.word.notes import Notes
from searchapp.sources.formats.word.numbering import Numbering
from searchapp.sources.formats.word.runs import BREAK, Parts
from searchapp.sources.formats.word.styles import Styles
from searchapp.sources.members import Member, inside, may_read, read_members
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sniff import sniff

_MAIN = "word/document.xml"
LINE = "\n"
_OBJECTS = frozenset({"package", "oleObject"})
_BARE = frozenset("page pages of p seite von 第 页 頁 共 - – — / | .".split())
"""What is left of a page's number."""


def parse_docx(source: ParserInput) -> Parsed:
    """Read a Word document without its pictures, hidden and deleted text.

    Raises SourceError for one that is damaged.
    """
    archive = Archive(source)
    builder = DocumentBuilder()
    word = _Word(source, Package(archive), builder)
    if word.body is None:
        raise archive.damaged()
    word.read()
    properties = read_properties(archive)
    return builder.build(SourceType.DOCX, title=properties.title, stem=source.stem, modified=properties.modified)


class _Word:
    def __init__(self, source: ParserInput, package: Package, builder: DocumentBuilder) -> None:
        self._source = source
        self._package = package
        self._builder = builder
        part = package.main(_MAIN)
        tree = package.xml(part)
        self.body = None if tree is None else next((one for one in tree if kind_of(one) == "w:body"), None)
        self._related = package.relationships(part)
        self._members: list[Member] = []
        styles = Styles(self._only("styles"))
        self._parts = Parts(
            styles=styles,
            numbering=Numbering(self._only("numbering"), styles.lists()),
            notes=Notes({kind: self._only(f"{kind}s") for kind in ("footnote", "endnote", "comment")}),
            drawn=partial(self._drawn, self._related),
            imported=self._imported,
            note=builder.note,
        )

    def _only(self, kind: str) -> Any:
        """The document's only part of a kind, such as its styles."""
        named = (one.target for one in self._related.values() if one.kind == kind)
        return self._package.xml(next(named, f"word/{kind}.xml"))

    def read(self) -> None:
        """Add the text to the builder."""
        blocks = Blocks(self._parts)
        self._add(blocks.html(self.body) + blocks.pending_notes())
        self._builder.add("\n".join(dict.fromkeys(self._furniture())), verbatim=True)
        comments = [
            ": ".join(filter(None, (escape(author), blocks.line(note))))
            for author, note in self._parts.notes.take_comments()
        ]
        self._add(f"<pre>{BREAK.join(comments)}</pre>" if comments else "")
        for name in dict.fromkeys(one.target for one in self._related.values() if one.kind in _OBJECTS):
            self._members.append(Member(name.rpartition("/")[2], self._package.data(name)))
        read_members(self._builder, self._source, self._members)

    def _add(self, html: str) -> None:
        if html:
            walk(body_of(parse_markup(html)), self._builder)

    def _furniture(self) -> Iterator[str]:
        """What the headers and footers say, line by line, without the pages' numbers."""
        related = sorted(dict.fromkeys(self._related.values()), key=lambda one: one.kind == "footer")
        for one in related:
            tree = self._package.xml(one.target) if one.kind in ("header", "footer") else None
            if tree is None:
                continue
            drawn = partial(self._drawn, self._package.relationships(one.target))
            html = Blocks(self._parts._replace(drawn=drawn), is_furniture=True).html(tree)
            for line in plain_html(html).splitlines():
                if not set(line.lower().split()) <= _BARE:
                    yield line

    def _drawn(self, related: Mapping[str, Relationship], element: Any) -> str:
        """What a text box or a drawing says, as HTML."""
        kind = kind_of(element)
        if kind == "w:txbxContent":
            return Blocks(self._parts._replace(drawn=partial(self._drawn, related))).html(element)
        if kind == "v:textpath":
            return f"<p>{escape(element.get('string') or '')}</p>"
        if kind == "a:txBody":
            return f"<p>{escape(paragraphs_text(element)).replace(LINE, BREAK)}</p>"
        target = related.get(element.get(f"{R}{'dm' if kind == 'dgm:relIds' else 'id'}") or "")
        tree = self._package.xml(target.target) if target else None
        if tree is None:
            return ""
        lines = diagram_lines(tree) if kind == "dgm:relIds" else chart_lines(tree)
        return f"<pre>{escape(LINE.join(lines))}</pre>" if lines else ""

    def _imported(self, element: Any) -> str:
        """A web page that stands in the place of an altChunk; a document of another kind is read after this one."""
        target = self._related.get(element.get(f"{R}id") or "")
        if target is None:
            return ""
        member = Member(target.target.rpartition("/")[2], self._package.data(target.target))
        if _is_page(inside(self._source, member)) and may_read(self._source, len(member.data)):
            markup = decode(member.data, declared_charset(member.data)).replace("\x00", "")
            return body_of(parse_markup(markup)).decode_contents()
        self._members.append(member)
        return ""


def _is_page(source: ParserInput) -> bool:
    try:
        return bool(source.data.strip()) and sniff(source) is SourceType.HTML
    except SourceError:
        return False
