"""A tokenizer of a large vocabulary that is never loaded whole.

Loading the 250,000 pieces of a multilingual model takes a second and 290 MB, more than the model itself. A text can
only be cut into pieces that are parts of it, so those that are in the vocabulary are looked up in a mapped trie, and
the library's own tokenizer is made of these alone: it cuts the text as the whole one would (Viterbi over the same
scores, Kudo 2018, arXiv:1804.10959), and 30,000 characters take some 40 ms.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np

from searchapp.tokens.tokenizer import UNKNOWN_TOKENS, FastTokenizer, Reading

PIECES = "pieces.trie"
"""The pieces; their ids and scores lie in ``SCORES`` by their place in it, the tokenizer without them in ``REST``."""
SCORES = "pieces.npy"
REST = "tokenizer-without-pieces.json"

_ROW = np.dtype([("id", "<i4"), ("score", "<f8")])

REPEATED = 24
"""Characters of a word that comes again in other texts; a longer one is a sentence of a script without spaces."""


class PiecesTokenizer:
    """See ``Tokenizer``, plus ``ids``; over what ``write_pieces`` left in ``folder``."""

    def __init__(self, folder: Path) -> None:
        rest = json.loads((folder / REST).read_text(encoding="utf-8"))
        self._skeleton: dict[str, Any] = rest["tokenizer"]
        self._longest: int = rest["longest"]
        self._always: list[str] = rest["always"]
        self._trie = marisa_trie.Trie().mmap(str(folder / PIECES))
        self._rows = np.load(folder / SCORES, mmap_mode="r")
        specials = [re.escape(token["content"]) for token in self._skeleton["added_tokens"]]
        self._special = re.compile("|".join(specials))
        self._parts_of_word = lru_cache(maxsize=1 << 15)(self._parts)

    @cached_property
    def special_tokens(self) -> int:
        """See ``Tokenizer``."""
        return self._part(()).special_tokens

    def spans(self, text: str) -> list[tuple[int, int]]:
        """See ``Tokenizer``."""
        return self._part([text]).spans(text)

    def starts(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        """See ``Tokenizer``."""
        return self._part(texts).starts(texts)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return self._part(texts).counts(texts)

    def reading(self, text: str) -> Reading:
        """See ``Tokenizer``."""
        return self._part([text]).reading(text)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text's tokens in the model's own vocabulary, special tokens included."""
        return self._part(texts).ids(texts)

    def _part(self, texts: Sequence[str]) -> PartTokenizer:
        """A tokenizer that cuts these texts as the whole one does."""
        pieces = set(self._always)
        for word in {word for text in texts for word in self._words(text)}:
            pieces.update(self._parts_of_word(word) if len(word) <= REPEATED else self._parts(word))
        part = list(pieces)
        rows = self._rows[[self._trie[piece] for piece in part]]
        return PartTokenizer(self._tokenizer(part, rows["score"].tolist()), rows["id"].tolist())

    def _tokenizer(self, pieces: Sequence[str], scores: Sequence[float]) -> Any:
        from tokenizers import Tokenizer

        at = {piece: position for position, piece in enumerate(pieces)}
        model = {
            **self._skeleton["model"],
            "unk_id": next(at[token] for token in UNKNOWN_TOKENS if token in at),
            "vocab": list(zip(pieces, scores, strict=True)),
        }
        added = [{**token, "id": at[token["content"]]} for token in self._skeleton["added_tokens"]]
        return Tokenizer.from_str(json.dumps({**self._skeleton, "added_tokens": added, "model": model}))

    def _words(self, text: str) -> Iterator[str]:
        """What is cut on its own: the words of the text, and of what lies between special tokens that it spells out."""
        normalizer, cuts = self._cuts.normalizer, self._cuts.pre_tokenizer
        for part in self._special.split(text):
            normal = normalizer.normalize_str(part) if normalizer else part
            yield from (word for word, _ in cuts.pre_tokenize_str(normal)) if cuts else (normal,)

    @cached_property
    def _cuts(self) -> Any:
        always = self._rows[[self._trie[piece] for piece in self._always]]
        return self._tokenizer(self._always, always["score"].tolist())

    def _parts(self, word: str) -> list[str]:
        longest = self._longest
        return [part for at in range(len(word)) for part in self._trie.prefixes(word[at : at + longest])]


class PartTokenizer(FastTokenizer):
    """A tokenizer of a part of the vocabulary; ``ids`` are those of the whole one."""

    def __init__(self, backend: Any, whole: Sequence[int]) -> None:
        super().__init__(backend)
        self._whole = whole

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``PiecesTokenizer``."""
        # Special tokens are put around a text with the ids of the whole vocabulary already.
        return [
            [
                id_ if special else self._whole[id_]
                for id_, special in zip(encoding.ids, encoding.special_tokens_mask, strict=True)
            ]
            for encoding in self._backend.encode_batch_fast(list(texts))
        ]


def write_pieces(tokenizer: Any, folder: Path) -> bool:
    """Write a ``tokenizers.Tokenizer`` into ``folder`` so that parts of it can be looked up; False, and nothing
    written, if its parts would not do: a model other than Unigram, or one that has bytes for what it does not know.
    """
    whole = json.loads(tokenizer.to_str())
    model = whole["model"]
    if model.get("type") != "Unigram" or model.get("byte_fallback") or model.get("unk_id") is None:
        return False
    special = {token["content"] for token in whole["added_tokens"]}
    pieces = model.pop("vocab")
    places = {piece: (id_, score) for id_, (piece, score) in reversed(list(enumerate(pieces)))}  # the first of two
    if not special <= places.keys() or pieces[model["unk_id"]][0] not in (special & set(UNKNOWN_TOKENS)):
        return False
    trie = marisa_trie.Trie(places)
    rows = np.zeros(len(trie), dtype=_ROW)
    for piece, place in places.items():
        rows[trie[piece]] = place
    # An unknown character gets 10 less than the least score of all, so the piece that has it is always there.
    least = min(places, key=lambda piece: places[piece][1])
    rest = {"tokenizer": whole, "longest": max(map(len, places)), "always": sorted({*special, least})}
    trie.save(str(folder / PIECES))
    np.save(folder / SCORES, rows)
    (folder / REST).write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")
    return True
