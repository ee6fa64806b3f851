"""Markdown: headings become the section paths, markup becomes plain reading text, code stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.encoding import decode
from searchapp.sources.markdown_source import split_front_matter, strip_unread
from searchapp.sources.markdown_words import Words, parser
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.tags import plain_html
from searchapp.sources.unpack import gunzip

if TYPE_CHECKING:
    from markdown_it.token import Token

_HEADING_ID = re.compile(r"\s*\{#[\w\-.:]+\}\s*$")


def parse_markdown(source: ParserInput) -> Parsed:
    """Read Markdown with its front matter; HTML comments and shortcode tags are not text."""
    front, body = split_front_matter(decode(source.data).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff"))
    builder = DocumentBuilder()
    tokens, references = _blocks(strip_unread(body))
    _Reader(builder, Words(references)).read(tokens)
    if builder.is_empty:
        builder.add(front.title)  # an index page, whose title is all that it says
    return builder.build(
        SourceType.MARKDOWN, title=front.title, stem=source.stem, language=front.language, modified=front.modified
    )


def markdown_html(source: ParserInput) -> str:
    """The whole file as HTML, without its front matter. What HTML it holds itself is in there: it must be cleaned."""
    data = gunzip(source.data, source.name, source.options.max_bytes)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    html: str = parser().render(strip_unread(split_front_matter(text)[1]))
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
        self._lines: list[str] = []  # the open list's or table's lines: they stay together

    def read(self, tokens: Sequence[Token]) -> None:
        heading = 0
        row: list[str] | None = None
        for token in tokens:
            match token.type:
                case "heading_open":
                    heading = int(token.tag[1])
                case "inline" if heading:
                    self._flush()
                    self._builder.heading(heading, _HEADING_ID.sub("", self._words.of(token.content)))
                    heading = 0
                case "inline" if row is not None:
                    row.append(" ".join(self._words.of(token.content).split()))
                case "inline":
                    self._block(self._words.of(token.content))
                case "tr_open":
                    row = []
                case "tr_close":
                    self._lines.append(" | ".join(row or ()))
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
                case "table_close" if not self._lists:
                    self._flush()
        self._flush()

    def _block(self, text: str) -> None:
        if not text.strip():
            return
        if not self._lists:
            self._builder.add(text)
            return
        self._lines.extend(self._indent(text.strip()))

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
