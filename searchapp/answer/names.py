"""Names and codes in a text: what an answer may not say unless a chunk says it too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from searchapp.text.chinese import proper_names
from searchapp.text.words import CJK, STOP_WORDS, fold, fold_width, has_cjk, stem

LEAST_STEM = 4
"""Letters in which two forms of a name must agree: Germany and German, Italy and Italian."""

# Where a run of letters and digits begins: from its middle nothing fits either, and to try costs the run's square.
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]++(?:[-_./:][A-Za-z0-9]++)+|[A-Za-z]++\d\w*|\d++[A-Za-z]\w*)", re.ASCII
)
_CAPITALISED = re.compile(rf"(?:(?![{CJK}])[^\W\d_a-z])(?:(?![{CJK}])\w|['’&.-](?=\w))*")
_TITLE = re.compile(r"《([^《》]{1,60})》|「([^「」]{1,60})」|『([^『』]{1,60})』")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;。！？：；\n\"“(（])\W*$")
_INITIALS = re.compile(r"^(?:[A-Z]\.?){2,6}$")
# Capitalised in English without being anybody's name; months are dates.
_NO_NAMES = frozenset(
    "i january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday yes however therefore also "
    "ceo cfo cto coo according based passage passages document documents note source sources evidence".split()
)


_BEFORE_NAMES = "有是为由在和与及"
"""Characters that the dictionary takes for a part of the name behind them: 主演有海清."""


class KnownNames:
    """Which names a text holds, whatever their endings, initials and accents."""

    def __init__(self, text: str) -> None:
        text = fold_width(text)
        self._folded = text.casefold()
        self._words = {fold(word) for word in re.findall(r"\w[\w'’&-]*", self._folded)}
        runs = re.findall(r"\b[^\WA-Z]*+([A-Z]\w*+(?:\s[A-Z]\w*+){1,5})", text)
        self._initials = {"".join(word[0] for word in run.casefold().split()) for run in runs}

    def hold(self, name: str) -> bool:
        """Whether the name occurs, in this form or in one that means the same."""
        lowered = name.casefold()
        if lowered in self._folded or (name == "中国" and "我国" in self._folded):
            return True
        if has_cjk(name):
            # 湖北省 is 湖北; the dictionary also takes a verb after a person's name for a part of it.
            shorter = (lowered.rpartition("·")[2],) if "·" in name else (lowered[:-1], lowered.lstrip(_BEFORE_NAMES))
            return any(len(short) > 1 and short in self._folded for short in shorter)
        if any(character.isdigit() for character in name):
            return _spelt_otherwise(lowered).search(self._folded) is not None
        bare = fold(name).replace(".", "")
        if _INITIALS.match(name) and (
            any(known.endswith(bare) for known in self._initials) or bare in self._folded.replace(".", "")
        ):
            return True
        parts = [part for part in re.split(r"[-'’&.]", bare) if len(part) > 1]
        return bool(parts) and all(self._knows(part) for part in parts)

    def _knows(self, part: str) -> bool:
        if part in self._words or stem(part) in self._words:
            return True
        root = part[: max(LEAST_STEM, len(part) - 3)]
        return len(part) > LEAST_STEM and any(word.startswith(root) for word in self._words)


def names(text: str) -> list[str]:
    """The names, codes and titles of works in ``text``, each once, in order."""
    text = fold_width(text)
    found = [*_codes(text), *_latin_names(text)]
    if has_cjk(text):
        found += [next(part for part in match.groups() if part) for match in _TITLE.finditer(text)]
        found += proper_names(text)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _spelt_otherwise(code: str) -> re.Pattern[str]:
    """GPT4 as GPT-4 and GPT 4; what parts letters from digits differs, not what parts digits."""
    runs = re.findall(r"[a-z]+|\d+|[^a-z\d]+", code)
    pattern = ""
    for before, run in pairwise(("", *runs)):
        if before and before.isalpha() != run.isalpha() and (before + run).isalnum():
            pattern += "[- ]?"
        pattern += "[- ]?" if run in "- " else re.escape(run)
    return re.compile(rf"(?<![a-z\d]){pattern}(?![a-z\d])")


def is_common(name: str, text: str) -> bool:
    """Whether ``text`` writes the name's word small, as what is no name: "Ceremony" beside "the ceremony"."""
    return name.isascii() and name.isalpha() and re.search(rf"(?<!\w){name.lower()}(?!\w)", text) is not None


def _codes(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        if any(character.isdigit() or character == "_" for character in match.group()) and not _is_date(match.group()):
            yield match.group()


def _is_date(code: str) -> bool:
    return bool(re.fullmatch(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|[\d:./-]+", code)) and code.count(".") < 2


def _latin_names(text: str) -> Iterator[str]:
    is_western = not has_cjk(text)
    for match in _CAPITALISED.finditer(text):
        word = match.group()
        if fold(word) in STOP_WORDS or fold(word) in _NO_NAMES or len(word) < 2:
            continue
        # Within Chinese or Japanese every Latin word is a name; in English a sentence begins with a capital anyway.
        starts = is_western and bool(_SENTENCE_START.search(text[max(0, match.start() - 8) : match.start()]))
        follows = _CAPITALISED.match(text, match.end() + 1)
        if not starts or word[1:] != word[1:].lower() or (follows and fold(follows.group()) not in STOP_WORDS):
            yield word
