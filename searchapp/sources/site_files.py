"""What a site's files say, read in the parser's process: links, where a page leads to, sitemaps, robots.txt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from searchapp.errors import SourceError
from searchapp.sources.containers import gunzip, xml_parser
from searchapp.sources.copies import sketch
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.parsed import ParserInput, SiteAnswer
from searchapp.sources.source import normalise_address

USER_AGENT = "searchapp"
MOST_ADDRESSES = 50_000
"""What a sitemap may hold by the protocol; no page names more."""

LONGEST_ADDRESS = 2_000

AT_ONCE_SECONDS = 1
LATER_SECONDS = 30
LONGEST_NOTICE = 500
"""A page that moves its reader on at once is not read; one that does so later is, unless it is a short notice."""

_REFRESH = re.compile(r"\s*+(\d{1,4})(?:\.\d*+)?\s*+[;,]\s*+(?:url\s*+=\s*+)?['\"]?\s*+([^'\"]+)", re.IGNORECASE)


def read_site(task: str, source: ParserInput, candidates: Iterable[str]) -> SiteAnswer:
    """Answer one of the tasks ``links``, ``refresh``, ``sitemap`` and ``robots``."""
    match task:
        case "links":
            return links_of(source)
        case "refresh":
            return refresh_of(source)
        case "sitemap":
            return sitemap_of(source)
        case _:
            return rules_of(source, candidates)


def links_of(source: ParserInput) -> SiteAnswer:
    """The addresses that a page links to, as far as its robots meta tag lets them be followed, and its own."""
    from bs4 import BeautifulSoup
    from bs4.filter import SoupStrainer

    text = _text(source)
    read = SoupStrainer(["meta", "base", "a", "area", "link"])  # nothing else is kept in memory
    page = BeautifulSoup(text, "lxml", parse_only=read, multi_valued_attributes=None, huge_tree=True)
    rules = {
        rule.strip().lower()
        for meta in page.find_all("meta")
        if str(meta.get("name", "")).lower() in ("robots", USER_AGENT)
        for rule in str(meta.get("content", "")).split(",")
    }
    base = next((str(one["href"]) for one in page.find_all("base") if one.get("href")), "")
    links = [
        str(link["href"])
        for link in page.find_all(["a", "area"])
        if link.get("href") and "nofollow" not in _relations(link)
    ]
    start = urljoin(source.name, base) if base else source.name
    named = [str(link.get("href") or "") for link in page.find_all("link") if "canonical" in _relations(link)]
    canonical = addresses(start, filter(None, named))
    return SiteAnswer(
        () if rules & {"nofollow", "none"} else addresses(start, links),
        is_indexed=not rules & {"noindex", "none"},
        canonical=() if len(canonical) != 1 or canonical[0] == source.name else canonical,
        sketch=sketch(_shown_text(text)),
    )


def refresh_of(source: ParserInput) -> SiteAnswer:
    """The address that a page sends its readers on to, if it does."""
    from searchapp.sources.formats.web_page import page_tree

    page = page_tree(_text(source))
    if page is None:
        return SiteAnswer(())
    base = page.find(".//base[@href]")
    start = source.name if base is None else urljoin(source.name, base.get("href"))
    for meta in page.iter("meta"):
        found = _REFRESH.match(meta.get("content") or "")
        is_refresh = (meta.get("http-equiv") or "").strip().lower() == "refresh"
        if not found or not is_refresh or next(meta.iterancestors("noscript"), None) is not None:
            continue
        seconds, target = int(found[1]), addresses(start, [found[2]])
        is_notice = seconds <= LATER_SECONDS and len(_shown_text(_text(source))) < LONGEST_NOTICE
        if target and target[0] != source.name and (seconds <= AT_ONCE_SECONDS or is_notice):
            return SiteAnswer(target)
    return SiteAnswer(())


def _text(source: ParserInput) -> str:
    return decode(source.data, declared_charset(source.data, source.content_type)).replace("\x00", "")


def _relations(link: Any) -> list[str]:
    return str(link.get("rel") or "").lower().split()


def _shown_text(text: str) -> str:
    """The words of a page's body, without its furniture."""
    from searchapp.sources.formats.web_page import FURNITURE, UNREAD, page_tree

    page = page_tree(text)
    body = None if page is None else page.find("body")
    if body is None:
        return ""
    unread = "|".join(f".//{tag}" for tag in UNREAD)
    for element in body.xpath(f"{unread}|.//*[{FURNITURE} or self::header]"):
        element.clear(keep_tail=True)
    return " ".join(" ".join(body.itertext()).split())


def sitemap_of(source: ParserInput) -> SiteAnswer:
    """The pages and further sitemaps in a sitemap: XML, or one address a line, packed or not."""
    from lxml import etree

    data = gunzip(source.data, source.name, source.options.max_bytes)
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return SiteAnswer(addresses(source.name, decode(data).split()))
    try:
        tree = etree.fromstring(data, xml_parser())
    except etree.LxmlError as error:
        raise SourceError("sitemap_damaged", name=source.name) from error
    pages: list[str] = []
    sitemaps: list[str] = []
    for location in tree.iter("{*}loc"):
        parent = location.getparent()
        kind = "" if parent is None else parent.tag.rpartition("}")[2]
        (sitemaps if kind == "sitemap" else pages if kind == "url" else []).append((location.text or "").strip())
    return SiteAnswer(addresses(source.name, pages), addresses(source.name, sitemaps))


def rules_of(source: ParserInput, candidates: Iterable[str]) -> SiteAnswer:
    """Which of ``candidates`` a robots.txt lets us fetch, which sitemaps it names, how long a pause it asks for."""
    rules = _parsed(source.data)
    return SiteAnswer(
        tuple(address for address in candidates if rules.can_fetch(address, USER_AGENT)),
        addresses(source.name, rules.sitemaps),
        float(rules.crawl_delay(USER_AGENT) or 0.0),
    )


@lru_cache(maxsize=1)
def _parsed(data: bytes) -> Any:
    from protego import Protego

    return Protego.parse(data.decode("utf-8", errors="replace"))


def addresses(base: str, links: Iterable[str]) -> tuple[str, ...]:
    """``links`` as normalised web addresses, each once; what is no web address is left out."""
    found: dict[str, None] = {}
    for link in links:
        if len(found) >= MOST_ADDRESSES:
            break
        try:
            address = normalise_address(urljoin(base, link.strip()))
        except (SourceError, ValueError):
            continue
        if len(address) <= LONGEST_ADDRESS:
            found[address] = None
    return tuple(found)
