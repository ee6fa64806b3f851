"""Hits made by hand, for tests that need no store."""

from __future__ import annotations

from searchapp.model import Hit, Retriever, RetrieverScore


def hit(text: str, rank: int = 1, *, title: str = "Handbook", cosine: float = 0.8, **facts: object) -> Hit:
    """A passage as the searcher would bring it."""
    values: dict[str, object] = {
        "rank": rank,
        "score": 1.0 / rank,
        "chunk_id": f"c{rank}",
        "document_id": f"d{rank}",
        "title": title,
        "source": "/handbook.md",
        "type": "markdown",
        "language": "en",
        "text": text,
        "headings": (),
        "page": None,
        "start": 0,
        "end": len(text),
        "modified": None,
        "scores": {Retriever.SEMANTIC: RetrieverScore(rank, cosine)},
    }
    return Hit(**{**values, **facts})  # type: ignore[arg-type]
