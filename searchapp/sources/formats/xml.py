"""XML of any vocabulary: what its elements hold, with the path of their names; titles as headings."""

from __future__ import annotations

from typing import Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import xml_parser
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.drawn_tables import add_paragraphs
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

_TITLES = frozenset({"title", "head", "heading"})
_PROSE = frozenset(
    {"p", "para", "simpara", "ab", "abstract", "caption", "note", "li", "listitem", "item", "description"}
)
"""Elements whose words are read by people in DocBook, JATS, TEI, DITA and their kin: they need no path."""
_VERBATIM = frozenset({"programlisting", "screen", "code", "codeblock", "pre", "literallayout", "preformat"})

MOST_ATTRIBUTES = 100
"""Of one element."""


def parse_xml(source: ParserInput) -> Parsed:
    """Read XML, as far as it goes where it is damaged. No entity is expanded, nothing is fetched.

    Raises SourceError where its damage leaves nothing to read.
    """
    from lxml import etree

    text = decode(source.data, declared_charset(source.data)).lstrip("\ufeff\n ")
    builder = DocumentBuilder()
    # As UTF-8, whatever it says of itself: its characters are decoded already.
    parser = xml_parser(encoding="utf-8", recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        builder.note(Message("kept_as_text", format="XML"))
        add_paragraphs(builder, lines_of(source.data))
        return builder.build(SourceType.XML, title="", stem=source.stem)
    _Walk(builder).read(root)
    if parser.error_log.filter_from_fatals():
        if builder.is_empty:
            raise SourceError("format_damaged", name=source.name, format="XML")
        builder.note(Message("damaged_in_part", format="XML"))
    return builder.build(SourceType.XML, title="", stem=source.stem)


class _Walk:
    def __init__(self, builder: DocumentBuilder) -> None:
        from lxml import etree

        self._builder = builder
        # The element's own list of them takes the square of their number.
        self._attributes = etree.XPath(f"@*[position() <= {MOST_ATTRIBUTES + 1}]")
        self._lines: list[str] = []

    def read(self, root: Any) -> None:
        from lxml import etree

        path: list[str] = []
        inside: Any = None  # an element whose words were taken whole: what is in it is not read again
        for event, element in etree.iterwalk(root, events=("start", "end")):
            if not isinstance(element.tag, str):
                continue  # an entity, which stays unexpanded
            if event == "end":
                if inside is element:
                    inside = None
                elif inside is None:
                    self._tail(path)
                if path:
                    path.pop()
                continue
            name = etree.QName(element).localname
            path.append(name)
            if inside is None and self._takes(element, name, path):
                inside = element
        self._flush()

    def _takes(self, element: Any, name: str, path: list[str]) -> bool:
        """Add an element that holds words; False for one that holds elements only."""
        from lxml import etree

        found = self._attributes(element)
        if len(found) > MOST_ATTRIBUTES:
            self._builder.note(Message("attributes_cut", n=MOST_ATTRIBUTES))
        attributes = [
            f"{one.attrname.rpartition('}')[2]}={one_line(one)}" for one in found[:MOST_ATTRIBUTES] if one.strip()
        ]
        where = ".".join(path)
        is_mixed = bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)
        if not len(element) or is_mixed:
            words = etree.tostring(element, encoding="unicode", method="text", with_tail=False)
            if name.lower() in _TITLES and one_line(words):
                self._flush()
                self._builder.heading(len(path), one_line(words))
            elif name.lower() in _VERBATIM:
                self._flush()
                self._builder.add(words, verbatim=True)
            elif name.lower() in _PROSE and is_mixed:
                self._flush()
                self._builder.add(words)
            elif one_line(words) or attributes:
                beside = f" ({', '.join(attributes)})" if attributes else ""
                self._lines.append(f"{where}{beside}: {one_line(words)}".removesuffix(": "))
            return True
        if attributes:
            self._lines.append(f"{where}: {', '.join(attributes)}")
        return False

    def _tail(self, path: list[str]) -> None:
        """An element that held others has ended: so does what they say together."""
        if len(path) > 1:
            self._flush()
        self._builder.end_headings(len(path) + 1)

    def _flush(self) -> None:
        self._builder.add("\n".join(self._lines), verbatim=True)
        self._lines = []
