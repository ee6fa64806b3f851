"""The form of a text that the text index reads, where ICU's words are not yet what people search by.

Applied to passages and queries alike, as the filters of Elasticsearch's analyzer are for that store.
"""

from __future__ import annotations

import re

from searchapp.text.words import fold, fold_width

SHORTEST_STEM = 4

_HANGUL = re.compile(r"[\uac00-\ud7af]{3,}")


def searched_text(text: str) -> str:
    """The text with full-width forms and apostrophes folded, then the character pairs of its longer Korean words.

    Korean words carry their particles and ICU cuts only at spaces, so that "서울에서" would hide "서울".
    """
    if text.isascii():
        return text
    folded = fold_width(text).replace("’", "'")
    pairs = [run[at : at + 2] for run in _HANGUL.findall(folded) for at in range(len(run) - 1)]
    return f"{folded}\n{' '.join(pairs)}" if pairs else folded


def with_stems(words: str) -> str:
    """The words and what the index may hold of each: LanceDB stems no word that it compares by spelling.

    An English ending that the stemmer takes off has up to three letters.
    """
    folded = [fold(word) for word in fold_width(words).split()]
    shorter = [word[:-cut] for word in folded for cut in (1, 2, 3) if len(word) - cut >= SHORTEST_STEM]
    return " ".join(dict.fromkeys([*folded, *shorter]))
