"""HTML of documents and models, made harmless: whatever goes into a page of ours as markup passes here first.

It takes time in the square of how deep markup nests, so it runs where time and memory have limits: in the process that
renders, which reads nothing but Markdown. Text needs none of this: templates and ``static/dom.js`` put it in as text.
The page's Content-Security-Policy and the sandbox around originals stand behind it.
"""

from __future__ import annotations

import nh3

ID_PREFIX = "doc-"
"""Stands before every ``id``, so that no heading of a document takes the name of an element of ours."""

_STRUCTURE = "article section div span p br hr h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd figure figcaption"
_TABLES = "table caption colgroup col thead tbody tfoot tr th td"
_WORDS = "a abbr b bdi bdo cite code del dfn em i ins kbd mark q rp rt ruby s samp small strong sub sup time u var wbr"

TAGS = frozenset(f"{_STRUCTURE} {_TABLES} {_WORDS} img".split())
"""What a document may be made of. Nothing that asks, loads, runs or styles: no forms, frames, scripts, SVG, MathML."""

ATTRIBUTES = {
    "*": {"lang", "dir", "title", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "time": {"datetime"},
}
_LINKS = frozenset({"http", "https", "mailto"})
_DATA_IMAGE = ("data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;")


def sanitise(html: str) -> str:
    """``html`` without anything that could run, load or pretend.

    Tags and attributes that are not named above go, their text stays (but for scripts and styles). Links lead to web
    addresses, mail or a place in the same document, and tell nobody where the reader came from; an image stays where it
    is carried in the text itself, as the policy of our pages loads none from elsewhere.
    """
    return _CLEANER.clean(html)


def _filtered(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if value.strip().lower().startswith(_DATA_IMAGE) else None
    if (tag, attribute) == ("a", "href"):
        if value.startswith("#"):
            return f"#{ID_PREFIX}{value[1:]}"
        # A relative address would be one of ours, and a click on it an act of the reader's.
        return value if value.strip().lower().startswith(tuple(f"{scheme}:" for scheme in _LINKS)) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_filtered,
    url_schemes={*_LINKS, "data"},
    link_rel="noopener noreferrer nofollow",
    id_prefix=ID_PREFIX,
)
