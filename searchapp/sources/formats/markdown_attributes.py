"""Attribute lists of Markdown's dialects: names and styles for what they stand behind, and no words of it.

``# Title {#anchor .class}`` (Pandoc, Hugo, Python-Markdown), ``{: #anchor}`` (kramdown) also on a line below a block,
and ``![](plan.png){width=50%}`` behind images, links and code.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_NAME = r"[#.][^\s{}\"'=#.]++(?:\.[^\s{}\"'=#.]++)*+"
_VALUE = r"[\w:-]++=(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s{}\"']++)"
_LIST = rf"\{{(?::[^{{}}\n]*+|\s*+{_NAME}\s*+(?:(?:{_NAME}|{_VALUE})\s*+)*+)\}}"
_AT_END = re.compile(rf"(?<!\s)\s*+{_LIST}\s*+\Z")
_ALONE = re.compile(rf"[ \t]*+{_LIST}[ \t]*+\Z")
_BEHIND = re.compile(rf"\{{:?\s*+(?:(?:{_NAME}|{_VALUE})\s*+)++\}}")
_NAMED = frozenset({"code_inline", "image", "link_close"})


def attribute_lists(parser: MarkdownIt) -> None:
    """A plugin for ``parser``, whose documents then leave them out."""
    parser.core.ruler.after("block", "attribute_lists", _of_blocks)
    parser.inline.ruler.before("text", "attribute_lists", _of_words)


def _of_blocks(state: StateCore) -> None:
    kept: list[Token] = []
    for token in state.tokens:
        opening = kept[-1].type if kept else ""
        if token.type == "inline" and opening == "heading_open":
            token.content = _AT_END.sub("", token.content)
        elif token.type == "inline" and opening == "paragraph_open":
            token.content = "\n".join(line for line in token.content.split("\n") if not _ALONE.match(line))
        kept.append(token)
        if token.type == "paragraph_close" and kept[-2].type == "inline" and not kept[-2].content:
            del kept[-3:]
    state.tokens = kept


def _of_words(state: StateInline, silent: bool) -> bool:
    if silent or state.pending or state.src[state.pos] != "{" or not state.tokens:
        return False
    found = _BEHIND.match(state.src, state.pos) if state.tokens[-1].type in _NAMED else None
    if found is None:
        return False
    state.pos = found.end()
    return True
