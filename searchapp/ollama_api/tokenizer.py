"""A model's own tokenizer, rebuilt from what Ollama tells of its file, so that tokens can be counted before a call.

Ollama has no call that counts tokens, and it cuts what is too long without a word. Its ``/api/show`` does tell the
vocabulary (GGUF keys ``tokenizer.ggml.*``): word pieces for BERT models, byte-pair merges for most chat models. For any
other kind an upper estimate takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from searchapp.tokens import EstimatingTokenizer, FastTokenizer, Tokenizer

# GGUF token types (ggml's enum llama_token_type): 3 is a control token.
CONTROL = 3


def tokenizer_of(info: Mapping[str, Any]) -> Tokenizer:
    """The tokenizer that ``OllamaServer.show`` describes; an ``EstimatingTokenizer`` where its kind is not known."""
    tokens: Sequence[str] = info.get("tokenizer.ggml.tokens") or ()
    merges: Sequence[str] = info.get("tokenizer.ggml.merges") or ()
    kind = info.get("tokenizer.ggml.model")
    if kind == "bert" and tokens:
        return FastTokenizer(_word_piece(tokens, info.get("tokenizer.ggml.token_type") or ()))
    if kind == "gpt2" and tokens and merges:
        return FastTokenizer(_byte_pairs(tokens, merges))
    return EstimatingTokenizer()


def control_tokens_of(info: Mapping[str, Any]) -> frozenset[str]:
    """The texts that the model's server reads as control tokens wherever they stand, in documents too."""
    tokens: Sequence[str] = info.get("tokenizer.ggml.tokens") or ()
    types: Sequence[int] = info.get("tokenizer.ggml.token_type") or ()
    return frozenset(token for token, kind in zip(tokens, types, strict=False) if kind == CONTROL and len(token) > 1)


def _word_piece(tokens: Sequence[str], types: Sequence[int]) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    # A GGUF file marks the start of a word with U+2581; word-piece vocabularies mark the continuation with ##.
    vocabulary: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.startswith("▁"):
            vocabulary[token[1:]] = index
        elif index < len(types) and types[index] == CONTROL:
            vocabulary[token] = index
        else:
            vocabulary[f"##{token}"] = index
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - no secret, a token's name
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if "[CLS]" in vocabulary and "[SEP]" in vocabulary:
        tokenizer.post_processor = processors.BertProcessing(
            ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
        )
    return tokenizer


def _byte_pairs(tokens: Sequence[str], merges: Sequence[str]) -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers

    pairs = [(left, right) for left, _, right in (merge.partition(" ") for merge in merges)]
    tokenizer = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer
