"""Web pages: the main text without the page's furniture, with its headings, lists, tables and code."""

from __future__ import annotations

import copy
import datetime as dt
import logging
import re
from typing import Any

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.markup import plain_html, soup_of, walk
from searchapp.sources.formats.metadata import parse_date
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.text.language import detect_language

LEAST_SHARE = 0.6
"""A main text with less than this share of the prose in what the page itself marks as its main part missed some."""

SHORT_PAGE = 500
"""On a page of fewer characters there is nothing to choose from, and trafilatura would lose its structure."""

_FURNITURE = (
    ".//script|.//style|.//template|.//noscript|.//nav|.//footer|.//aside|.//button|.//select|.//dialog"
    "|.//*[@hidden or @aria-hidden='true' or @role='navigation' or @role='contentinfo' or @role='search']"
)
_STYLE = "translate(@style, 'DISPLAYNOEVBTHU \t\n', 'displaynoevbthu')"
# What a page hides from its readers is for machines: menus, traps for crawlers, orders to language models.
_UNSEEN = (
    f"//*[@hidden or contains({_STYLE}, 'display:none') or contains({_STYLE}, 'visibility:hidden')"
    f"][not(self::html or self::body)]"
)
_MARKED_MAIN = ("//main", "//*[@role='main']", "//article")
_PROSE = "self::p or self::pre or self::td or self::li or self::blockquote or self::dd"
_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")


def parse_html(source: ParserInput) -> Parsed:
    """Read a web page; what trafilatura finds is the main text, else the page's body without its furniture.

    Raises SourceError when there is no markup at all.
    """
    page = _tree(decode(source.data, declared_charset(source.data, source.content_type)))
    if page is None:
        raise SourceError("page_without_text", name=source.name)
    builder = DocumentBuilder()
    body, is_marked = _body(page)
    main, title, modified = _main(page)
    if main is not None and _has_main_text(main, body, is_marked):
        walk(soup_of(main), builder)
    if builder.is_empty:
        walk(soup_of(body), builder)
    return builder.build(
        SourceType.HTML,
        title=title or _title(page),
        stem=source.stem,
        language=_language(page, body),
        modified=modified,
    )


def _tree(text: str) -> Any:
    from lxml import etree, html

    # Bytes, because lxml refuses a str with an encoding declaration; huge_tree, because it cuts deep pages otherwise.
    data = text.replace("\x00", "").encode("utf-8", errors="replace")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    try:
        page = html.document_fromstring(data, parser=parser)
    except etree.LxmlError:
        return None
    if any("xcessive depth" in entry.message for entry in parser.error_log):  # 2,048 levels; the rest is missing
        page = html.document_fromstring("<pre></pre>")
        page.find(".//pre").text = plain_html(text)
    for element in page.xpath(_UNSEEN):
        if element.getparent() is not None:
            element.drop_tree()
    return page


def _main(page: Any) -> tuple[Any, str, dt.datetime | None]:
    """The tree of the main text as trafilatura finds it (or None), the page's title and its date."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(
            page, with_metadata=True, include_comments=False, include_tables=True, include_formatting=True
        )
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - its heuristics meet every kind of broken markup; the body is read instead
        return None, "", None
    if found is None:
        return None, "", None
    return found.body, one_line(found.title or ""), parse_date(found.date or "")


def _body(page: Any) -> tuple[Any, bool]:
    """The page's body without its furniture, and whether the page itself marks it as its main part."""
    page = copy.deepcopy(page)
    for element in page.xpath(_FURNITURE):
        if element.getparent() is not None and element.tag not in ("html", "body"):
            element.drop_tree()
    for path in _MARKED_MAIN:
        found = page.xpath(path)
        if len(found) == 1 and _length(found[0]):
            return found[0], True
    body = page.find("body")
    return (page if body is None else body), False


def _length(tree: Any) -> int:
    return sum(len(text.strip()) for text in tree.itertext())


def _has_main_text(main: Any, body: Any, is_marked: bool) -> bool:
    if _length(body) < SHORT_PAGE:
        return False
    return not is_marked or _length(main) >= LEAST_SHARE * _prose(body)


def _prose(tree: Any) -> int:
    """How much of ``tree`` is running text: what stands in paragraphs and the like, and is no link."""
    blocks = tree.xpath(f".//*[{_PROSE}][not(ancestor::*[{_PROSE} or self::a])]")
    return sum(_length(block) - sum(_length(link) for link in block.iter("a")) for block in blocks)


def _title(page: Any) -> str:
    for path in ("string(//head/title)", "string(//h1)"):
        title = one_line(page.xpath(path))
        if title:
            return title
    return ""


def _language(page: Any, body: Any) -> str:
    """The language that the page declares, unless its script says otherwise: templates declare English for all."""
    declared = _LANGUAGE_TAG.match(page.get("lang") or page.get("xml:lang") or "")
    detected = detect_language(" ".join(body.itertext()))
    if detected in ("zh", "ja", "ko") or not declared:
        return detected
    return declared[1].lower()
