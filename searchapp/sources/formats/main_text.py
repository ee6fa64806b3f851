"""The main part of a web page: trafilatura tells which sentences belong to it, the page's own tree what stands there.

trafilatura finds an article's prose among menus and teasers better than any rule of ours, but rebuilds it, and loses
headings, lists, captions, formulas and repeated paragraphs on the way. So its sentences are looked up in the page. The
element around them is the main part, and what stands there beside them is kept, unless it is furniture by its name.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from searchapp.sources.formats.text_counts import TextCounts
from searchapp.sources.formats.web_page import FURNITURE, drop

CORE_SHARE = 0.9
"""The smallest element with this share of what trafilatura found is the core of the main part."""

LEAST_SHARE = 0.6
"""With less than this share of the prose in what the page itself marks as its main part, trafilatura missed some."""

LINKED_SHARE = 0.5
"""With more than this share of its characters in links, something is made of links."""

NAMED_SHARE = 0.1
"""What is named as furniture and holds no more than this share of found text is furniture: comments quote articles."""

_MARKED_MAIN = ("//main", "//*[@role='main']", "//article")
_FURNITURE_NAMES = re.compile(
    r"shar(?:e|ing)|social|related|recommend|newsletter|subscri|sign-?up|promo|advert|sponsor|comment|disqus|respond|reply"
    r"|breadcrumb|sidebar|menu|navig|footer|cookie|consent|popular|trending|most-?read|byline|author|toolbar|paginat"
    r"|pager|widget|teaser|outbrain|taboola|lineno|headerlink"
    r"|(?:^|[\s_-])(?:ads?|tags?|nav|bio|next|prev(?:ious)?|more)(?:$|[\s_-])",
    re.IGNORECASE,
)
# fmt: off
_TEXT_BLOCKS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "thead",
    "tbody", "tfoot", "caption", "pre", "blockquote", "figure", "figcaption", "details", "summary", "math",
})
# fmt: on
_STRUCTURE = ("ul", "ol", "dl", "table", "pre", "figure", "details", "math")
"""What a wrapper holds that is not there for its looks: widgets are made of headings, paragraphs and links."""

_WHOLE = frozenset({"p", "ul", "ol", "dl", "table", "tr", "td", "pre", "li"})
"""What is kept whole where most of it was found."""


def main_part(page: Any, found: Any) -> Any:
    """The main part of ``page`` as a tree of its own, without furniture.

    ``found`` is what trafilatura made of the page, or None.
    """
    page = copy.deepcopy(page)
    for element in page.xpath(f"//*[{FURNITURE}][not(self::html or self::body)]"):
        drop(element)
    body = page.find("body")
    counts = TextCounts(page if body is None else body, found)
    marked = _marked(page, counts)
    root = marked if marked is not None else page if body is None else body
    _drop_named(root, counts)
    if not counts.found(root) or (marked is not None and counts.found(root) < LEAST_SHARE * counts.prose(root)):
        return root  # nothing was found, or not enough of it
    around = _narrowest(root, counts, 1.0)
    _drop_strangers(around, _narrowest(around, counts, CORE_SHARE), counts)
    return around


def _marked(page: Any, counts: TextCounts) -> Any:
    for path in _MARKED_MAIN:
        found = page.xpath(path)
        if len(found) == 1 and counts.length(found[0]):
            return found[0]
    return None


def _drop_named(root: Any, counts: TextCounts) -> None:
    """Drop what its class or id calls furniture, if it holds little that was found, or links and not most of that."""
    all_found = counts.found(root)
    named: dict[Any, bool] = {}  # and what is within them
    for element in root.iter("*"):
        if element.getparent() in named:
            named[element] = False
        elif element is not root and counts.length(element) and _is_named(element, counts, all_found):
            named[element] = True
    outermost = [element for element, is_outermost in named.items() if is_outermost]
    counts.forget(outermost)
    for element in outermost:
        drop(element)


def _is_named(element: Any, counts: TextCounts, all_found: int) -> bool:
    if not _FURNITURE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}"):
        return False
    length, found, is_linked = counts.length(element), counts.found(element), _is_linked(element, counts)
    is_little = found <= NAMED_SHARE * length and (all_found or is_linked)
    return bool(is_little) or (is_linked and 2 * found < all_found)


def _narrowest(element: Any, counts: TextCounts, share: float) -> Any:
    """The smallest element, no single block of text, below ``element`` that holds this share of what was found."""
    least = share * counts.found(element)
    while (inner := next((child for child in element if counts.found(child) >= least), None)) is not None:
        if inner.tag in _TEXT_BLOCKS:
            break
        element = inner
    return element


def _drop_strangers(around: Any, core: Any, counts: TextCounts) -> None:
    """Drop what was not found and does not belong to what was; outside of ``core``, all that was not found."""
    waiting = [(around, around is core, _Siblings(around.getparent(), counts))]
    has_begun = False
    while waiting:
        element, is_core, siblings = waiting.pop()
        is_core = is_core or element is core
        if not counts.length(element):
            continue
        if not counts.found(element):
            is_menu = not has_begun and element.tag in ("ul", "ol") and _is_linked(element, counts)
            if is_menu or not is_core or not (has_begun or _is_plain(element)) or not siblings.have(element):
                drop(element)
                continue
        elif counts.is_found(element):
            has_begun = True
        is_whole = counts.found(element) >= LEAST_SHARE * counts.length(element) and element.tag in _WHOLE
        if not is_whole:
            below = _Siblings(element, counts)
            waiting.extend((child, is_core, below) for child in reversed(element))


class _Siblings:
    """What was found among the children of ``parent``."""

    def __init__(self, parent: Any, counts: TextCounts) -> None:
        children = () if parent is None else parent
        self._counts = counts
        self._has_found = counts.found(parent) > 0
        self._has_blocks = counts.is_found(parent) or any(map(counts.is_found, children))
        self._kinds = {_kind(child) for child in children if counts.found(child)}

    def have(self, element: Any) -> bool:
        """Whether something that was not found stands beside found blocks, or is like what was found."""
        if not self._has_found:
            return True  # it was judged with its parent
        if _is_plain(element) and self._has_blocks:
            return True
        if _is_linked(element, self._counts):
            return False
        return _kind(element) in self._kinds or next(element.iter(*_STRUCTURE), None) is not None


def _kind(element: Any) -> tuple[str, str | None]:
    return element.tag, element.get("class")


def _is_plain(element: Any) -> bool:
    """Whether it is a block of text, or a wrapper that says nothing of itself."""
    return element.tag in _TEXT_BLOCKS or not (element.get("class") or element.get("id"))


def _is_linked(element: Any, counts: TextCounts) -> bool:
    return counts.linked(element) > LINKED_SHARE * counts.length(element)
