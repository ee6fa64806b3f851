"""Nouns to JSON, in the ``shapes`` that the web API, the event stream and every command's ``--json`` share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from searchapp import shapes
from searchapp.errors import SearchAppError
from searchapp.model import Answer, Chunk, Citation, DocumentEntry, Hit, IngestOutcome, SearchResults, Sentence

SCORE_DIGITS = 6
"""Scores are rounded to so many decimals: enough to tell two hits apart, no noise of floating point."""


def hit_json(hit: Hit) -> shapes.Hit:
    """A found passage; ``legs`` holds only the legs that brought it."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, SCORE_DIGITS),
        "chunk_id": hit.chunk_id,
        "document_id": hit.document_id,
        "title": hit.title,
        "source": hit.source,
        "type": hit.type,
        "language": hit.language,
        "headings": list(hit.headings),
        "page": hit.page,
        "modified": _time(hit.modified),
        "text": hit.text,
        "highlights": list(hit.highlights),
        "legs": {
            leg.value: {"rank": place.rank, "score": round(place.score, SCORE_DIGITS)}
            for leg, place in hit.legs.items()
        },
        "same_document": hit.same_document,
        "behind": [hit_json(other) for other in hit.behind],
        "nearly_same": hit.nearly_same,
        "duplicates": [hit_json(other) for other in hit.duplicates],
        "reranked": hit.reranked,
    }


def results_json(results: SearchResults) -> shapes.Results:
    """A page of hits, with the count of all passages found and the facets over them."""
    return {
        "query": results.query,
        "mode": results.mode,
        "took_ms": round(results.took_ms, 1),
        "total": results.total,
        "hits": [hit_json(hit) for hit in results.hits],
        "facets": {name: dict(counts) for name, counts in results.facets.items()},
        "matched": results.matched,
        "did_you_mean": results.did_you_mean,
        "weights": {leg.value: round(weight, SCORE_DIGITS) for leg, weight in results.weights.items()},
    }


def citation_json(citation: Citation) -> shapes.Citation:
    """One numbered passage of an answer."""
    return {
        "n": citation.n,
        "chunk_id": citation.chunk_id,
        "document_id": citation.document_id,
        "title": citation.title,
        "source": citation.source,
        "page": citation.page,
        "quote": citation.quote,
    }


def sentence_json(sentence: Sentence) -> shapes.Sentence:
    """One checked sentence of an answer."""
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "supported": sentence.supported,
        "support": sentence.support,
        "missing": list(sentence.missing),
    }


def answer_json(answer: Answer) -> shapes.Answer:
    """A whole answer with its evidence."""
    return {
        "question": answer.question,
        "query": answer.query or answer.question,
        "rewriting": answer.rewriting,
        "answer": answer.answer,
        "model": answer.model,
        "refused": answer.refused,
        "extractive": answer.extractive,
        "complete": answer.complete,
        "notice": answer.notice,
        "notices": [
            {"code": notice.code, "subject": notice.subject, "message": notice.message} for notice in answer.notices
        ],
        "passages_used": answer.passages_used,
        "passages_found": answer.passages_found,
        "citations_removed": answer.citations_removed,
        "citations": [citation_json(citation) for citation in answer.citations],
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
    }


def models_json(
    names: Sequence[str],
    configured: str,
    problem: SearchAppError | None = None,
    redact: Callable[[str], str] = str,
) -> shapes.ChatModels:
    """The language models, the configured one first; ``name`` and ``name:latest`` are the same."""
    chosen = {configured, f"{configured}:latest"}
    return {
        "configured": configured,
        "models": [
            {"name": name, "configured": name in chosen} for name in sorted(names, key=lambda one: one not in chosen)
        ],
        "problem": error_json(problem, redact)["error"] if problem else None,
    }


def entry_json(entry: DocumentEntry) -> shapes.Entry:
    """The registry's line about a document; times are ISO 8601 or None."""
    return {
        "id": entry.id,
        "source": entry.source,
        "title": entry.title,
        "type": entry.type,
        "state": entry.state,
        "content_hash": entry.content_hash,
        "language": entry.language,
        "modified": _time(entry.modified),
        "pages": entry.pages,
        "pages_indexed": entry.pages_indexed,
        "chunks": entry.chunks,
        "attempts": entry.attempts,
        "failures": entry.failures,
        "error": entry.error,
        "note": entry.note,
        "queued": _time(entry.queued),
        "started": _time(entry.started),
        "updated": _time(entry.updated),
        "seconds": round(entry.seconds, 3),
        "groups": list(entry.groups),
        "owner": entry.owner,
        "lease": _time(entry.lease),
        "depth": entry.depth,
        "lacking": entry.lacking,
    }


def outcome_json(outcome: IngestOutcome) -> shapes.Outcome:
    """What became of one source in a run of ``ingest``."""
    return {
        "source": outcome.source,
        "document_id": outcome.document_id,
        "state": outcome.state,
        "chunks": outcome.chunks,
        "embedded": outcome.embedded,
        "reused": outcome.reused,
        "error": outcome.error,
        "note": outcome.note,
    }


def error_json(error: SearchAppError, redact: Callable[[str], str] = str) -> shapes.Failed:
    """A failure as ``--json`` prints it on stderr; ``redact`` takes secrets out of its words."""
    return {"error": {"code": error.code, "message": redact(error.message), "remedy": redact(error.remedy)}}


def _time(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def chunk_json(chunk: Chunk) -> shapes.Passage:
    """A stored passage."""
    return {
        "id": chunk.id,
        "position": chunk.position,
        "headings": list(chunk.headings),
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
    }
