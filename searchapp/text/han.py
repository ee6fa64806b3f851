"""Chinese characters as both stores rank by them: words of a dictionary, in simplified form.

Elasticsearch has no dictionary of Chinese without a plugin, and LanceDB has another one, so that the words are made
here, for passages and queries alike, and lie in the index parted by spaces. Japanese and Korean text keeps each store's
own analysis; of its Chinese characters the words are kept as well, so that either side finds the other.
"""

from __future__ import annotations

import re

from searchapp.text.variants import HAN, simplified
from searchapp.text.words import CJK

_HAN_RUN = re.compile(f"[{HAN}]+")
_CJK_RUN = re.compile(f"[{CJK}]+")


def han_words(text: str) -> str:
    """The words of the Chinese characters in ``text``, in order, parted by spaces; "" where there are none."""
    runs: list[str] = [] if text.isascii() else _HAN_RUN.findall(text)
    if not runs:
        return ""
    from rjieba import cut  # loads a dictionary of some megabytes

    return " ".join(str(word) for run in simplified(" ".join(runs)).split() for word in cut(run))


def without_han(text: str) -> str:
    """The text less its Chinese words; a run with kana or hangul in it is not Chinese and stays whole."""
    return _CJK_RUN.sub(lambda run: " " if _HAN_RUN.fullmatch(run.group()) else run.group(), text).strip()
