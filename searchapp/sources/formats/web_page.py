"""A web page's tree: without comments and what its readers do not see, with formulas where they see them."""

from __future__ import annotations

from typing import Any

from searchapp.sources.formats.plain_html import plain_html
from searchapp.sources.formats.scripted_page import asks_for_script

UNREAD = ("script", "style", "template", "iframe", "object", "svg", "canvas", "audio", "video", "select", "textarea")
"""Elements without text for readers."""

FREED_SHARE = 0.5
"""Furniture with this share of the page's own words was opened around them by mistake, and never closed."""

_STYLE = "translate(@style, 'DISPLAYNOEVBTHU \t\n', 'displaynoevbthu')"
# What a page hides from its readers is for machines: menus, traps for crawlers, orders to language models. Formulas
# are hidden behind their pictures.
_UNSEEN = (
    f"//*[@hidden or contains({_STYLE}, 'display:none') or contains({_STYLE}, 'visibility:hidden')"
    f"][not(self::html or self::body or self::math)][not(math and not(*[not(self::math)]))]"
)
_TEX_SCRIPTS = "//script[starts-with(@type, 'math/tex')]"
_TEX_PICTURES = (
    "//img[@alt][contains(@class, 'math') or contains(@class, 'latex') or @class='tex']"
    "[not(preceding-sibling::*[1]//math)]"
)
_FURNITURE_TAGS = "self::nav or self::aside or self::footer or self::noscript or self::button or self::dialog"
FURNITURE = (
    f"{_FURNITURE_TAGS} or @aria-hidden='true' or @role='navigation' or @role='contentinfo' or @role='search'"
    " or @role='banner' or @role='complementary'"
)
"""What stands around a page's main part."""


def page_tree(text: str) -> Any:
    """The page as lxml's tree; None where there is no markup at all."""
    from lxml import etree, html

    # Bytes, because lxml refuses a str with an encoding declaration; huge_tree, because it cuts deep pages otherwise.
    data = text.replace("\x00", "").encode("utf-8", errors="replace")
    # Without comments, which stand within sentences on pages that React makes, and end them for trafilatura.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(data, parser=parser)
    except etree.LxmlError:
        return None
    if any("xcessive depth" in entry.message for entry in parser.error_log):  # 2,048 levels; the rest is missing
        page = html.document_fromstring("<pre></pre>")
        page.find(".//pre").text = plain_html(text)
    _show_formulas(page)
    for element in page.xpath(_UNSEEN):
        drop(element)
    return page


def free_main_text(page: Any) -> bool:
    """Make plain elements of furniture that holds most of the page's words: tags left open, a page for no scripts.

    Returns whether it was one for readers without JavaScript.
    """
    is_unscripted = False
    words = _own_words(page)
    body = page.find("body")
    least = FREED_SHARE * words.get(page if body is None else body, 0)
    for element in page.xpath(f"//*[{FURNITURE}][not(self::html or self::body)]"):
        if words.get(element, 0) <= least:
            continue
        if element.tag == "noscript" and asks_for_script(" ".join("".join(element.itertext()).split())):
            continue
        if element.tag == "footer" and element.find(".//h1") is None:
            continue  # of a page without any text
        is_unscripted = is_unscripted or element.tag == "noscript"
        element.tag = "div"
        element.attrib.clear()
    return is_unscripted


def drop(element: Any) -> None:
    """Take ``element`` out of its tree; what follows it stays."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = "template", tail


def _show_formulas(page: Any) -> None:
    for script in page.xpath(_TEX_SCRIPTS):
        script.tag = "span"
        script.attrib.clear()
    for picture in page.xpath(_TEX_PICTURES):
        picture.tag, picture.text = "span", f" {picture.get('alt')} "


def _own_words(page: Any) -> dict[Any, int]:
    """How many characters each element holds that are no link's."""
    found: dict[Any, int] = {}
    for element in reversed(list(page.iter("*"))):
        length = 0 if element.tag in ("a", *UNREAD) else found.get(element, 0) + len((element.text or "").strip())
        found[element] = length
        parent = element.getparent()
        if parent is not None:
            found[parent] = found.get(parent, 0) + length + len((element.tail or "").strip())
    return found
