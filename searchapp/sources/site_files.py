"""What a site's files say, read in the parser's process: a page's links, a sitemap's addresses, robots.txt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from searchapp.errors import SourceError
from searchapp.sources.containers import gunzip, xml_parser
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.parsed import ParserInput, SiteAnswer
from searchapp.sources.source import normalise_address

USER_AGENT = "searchapp"
MOST_ADDRESSES = 50_000
"""What a sitemap may hold by the protocol; no page names more."""

LONGEST_ADDRESS = 2_000


def read_site(task: str, source: ParserInput, candidates: Iterable[str]) -> SiteAnswer:
    """Answer one of the tasks ``links``, ``sitemap`` and ``robots``."""
    match task:
        case "links":
            return links_of(source)
        case "sitemap":
            return sitemap_of(source)
        case _:
            return rules_of(source, candidates)


def links_of(source: ParserInput) -> SiteAnswer:
    """The addresses that a page links to, as far as its robots meta tag lets them be followed."""
    from bs4 import BeautifulSoup
    from bs4.filter import SoupStrainer

    text = decode(source.data, declared_charset(source.data, source.content_type)).replace("\x00", "")
    read = SoupStrainer(["meta", "base", "a", "area"])  # nothing else is kept in memory
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
        if link.get("href") and "nofollow" not in str(link.get("rel", "")).lower().split()
    ]
    start = urljoin(source.name, base) if base else source.name
    return SiteAnswer(
        () if rules & {"nofollow", "none"} else addresses(start, links),
        is_indexed=not rules & {"noindex", "none"},
    )


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
