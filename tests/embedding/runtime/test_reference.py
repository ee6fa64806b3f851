"""What sentence-transformers loads, and what is said of it: window, prompts, precision, and a digest that stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from searchapp.chunking import chunk_document
from searchapp.embedding import build_embedder
from searchapp.embedding.runtime.reference import ENDLESS, ReferenceModel, digest_of, load_reference
from searchapp.embedding.weights import find_weights
from searchapp.errors import ModelUnavailableError
from searchapp.model import Document, Section, SourceType
from searchapp.settings import Settings, load_settings
from tests.embedding.tiny import DIMS, PROMPTS, static, tiny

TEXTS = ["the pump must not run dry", "a index of the pump", ""]


def reference(model: Path | str, scratch: Path) -> ReferenceModel:
    weights = find_weights(str(model))
    assert weights
    return ReferenceModel(load_reference(weights, scratch), weights, "")


@pytest.mark.parametrize(
    ("declared", "query", "document"),
    [
        (PROMPTS, "query: ", "passage: "),
        ({"query": "ask: ", "document": "text: "}, "ask: ", "text: "),
        ({"document": "text: ", "passage": "never: "}, "", "text: "),
        ({"query": "ask: "}, "ask: ", ""),
        (None, "", ""),
    ],
)
def test_declared_prompts_are_those_of_queries_and_passages(
    tmp_path: Path, declared: dict[str, str] | None, query: str, document: str
) -> None:
    facts = reference(tiny(tmp_path / "tiny", declared), tmp_path).facts
    assert (facts.query_prompt, facts.document_prompt) == (query, document)


@pytest.mark.parametrize("pickled", [False, True], ids=["safetensors", "pickled"])
def test_a_checkpoint_without_a_pooler_has_one_digest_at_each_loading(tmp_path: Path, pickled: bool) -> None:
    folder = tiny(tmp_path / "tiny", pickled=pickled)
    assert len({reference(folder, tmp_path).facts.digest for _ in range(3)}) == 1


def test_another_weight_is_another_digest(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    folder = tiny(tmp_path / "tiny")
    before = reference(folder, tmp_path).facts.digest
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if "word_embeddings" in name)
    save_file({**tensors, name: tensors[name] + torch.ones(1)}, folder / "model.safetensors", metadata={"format": "pt"})
    assert reference(folder, tmp_path).facts.digest != before


def test_the_packaged_model_keeps_the_digest_that_indices_have(tmp_path: Path) -> None:
    assert reference("all-MiniLM-L6-v2", tmp_path).facts.digest.startswith("807c0b773dec")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_folder_in_half_precision_computes_in_the_whole_one(tmp_path: Path, dtype: str) -> None:
    model = reference(tiny(tmp_path / "tiny", dtype=dtype), tmp_path)
    assert model.dtype == "float32"
    vectors = model.encode(TEXTS)
    assert vectors.dtype == np.float32 and np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert not np.array_equal(vectors, vectors.astype(np.float16).astype(np.float32)), "no half numbers"


def test_static_embeddings_embed_and_chunk_in_a_window_with_an_end(tmp_path: Path, alone: Settings) -> None:
    folder = static(tmp_path / "static")
    embedder = build_embedder(
        load_settings(**{**alone.model_dump(), "embedding_model": f"sentence-transformers:{folder}"})
    )
    assert (embedder.fingerprint.dims, embedder.fingerprint.max_tokens) == (DIMS, ENDLESS)
    vectors = embedder.embed_documents(TEXTS)
    assert np.all(np.isfinite(vectors)), "a text without any token has a vector, too"
    assert np.allclose(np.linalg.norm(vectors[:2], axis=1), 1.0, atol=1e-6)
    assert float(vectors[0] @ embedder.embed_query(TEXTS[0])) > 0.9999

    text = "the pump must not run dry. " * 300
    document = Document("a", "/a.txt", "a", SourceType.TEXT, text, (Section(0, len(text), ()),), content_hash="1")
    chunks = chunk_document(document, embedder, 0, 10_000)
    assert len(chunks) > 2 and max(embedder.tokenizer.counts([chunk.text for chunk in chunks])) <= ENDLESS


def test_a_file_that_was_cut_off_is_a_sentence_with_the_remedy(tmp_path: Path) -> None:
    folder = tiny(tmp_path / "tiny")
    whole = (folder / "model.safetensors").read_bytes()
    for size in (0, 5, 100, len(whole) - 100):
        (folder / "model.safetensors").write_bytes(whole[:size])
        with pytest.raises(ModelUnavailableError, match="'tiny' does not load: ") as caught:
            reference(folder, tmp_path)
        assert "copy its folder once more" in caught.value.remedy and "\n" not in str(caught.value)


def test_the_weights_of_the_package_have_the_same_digest_at_each_loading(multilingual: None, tmp_path: Path) -> None:
    weights = find_weights("multilingual-e5-small")
    assert weights is not None and weights.path.is_file()
    first, second = (digest_of(load_reference(weights, tmp_path), weights.path) for _ in range(2))
    assert first == second
