"""Joins what a page's margin broke: words hyphenated at line ends, Chinese and Japanese sentences cut by lines."""

from __future__ import annotations

import re
from collections.abc import Iterable

CUT = re.compile(r"[-\u2010\u00ad]\n")
"""A hyphen at a line's end."""

_HYPHENATED = re.compile(r"\b(\w*[^\W\d_])[-\u2010\u00ad]\n[^\S\n]*([^\W\d_]\w*)")
_WORD = re.compile(r"[^\W\d_]\w*(?:-\w+)*")
_CJK = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_CJK_TAIL = re.compile(f"[{_CJK}、，；]$")
_CJK_HEAD = re.compile(f"^[{_CJK}、，。；：！？」』）】》]")
_VERTICAL = re.compile(
    f"^(?:[{_CJK}][^\\S\\n]*+[{_CJK}、。，．・ー（）「」『』〔〕]?[^\\S\\n]*+(?:\\n|\\Z)){{6,}}", re.MULTILINE
)
"""Lines of one character each are a column of vertical writing."""

FULL_LINE = 0.8
"""A line this long, measured by the page's longest run of CJK lines, was cut by the margin and not by its writer."""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Every word of a document, lower case, compounds whole: the evidence of what a hyphen at a line end is."""
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def join_lines(text: str, words: frozenset[str]) -> str:
    """Join words and CJK sentences that were cut at line ends; everything else stays as it is."""
    is_cjk = _HAS_CJK.search(text) is not None
    if is_cjk:
        text = _VERTICAL.sub(lambda column: "".join(column[0].split()) + "\n" * column[0].endswith("\n"), text)
    if CUT.search(text):
        text = _HYPHENATED.sub(lambda found: _join_word(found, words), text)
    return _join_cjk(text) if is_cjk else text


def _join_word(found: re.Match[str], words: frozenset[str]) -> str:
    head, tail = found[1], found[2]
    if f"{head}-{tail}".lower() in words and f"{head}{tail}".lower() not in words:
        return f"{head}-{tail}"  # the document itself writes it with a hyphen
    if tail[0].islower() and head[-1].islower():
        return f"{head}{tail}"
    return f"{head}-{tail}"


def _join_cjk(text: str) -> str:
    lines = text.split("\n")
    lengths = sorted(len(line.strip()) for line in lines if _CJK_TAIL.search(line.rstrip()))
    if len(lengths) < 2:
        return text
    full = max(FULL_LINE * lengths[int(len(lengths) * 0.9)], 10)
    joined = [lines[0]]
    previous = len(lines[0].strip())
    for line in lines[1:]:
        if previous >= full and _CJK_TAIL.search(joined[-1].rstrip()) and _CJK_HEAD.match(line.lstrip()):
            joined[-1] = joined[-1].rstrip() + line.lstrip()
        else:
            joined.append(line)
        previous = len(line.strip())
    return "\n".join(joined)
