"""An e-book's table of contents: it names the chapters, also where the pages mark no headings."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag

from searchapp.sources.builder import one_line
from searchapp.sources.containers import Archive
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.markup import body_of, parse_markup

_PACKAGE = "{http://www.idpf.org/2007/opf}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LOOKED_AT = 30
"""Elements behind a place in which the title that the contents give it is looked for."""

LONGEST_TITLE = 300


class Entry(NamedTuple):
    """A line of the contents: what it points at (an element's id, empty for the page) and how deep it stands."""

    place: str
    title: str
    level: int


def table_of_contents(archive: Archive, package: Any, folder: str) -> Mapping[str, list[Entry]]:
    """The entries for each page by its member's name: of EPUB 3's nav, else of EPUB 2's NCX."""
    items = list(package.iter(f"{_PACKAGE}item"))
    navs = [item for item in items if "nav" in (item.get("properties") or "").split()]
    ncxs = [item for item in items if item.get("media-type") == "application/x-dtbncx+xml"]
    for item, read in [*((nav, _of_nav) for nav in navs), *((ncx, _of_ncx) for ncx in ncxs)]:
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        found: dict[str, list[Entry]] = defaultdict(list)
        for target, title, level in read(archive, name):
            page, _, place = target.partition("#")
            member = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(page)))
            if 0 < len(title) <= LONGEST_TITLE:
                found[member].append(Entry(unquote(place), title, min(level, len(_HEADINGS))))
        if found:
            return found
    return {}


def mark_headings(page: BeautifulSoup, entries: Iterable[Entry]) -> None:
    """Make headings of the titles that the contents give to places of ``page``, unless it marks some there itself."""
    places = {str(tag["id"]): tag for tag in page.find_all(id=True)}
    for entry in entries:
        start = places.get(entry.place) if entry.place else body_of(page)
        if start is not None:
            _mark(page, start, entry, is_page=not entry.place)


def _mark(page: BeautifulSoup, start: Tag, entry: Entry, *, is_page: bool) -> None:
    name = _HEADINGS[entry.level - 1]
    if start.find_parent(_HEADINGS) is not None:
        return
    for tag in islice(_tags_from(start), LOOKED_AT):
        if tag.name in _HEADINGS:
            return
        text = one_line(" ".join(islice(tag.strings, LOOKED_AT)))
        if text and _same(text, entry.title) and tag.find(_HEADINGS) is None and tag is not body_of(page):
            tag.name = name
            return
        if text and tag.find(True) is None:
            break  # other words come first
    heading = page.new_tag(name)
    heading.string = entry.title
    if is_page:
        start.insert(0, heading)
    else:
        start.insert_before(heading)


def _tags_from(start: Tag) -> Iterator[Tag]:
    yield start
    yield from (one for one in start.next_elements if isinstance(one, Tag))


def _same(text: str, title: str) -> bool:
    return "".join(filter(str.isalnum, text.lower())) == "".join(filter(str.isalnum, title.lower()))


def _of_nav(archive: Archive, name: str) -> Iterator[tuple[str, str, int]]:
    data = archive.read(name)
    if not data.strip():
        return
    page = parse_markup(decode(data, declared_charset(data)).replace("\x00", ""))
    navs = [nav for nav in page.find_all("nav") if str(nav.get("epub:type") or "toc") == "toc"]
    for link in navs[0].find_all("a") if navs else ():
        yield str(link.get("href") or ""), one_line(link.get_text(" ")), len(link.find_parents("ol"))


def _of_ncx(archive: Archive, name: str) -> Iterator[tuple[str, str, int]]:
    tree = archive.xml(name)
    for point in () if tree is None else tree.iter(f"{_NCX}navPoint"):
        content, title = point.find(f"{_NCX}content"), point.findtext(f"{_NCX}navLabel/{_NCX}text") or ""
        level = 1 + sum(1 for _ in point.iterancestors(f"{_NCX}navPoint"))
        yield "" if content is None else content.get("src") or "", one_line(title), level
