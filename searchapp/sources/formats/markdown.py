"""Markdown: headings become the section paths, markup becomes plain reading text, code stays as it is.

Comments and a site generator's shortcodes stand in a file besides Markdown; they are taken out first.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import MARKDOWN_MB, DocumentBuilder, TextMemory
from searchapp.sources.containers import gunzip
from searchapp.sources.formats.front_matter import split_front_matter
from searchapp.sources.formats.markdown_attributes import attribute_lists
from searchapp.sources.formats.plain_html import BREAK, plain_html
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import LARGEST_HTML, Parsed, ParserInput
from searchapp.sources.tables import row_line

DEEPEST_NESTING = 500
"""markdown-it drops what is nested deeper than its own limit of 20."""

MEMORY = TextMemory(MARKDOWN_MB)
"""By what is written, and by the addresses that it may name."""

_WRAP = "\x1f"
_CJK_WRAP = re.compile(
    f"(?<=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]){_WRAP}(?=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60])"
)
"""A line end inside a paragraph is no more than a space, and between Chinese or Japanese characters not even that."""

_FENCE = re.compile(r"^[ \t]*+(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]++)*(?P<marks>`{3,}+|~{3,}+)(?P<info>[^\n]*)$")
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_SHORTCODE = re.compile(r"\{\{[<%](?!/\*)(?P<inner>[^{}]++)(?<=[>%])\}\}")
_SHOWN_ARGUMENT = re.compile(r"\b(?:text|title|name|caption|alt|heading)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)")
_TERM = re.compile(r"\bterm_id\s*=\s*[\"']([^\"']*)[\"']")
_CODE_OR_COMMENT = re.compile(f"`+|{_COMMENT_OPEN}")


def parse_markdown(source: ParserInput) -> Parsed:
    """Read Markdown with its front matter; HTML comments and shortcode tags are not text."""
    front = split_front_matter(lines_of(source.data).lstrip("\ufeff"))
    builder = DocumentBuilder()
    for note in front.notes:
        builder.note(note)
    add_markdown(builder, front.body)
    stated = front.stated
    if builder.is_empty:
        builder.add(stated.title)  # an index page, whose title is all that it says
    parsed = builder.build(SourceType.MARKDOWN, title=stated.title, stem=source.stem, language=stated.language)
    return dataclasses.replace(parsed, stated=stated, modified=stated.modified)


def add_markdown(builder: DocumentBuilder, text: str) -> None:
    """Add Markdown that has no front matter."""
    tokens, references = _blocks(strip_unread(text))
    _Reader(builder, Words(references)).read(tokens)


def markdown_html(source: ParserInput) -> str:
    """The whole file as HTML that is safe to show, without its front matter."""
    from searchapp.sources.sanitise import sanitise

    text = lines_of(gunzip(source.data, source.name, source.options.max_bytes)).lstrip("\ufeff")
    html = sanitise(parser().render(strip_unread(split_front_matter(text).body)))
    if len(html.encode()) > LARGEST_HTML:
        raise SourceError("original_too_large", name=source.name, mb=LARGEST_HTML >> 20)
    return html


def _blocks(body: str) -> tuple[list[Token], dict[str, Any]]:
    """The tokens, and the link definitions; paragraphs, headings and cells hold what is written in them."""
    found: dict[str, Any] = {}
    tokens = parser(blocks_only=True).parse(body, found)
    return tokens, found.get("references", {})


class _Reader:
    """Walks the tokens in order and adds each block to the builder."""

    def __init__(self, builder: DocumentBuilder, words: Words) -> None:
        self._builder = builder
        self._words = words
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._item = ""  # the marker that the next block gets
        self._lines: list[str] = []  # the open list's lines: they stay together

    def read(self, tokens: Sequence[Token]) -> None:
        heading = 0
        rows: list[list[str]] = []
        row: list[str] | None = None
        for token in tokens:
            match token.type:
                case "heading_open":
                    heading = int(token.tag[1])
                case "inline" if heading:
                    self._flush()
                    self._builder.heading(heading, self._words.of(token.content))
                    heading = 0
                case "inline" if row is not None:
                    row.append(" ".join(self._words.of(token.content).split()))
                case "inline":
                    self._block(self._words.of(token.content))
                case "tr_open":
                    row = []
                case "tr_close":
                    rows.append(row or [])
                    row = None
                case "fence" | "code_block":
                    self._code(token.content)
                case "html_block":
                    self._block(plain_html(token.content))
                case "bullet_list_open" | "ordered_list_open":
                    ordered = token.type == "ordered_list_open"
                    self._lists.append(int(token.attrGet("start") or 1) if ordered else None)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                    if not self._lists:
                        self._flush()
                case "list_item_open":
                    number = self._lists[-1]
                    self._item = "- " if number is None else f"{number}. "
                    self._lists[-1] = None if number is None else number + 1
                case "table_close":
                    self._table(rows)
                    rows = []
        self._flush()

    def _block(self, text: str) -> None:
        if not text.strip():
            return
        if not self._lists:
            self._builder.add(text)
            return
        self._lines.extend(self._indent(text.strip()))

    def _table(self, rows: Sequence[Sequence[str]]) -> None:
        if self._lists:
            self._lines.extend(map(row_line, rows))
        else:
            self._builder.table(rows, header_rows=1)

    def _code(self, code: str) -> None:
        if not self._lists:
            self._builder.add(code, verbatim=True)
            return
        self._lines.extend(self._indent(code.rstrip("\n")))

    def _indent(self, text: str) -> list[str]:
        margin = "  " * (len(self._lists) - 1)
        first, *rest = text.split("\n")
        hanging = margin + "  "
        lines = [f"{margin}{self._item}{first}" if self._item else hanging + first, *(hanging + line for line in rest)]
        self._item = ""
        return lines

    def _flush(self) -> None:
        self._builder.add("\n".join(self._lines), verbatim=True)
        self._lines = []


@cache
def parser(*, blocks_only: bool = False) -> MarkdownIt:
    """CommonMark with tables and strikethrough; ``blocks_only`` leaves what stands in blocks as it is written."""
    made = MarkdownIt("commonmark", {"maxNesting": DEEPEST_NESTING}).enable(["table", "strikethrough"])
    made.use(attribute_lists)
    if blocks_only:
        made.core.ruler.disable(["inline", "text_join"])
    return made


class Words:
    """Reads the stretches of one document, whose ``references`` are the link definitions that markdown-it found."""

    def __init__(self, references: dict[str, Any]) -> None:
        self._references = references
        self._labels = "\0".join(sorted(references)).encode("utf-8", "surrogatepass")

    def of(self, written: str) -> str:
        """The words of a stretch of Markdown."""
        digest = blake2b(written.encode("utf-8", "surrogatepass"), digest_size=32)
        if "[" in written:  # the only mark whose meaning hangs on what is defined elsewhere
            digest.update(b"\0" + self._labels)
        key = digest.digest()
        words = MEMORY.get(key)
        if words is None:
            (token,) = parser().parseInline(written, {"references": self._references})
            words = plain(token)
            MEMORY.remember(key, words)
        return words


def plain(token: Token) -> str:
    """An inline token as reading text: a link's words, an image's description, no emphasis marks."""
    parts: list[str] = []
    for child in token.children or ():
        match child.type:
            case "text" | "text_special" | "code_inline":
                parts.append(child.content)
            case "softbreak":
                parts.append(_WRAP)
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(plain(child) or child.content)
            case "html_inline":
                parts.append("\n" if BREAK.fullmatch(child.content) else "")
    return _CJK_WRAP.sub("", "".join(parts)).replace(_WRAP, " ")


def strip_unread(text: str) -> str:
    """The Markdown without HTML comments and shortcode tags; code blocks stay as they are.

    What a shortcode shows stays: the text between its tags, and an argument that is read (``text="Pod"``).
    """
    out: list[str] = []
    prose: list[str] = []  # lines outside code: a shortcode may run over several
    fence = ""
    in_comment = False
    for line in text.splitlines(keepends=True):
        mark = None if in_comment else _FENCE.match(line.rstrip("\n"))
        if fence:
            out.append(line)
            if mark and mark["marks"].startswith(fence) and not mark["info"].strip():
                fence = ""
        elif mark and not (mark["marks"][0] == "`" and "`" in mark["info"]):
            fence = mark["marks"]
            out += [_SHORTCODE.sub(_shown, "".join(prose)), line]
            prose = []
        else:
            kept, in_comment = _strip_comments(line, in_comment)
            if kept.strip() or not line.strip():
                prose.append(kept)
    return "".join(out) + _SHORTCODE.sub(_shown, "".join(prose))


def _strip_comments(line: str, in_comment: bool) -> tuple[str, bool]:
    kept: list[str] = []
    code = _inline_code(line) if "`" in line and _COMMENT_OPEN in line else {}
    at = 0
    while at < len(line):
        if in_comment:
            end = line.find(_COMMENT_CLOSE, at)
            if end < 0:
                break
            at, in_comment = end + len(_COMMENT_CLOSE), False
            continue
        start = _comment_start(line, at, code)
        if start < 0:
            kept.append(line[at:])
            break
        kept.append(line[at:start])
        at, in_comment = start + len(_COMMENT_OPEN), True
    return "".join(kept), in_comment


def _comment_start(line: str, at: int, code: Mapping[int, int]) -> int:
    """Where the next comment opens in ``line``, not counting inline code; -1 if nowhere."""
    while found := _CODE_OR_COMMENT.search(line, at):
        if found.group() == _COMMENT_OPEN:
            return found.start()
        at = code.get(found.start(), found.end())
    return -1


def _inline_code(line: str) -> dict[int, int]:
    """Where inline code ends that begins at a place: behind the next backticks that are as many.

    Found from the line's end in one go: to look for each beginning's end costs the square of a line full of backticks.
    """
    ends: dict[int, int] = {}
    later: dict[int, int] = {}  # by how many: where the next such backticks end
    for marks in reversed(list(re.finditer("`+", line))):
        count = len(marks.group())
        if count in later:
            ends[marks.start()] = later[count]
        later[count] = marks.end()
    return ends


def _shown(shortcode: re.Match[str]) -> str:
    inner = shortcode["inner"][:-1].strip(" \t")
    argument = _SHOWN_ARGUMENT.search(inner)
    if argument:
        return next(value for value in argument.groups() if value is not None)
    term = _TERM.search(inner)
    if term:
        return term[1]
    heading = re.match(r"heading\s+[\"']([^\"']+)[\"']", inner)
    return heading[1].capitalize() if heading else ""
