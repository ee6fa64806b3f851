"""A tokenizer that remembers gives what the one below it gives, and asks that one only for what is new."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from searchapp.embedding import SharedEmbedder, build_embedder
from searchapp.settings import load_settings
from searchapp.tokens import EstimatingTokenizer, RememberingTokenizer, remembering

TEXTS = ["One sentence.", "备份每天凌晨两点。", "", "One sentence.", "PPR-9087 \ud800 half a surrogate"]


class Watched(EstimatingTokenizer):
    """Notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def starts(self, texts: Sequence[str]) -> list[list[int]]:
        self.asked += texts
        return super().starts(texts)

    def counts(self, texts: Sequence[str]) -> list[int]:
        self.asked += texts
        return super().counts(texts)


@pytest.mark.parametrize("verb", ["starts", "counts"])
def test_a_text_is_cut_once(verb: str) -> None:
    watched = Watched()
    remembers = RememberingTokenizer(watched)
    wanted = [list(one) if verb == "starts" else one for one in getattr(EstimatingTokenizer(), verb)(TEXTS)]
    for _ in range(2):
        given = getattr(remembers, verb)(TEXTS)
        assert [list(one) if verb == "starts" else one for one in given] == wanted
    assert watched.asked == [TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[4]]


def test_memory_is_bounded_and_the_longest_unused_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "REMEMBERED_TOKENS", 10)
    watched = Watched()
    remembers = RememberingTokenizer(watched)
    five, other, third = "a b c d e", "f g h i j", "k l m"
    for text in (five, other, five, third, five, other):
        remembers.starts([text])
    assert watched.asked == [five, other, third, other]
    assert list(remembers.starts(["x " * 50])[0]) == list(range(0, 100, 2))  # more than is ever kept


def test_starts_are_those_of_the_models_spans() -> None:
    model = SharedEmbedder(build_embedder(load_settings()), batch_size=4)
    texts = ["Kubernetes schedules pods; Straßenbahn 3.14.", "混合检索 combines both legs。", " leading space"]
    for _ in range(2):
        starts = model.tokenizer.starts(texts)
        assert [list(one) for one in starts] == [[start for start, _ in model.tokenizer.spans(text)] for text in texts]
        assert model.tokenizer.counts(texts) == [len(one) + 2 for one in starts]
