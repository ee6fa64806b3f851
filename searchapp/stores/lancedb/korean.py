"""Korean for the text index: words carry their particles, and ICU cuts only at spaces, so "서울에서" hides "서울"."""

from __future__ import annotations

import re

_HANGUL = re.compile(r"[\uac00-\ud7af]{3,}")


def with_hangul_pairs(text: str) -> str:
    """The text followed by the character pairs of its longer Korean words; other text is returned as it is.

    Applied to passages and queries alike, as Elasticsearch's cjk_bigram filter does for that store.
    """
    pairs = [run[at : at + 2] for run in _HANGUL.findall(text) for at in range(len(run) - 1)]
    return f"{text}\n{' '.join(pairs)}" if pairs else text
