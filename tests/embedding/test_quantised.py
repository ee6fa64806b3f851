"""The 8-bit copy: made by the real NNCF, run by the real OpenVINO."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding import build_embedder, quantised, quantising
from searchapp.errors import ModelUnavailableError, StorageError
from searchapp.settings import load_settings

TEXTS = [
    "The pump must not run dry.",
    "Snapshots of an index are kept in a repository that every node of the cluster can reach. " * 8,
    "混合检索同时使用关键词和向量。",
    "What is said twice is said once.",
]


def embedder(folder: Path, precision: str = "int8", model: str = "all-MiniLM-L6-v2"):
    return build_embedder(
        load_settings(
            data_dir=folder,
            embedding_model=f"sentence-transformers:{model}",
            embedding_precision=precision,
            embedding_batch_size=2,
        )
    )


def tiny(folder: Path) -> str:
    """A transformer of random weights, quick to copy."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir()
    words = "[PAD] [UNK] [CLS] [SEP] [MASK] the pump index of a is".split()
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(words), **sizes)).save_pretrained(folder / "bert")
    SentenceTransformer(modules=[Transformer(str(folder / "bert")), Pooling(32)]).save(str(folder / "whole"))
    return str(folder / "whole")


@pytest.mark.slow
def test_passages_have_the_copy_and_queries_the_whole_model(tmp_path: Path) -> None:
    mine, whole = embedder(tmp_path), embedder(tmp_path, "full")
    assert mine.fingerprint.dtype == "int8" and mine.fingerprint.matches(whole.fingerprint)

    found, exact = mine.embed_documents(TEXTS), whole.embed_documents(TEXTS)
    assert found.shape == exact.shape and found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    cosines = np.sum(found * exact, axis=1)
    assert np.all(cosines > quantising.LEAST_COSINE) and np.all(cosines < 0.99999)
    assert np.array_equal(mine.embed_query(TEXTS[0]), whole.embed_query(TEXTS[0]))

    assert sys.modules["openvino_telemetry"] is None, "neither library can report its use"

    (copy,) = tmp_path.glob(f"models/*/{quantised.COPY}")
    made = copy.stat().st_mtime_ns
    assert np.allclose(embedder(tmp_path).embed_documents(TEXTS), found, atol=1e-5)
    assert copy.stat().st_mtime_ns == made, "a copy that is there is taken"


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::torch.jit.TracerWarning")
def test_a_copy_unlike_its_model_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny(tmp_path / "tiny")
    monkeypatch.setattr(quantising, "LEAST_COSINE", 1.1)
    monkeypatch.setattr(sys, "argv", ["quantising", model, str(tmp_path / "copy")])
    with pytest.raises(SystemExit, match=r"too unlike the model's own \(cosine (0\.\d\d|1\.00), not 1\.1\)"):
        quantising.main()
    assert not list((tmp_path / "copy").iterdir())


def test_neither_library_reports_its_use(tmp_path: Path) -> None:
    quantised.without_telemetry()
    with pytest.raises(ImportError):
        import openvino_telemetry  # noqa: F401


def test_a_model_that_cannot_be_copied_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="No 8-bit copy of the model '/no/such' could be made") as caught:
        quantised.quantised(None, "/no/such", "0" * 64, tmp_path)
    assert caught.value.remedy == "Set SEARCHAPP_EMBEDDING_PRECISION=full."
    assert not list(tmp_path.glob(f"*/{quantised.COPY}"))


def test_without_the_libraries_the_extra_is_named_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quantised, "find_spec", lambda name: None)
    with pytest.raises(ModelUnavailableError, match="packages that are not installed: openvino, nncf") as caught:
        _ = embedder(tmp_path).fingerprint
    assert "pip install 'searchapp[openvino]'" in caught.value.remedy


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(StorageError, match=r"models.* cannot be written"):
        embedder(tmp_path).embed_documents(["a"])
