"""Models of random weights, which are quick to make, to load and to compile."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the pump index of a is must not run dry".split()

DIMS = 32

PROMPTS = {"query": "query: ", "passage": "passage: "}


def tiny(folder: Path, prompts: dict[str, str] | None = None, *, dtype: str = "float32", pickled: bool = False) -> Path:
    """A transformer, saved as most are: without the pooler that nobody uses."""
    import torch
    from safetensors.torch import load_file, save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(17)
    bert = folder.with_name(f"{folder.name}-bert")
    bert.mkdir(parents=True)
    (bert / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(str(bert / "vocab.txt")).save_pretrained(bert)
    sizes = {"hidden_size": DIMS, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(WORDS), **sizes)).save_pretrained(bert)
    SentenceTransformer(modules=[Transformer(str(bert)), Pooling(DIMS)], prompts=prompts).save(str(folder))
    shutil.rmtree(bert)
    (weights,) = folder.rglob("model.safetensors")
    kept = {
        name: tensor.to(getattr(torch, dtype)).contiguous()
        for name, tensor in load_file(weights).items()
        if "pooler" not in name
    }
    if pickled:
        weights.unlink()
        torch.save(kept, weights.with_name("pytorch_model.bin"))
    else:
        save_file(kept, weights, metadata={"format": "pt"})
    config = json.loads(weights.with_name("config.json").read_text(encoding="utf-8"))
    weights.with_name("config.json").write_text(json.dumps({**config, "dtype": dtype}), encoding="utf-8")
    return folder


def static(folder: Path) -> Path:
    """Static embeddings: a table of words without any layer, whose window has no end."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    torch.manual_seed(17)
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=DIMS)]).save(str(folder))
    return folder
