"""The sentence that matters in a passage found by meaning alone: the one whose vector is nearest to the query's."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.embedding import Embedder
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, pieces
from searchapp.text.sentences import is_whole

MOST_PIECES = 200
"""Sentences embedded for one page of hits; a passage beyond them keeps the sentence it had."""


def sentences_that_matter(query: str, passages: Sequence[str], embedder: Embedder) -> list[str]:
    """For each passage its nearest sentence, marked whole; empty where it was not looked at.

    Raises as the embedder does.
    """
    spans = [(index, piece) for index, text in enumerate(passages) for piece in _sentences(text)][:MOST_PIECES]
    if not spans or embedder.fingerprint.made_by_store:
        return ["" for _ in passages]
    texts = list(dict.fromkeys(text for _, text in spans))
    vectors = embedder.embed_documents(_fitting(texts, embedder))
    similarity = dict(zip(texts, vectors @ embedder.embed_query(query), strict=True))
    best: dict[int, str] = {}
    for index, text in spans:
        if index not in best or similarity[text] > similarity[best[index]]:
            best[index] = text
    return [f"{MARK_OPEN}{best[index]}{MARK_CLOSE}" if index in best else "" for index in range(len(passages))]


def _sentences(text: str) -> list[str]:
    """The whole sentences; a heading, which stands above the passage already, only where there is nothing else."""
    every = [text[start:end] for start, end in pieces(text)]
    return [piece for piece in every if is_whole(piece)] or every


def _fitting(texts: list[str], embedder: Embedder) -> list[str]:
    """The texts, each as far as the model reads."""
    room = embedder.fingerprint.max_tokens - embedder.tokenizer.special_tokens
    spans = [embedder.tokenizer.spans(text) for text in texts]
    return [text[: cuts[room - 1][1]] if len(cuts) > room else text for text, cuts in zip(texts, spans, strict=True)]
