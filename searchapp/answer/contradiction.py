"""A claim laid along the sentence that it resembles most: what differs in it contradicts that sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from searchapp.answer.evidence import Evidence
from searchapp.text.words import has_cjk, is_stop_term, words

ECHO = 0.7
"""Share of equal words at which a sentence repeats one of a chunk, so that what differs contradicts it."""

CLOSE_ECHO = 0.85
"""Share at which both sentences are the same from end to end."""

LEAST_FLANK = 3
"""Equal words beside an exchanged stretch."""

MOST_SWAPPED = 6
"""Words in a stretch that was exchanged; a longer one is another statement."""

_NEGATION = re.compile(r"\b(?:not|no|never|none|cannot|without|neither|nor)\b|n['’]t\b|[不没沒未无無非]", re.IGNORECASE)


class Echo:
    """A claim laid along the sentence that it resembles most."""

    def __init__(self, claim: str, sentence: str) -> None:
        self.claim, self.sentence = claim, sentence
        self._ours, self._theirs = _tokens(claim), _tokens(sentence)
        self._blocks = SequenceMatcher(None, self._ours, self._theirs, autojunk=False).get_opcodes()
        self._same = sum(end - start for kind, start, end, _, _ in self._blocks if kind == "equal")

    def contradicts(self, evidence: Evidence, asked: Evidence) -> bool:
        """Whether the claim repeats the sentence but for a short stretch, exchanged for another one."""
        if not self._ours or self._same / len(self._ours) < ECHO:
            return False
        # What stands elsewhere in the chunks may still be true, unless all the rest is word for word the same.
        close = self._same / max(len(self._ours), len(self._theirs)) >= CLOSE_ECHO
        known = set(self._theirs if close else _tokens(evidence.text)) | set(_tokens(asked.text))
        return any(
            kind == "replace" and self._is_swap(start, end, first, last, known) and self._is_flanked(index)
            for index, (kind, start, end, first, last) in enumerate(self._blocks)
        )

    def turns_round(self) -> bool:
        """Whether claim and sentence say the same but for a "not"."""
        alike = self._same * 2 / (len(self._ours) + len(self._theirs)) >= ECHO
        return alike and bool(_NEGATION.search(self.claim)) != bool(_NEGATION.search(self.sentence))

    def _is_swap(self, start: int, end: int, first: int, last: int, known: set[str]) -> bool:
        new = [token for token in self._ours[start:end] if not is_stop_term(token) and token not in known]
        gone = [token for token in self._theirs[first:last] if not is_stop_term(token)]
        return bool(new) and bool(gone) and end - start <= MOST_SWAPPED and last - first <= MOST_SWAPPED

    def _is_flanked(self, index: int) -> bool:
        beside = [self._blocks[at] for at in (index - 1, index + 1) if 0 <= at < len(self._blocks)]
        return sum(end - start for kind, start, end, _, _ in beside if kind == "equal") >= LEAST_FLANK


def _tokens(text: str) -> list[str]:
    """Words, and Chinese, Japanese and Korean characters, in order."""
    return [token for word in words(text) for token in (word.term[:1] if has_cjk(word.term) else [word.term])]
