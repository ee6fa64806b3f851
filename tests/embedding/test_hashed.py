from __future__ import annotations

import numpy as np
import pytest

from searchapp.embedding import build_embedder
from searchapp.errors import UsageError
from searchapp.settings import load_settings


def test_shared_words_bring_texts_nearer_and_the_same_text_is_the_same_vector() -> None:
    embedder = build_embedder(load_settings(embedding_model="hashed:256"))
    vectors = embedder.embed_documents(["cut-resistant gloves", "gloves for cutting", "quarterly report", "", "的"])
    assert vectors.shape == (5, 256) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert np.array_equal(embedder.embed_query("cut-resistant gloves"), vectors[0])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize("name", ["hashed:", "hashed:7", "hashed:x", "nobody:model", "nothing"])
def test_a_name_that_is_no_model_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="SEARCHAPP_EMBEDDING_MODEL"):
        build_embedder(load_settings(embedding_model=name))
