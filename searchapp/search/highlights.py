"""Which pieces of a passage to show, with the matching words marked.

It works on the passage's text, not in the store, so that every store and also a hit found by meaning alone has some.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import is_whole, passage_spans
from searchapp.text.words import Word

MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
"""Private-use characters, which sources strip from every document, so that no text can forge a mark."""

FRAGMENTS = 2
FRAGMENT_CHARACTERS = 320


def highlights(terms: Collection[str], text: str) -> tuple[str, ...]:
    """The sentences of ``text`` with most of the ``terms`` (``content_terms`` of a query), in reading order, marked.

    A passage without a matching word yields its first whole sentence, unmarked.
    """
    found = occurrences(text, frozenset(terms))
    spans = pieces(text)
    scored = [(len({w.term for w in found if start <= w.start < end}), start, end) for start, end in spans]
    best = sorted((piece for piece in scored if piece[0]), key=lambda piece: (-piece[0], piece[1]))[:FRAGMENTS]
    if not best:
        beginnings = [text[start:end] for start, end in spans]
        # A heading that opens the passage stands above it already.
        whole = next((piece for piece in beginnings if is_whole(piece)), None)
        return (whole or beginnings[0],) if beginnings else ()
    return tuple(_marked(text, start, end, found) for _, start, end in sorted(best, key=lambda piece: piece[1]))


def pieces(text: str) -> list[tuple[int, int]]:
    """Sentences, a very long one cut into lengths."""
    return [
        (at, min(end, at + FRAGMENT_CHARACTERS))
        for start, end in passage_spans(text)
        for at in range(start, end, FRAGMENT_CHARACTERS)
    ]


def _marked(text: str, start: int, end: int, found: Sequence[Word]) -> str:
    parts: list[str] = []
    at = start
    for first, last in _joined([word for word in found if start <= word.start and word.end <= end]):
        parts += [text[at:first], MARK_OPEN, text[first:last], MARK_CLOSE]
        at = last
    parts.append(text[at:end])
    return "".join(parts)


def _joined(found: Sequence[Word]) -> list[tuple[int, int]]:
    """Overlapping and touching matches as one: CJK terms are pairs of characters that share one."""
    spans: list[tuple[int, int]] = []
    for word in found:
        if spans and word.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end))
        else:
            spans.append((word.start, word.end))
    return spans
