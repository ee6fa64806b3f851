"""Chinese in both of its scripts: a query in simplified characters finds traditional text, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{HAN}]+")


def simplified(text: str) -> str:
    """The text with its traditional characters in simplified form."""
    converted: str = _converter("t2s").convert(text)
    return converted


def with_variants(text: str) -> str:
    """The text, followed by what is written otherwise in the other script, each with one character around it.

    What both scripts write alike is not repeated: it would count twice.
    """
    added = [piece for run in _HAN_RUN.findall(text) for way in ("t2s", "s2t") for piece in _differing(run, way)]
    return " ".join([text, *dict.fromkeys(added)])


def _differing(run: str, way: str) -> Iterator[str]:
    other = _converter(way).convert(run)
    if len(other) != len(run):
        yield other
        return
    start = end = -1
    for at, (one, two) in enumerate(zip(run, other, strict=True)):
        if one == two:
            continue
        if start >= 0 and at - 1 > end:
            yield other[start:end]
            start = -1
        start, end = (max(0, at - 1) if start < 0 else start), at + 2
    if start >= 0:
        yield other[start:end]


@cache
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC  # reads its dictionaries

    return OpenCC(way)
