from __future__ import annotations

from dataclasses import replace

from searchapp.embedding.base import Fingerprint, batches_by_length

PRINT = Fingerprint("sentence-transformers", "m", "abc", dims=3, max_tokens=256, query_prompt="query: ")


def test_a_fingerprint_survives_json_and_later_fields() -> None:
    assert Fingerprint.from_dict({**PRINT.as_dict(), "added_later": 1}) == PRINT


def test_precision_does_not_part_two_machines_but_everything_else_does() -> None:
    assert PRINT.matches(replace(PRINT, dtype="bfloat16"))
    for other in (
        replace(PRINT, digest="x"),
        replace(PRINT, dims=4),
        replace(PRINT, query_prompt=""),
        replace(PRINT, max_tokens=512),
        replace(PRINT, provider="ollama"),
    ):
        assert not PRINT.matches(other)


def test_batches_hold_every_text_once_longest_first() -> None:
    texts = ["a" * length for length in (3, 9, 1, 7, 5)]
    assert list(batches_by_length(texts, 2)) == [[1, 3], [4, 0], [2]]
    assert list(batches_by_length(texts, 2, [4, 1, 5, 3, 2])) == [[2, 0], [3, 4], [1]]
