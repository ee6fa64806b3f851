"""Answers of a server of embeddings that lie, texts that it cuts, and the count of what was sent; against a fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchapp.embedding.server_memory import SentTokens
from searchapp.errors import ModelMismatchError, ModelUnavailableError, ServiceUnavailableError
from tests.embedding.conftest import SMALL, Build
from tests.services.fake_openai import FakeOpenAI

TEXTS = ["How do I restore a snapshot?", "混合检索将关键词与语义结合起来", "gloves of class D"]


def host(fake: FakeOpenAI) -> str:
    return fake.url.removeprefix("http://").removesuffix("/v1")


def changed(**change: object) -> Callable[[dict[str, Any]], object]:
    """Changes each vector of an answer."""
    return lambda answer: {**answer, "data": [{**one, **change} for one in answer["data"]]}


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda answer: {**answer, "data": answer["data"][1:]}, "sent 2 vectors for 3 texts"),
        (lambda answer: {**answer, "data": answer["data"] * 2}, "sent 6 vectors for 3 texts"),
        (changed(index=0), "do not say which text is whose"),
        (changed(embedding=[float("nan")] * 1536), "without a direction"),
        (changed(embedding=[float("inf")] * 1536), "without a direction"),
        (changed(embedding=[None] * 1536), "without a direction|does not speak"),
        (changed(embedding=[0.0] * 1536), "without a direction"),
        (changed(embedding=[1.0] * 384), "vectors of 384 dimensions for .* and of 1536 before"),
        (changed(embedding=[]), "does not speak OpenAI's protocol"),
        (changed(embedding="AAAA"), "does not speak OpenAI's protocol"),
        (changed(embedding=[["x"]] * 1536), "does not speak OpenAI's protocol"),
    ],
)
def test_an_answer_that_lies_is_refused_with_a_remedy(
    fake: FakeOpenAI, build: Build, lie: Callable[[Any], object], words: str
) -> None:
    built = build()
    _ = built.fingerprint
    fake.lie = lie
    with pytest.raises((ModelUnavailableError, ServiceUnavailableError), match=words) as refused:
        built.embed_documents(TEXTS)
    assert refused.value.remedy
    fake.lie = lambda answer: answer
    assert built.embed_documents(TEXTS).shape == (3, 1536)


def test_vectors_of_different_dimensions_in_one_answer_are_refused(fake: FakeOpenAI, build: Build) -> None:
    built = build()
    _ = built.fingerprint
    fake.lie = lambda answer: {**answer, "data": [{**answer["data"][0], "embedding": [1.0]}, *answer["data"][1:]]}
    with pytest.raises(ModelUnavailableError, match="of different dimensions"):
        built.embed_documents(TEXTS)


@pytest.mark.parametrize("dims", [1536, 384])
def test_another_model_under_the_same_name_is_noticed_by_the_next_process(
    fake: FakeOpenAI, build: Build, dims: int
) -> None:
    _ = build().fingerprint
    fake.lie = lambda answer: {
        **answer,
        "data": [{**one, "embedding": [*one["embedding"][::-1][:dims], 0.1]} for one in answer["data"]],
    }
    with pytest.raises(ModelMismatchError, match="another model under the same name") as refused:
        _ = build().fingerprint
    Path(refused.value.remedy.rpartition("delete ")[2].removesuffix(".")).unlink()  # as the remedy says
    assert build().fingerprint.dims == dims + 1


def test_the_same_model_in_another_precision_stays_the_same(fake: FakeOpenAI, build: Build) -> None:
    _ = build().fingerprint
    fake.lie = lambda answer: {
        **answer,
        "data": [{**one, "embedding": [round(x, 1) + 0.001 for x in one["embedding"]]} for one in answer["data"]],
    }
    assert build().fingerprint.dims == 1536


@pytest.mark.parametrize("reads", [40, 100, 200, 350])
def test_a_server_that_cuts_long_texts_in_silence_is_found_out_with_what_it_reads(
    fake: FakeOpenAI, build: Build, reads: int
) -> None:
    fake.reads = reads
    with pytest.raises(ModelUnavailableError, match="reads less than 382 tokens") as refused:
        _ = build().fingerprint
    found = int(refused.value.remedy.rpartition("=")[2].removesuffix("."))
    assert reads * 0.7 < found <= reads
    assert len(fake.requests) <= 2 + 6
    assert build(embedding_max_tokens=found).fingerprint.max_tokens == found


def test_a_server_that_reads_hardly_anything_is_of_no_use(fake: FakeOpenAI, build: Build) -> None:
    fake.reads = 5
    with pytest.raises(ModelUnavailableError, match="Choose another model"):
        _ = build().fingerprint


def test_the_cut_is_looked_for_once_for_all_processes_and_again_for_longer_passages(
    fake: FakeOpenAI, build: Build
) -> None:
    for tokens, asked in ((384, 2), (384, 1), (200, 1), (800, 2), (384, 1)):
        fake.requests.clear()
        _ = build(chunk_tokens=tokens).fingerprint
        assert len(fake.requests) == asked, tokens


def test_a_memory_that_is_damaged_or_cannot_be_written_is_learned_again(
    fake: FakeOpenAI, build: Build, tmp_path: Path
) -> None:
    _ = build().fingerprint
    (kept,) = (tmp_path / "embedding-servers").iterdir()
    kept.write_text("{", encoding="utf-8")
    assert build().fingerprint.dims == 1536
    assert len(json.loads(kept.read_text(encoding="utf-8"))["probe"]) == 1536
    (tmp_path / "file").touch()
    assert build(data_dir=tmp_path / "file" / "below").embed_query("gloves").shape == (1536,)


# --- what is sent


def test_tokens_are_counted_as_the_service_does_across_processes(
    fake: FakeOpenAI, build: Build, tmp_path: Path
) -> None:
    built, count = build(), SentTokens(tmp_path)
    assert count.total(host(fake), SMALL) == 0
    _ = built.fingerprint
    begun = count.total(host(fake), SMALL)
    built.embed_documents(["three little words", "two words"])
    build().embed_query("one")  # and its probe
    assert count.total(host(fake), SMALL) == begun + 5 + 1 + 1
    assert count.total(host(fake), "text-embedding-3-large") == 0


def test_tokens_are_estimated_where_the_server_does_not_count(fake: FakeOpenAI, build: Build, tmp_path: Path) -> None:
    fake.lie = lambda answer: {key: value for key, value in answer.items() if key != "usage"}
    built, count = build(), SentTokens(tmp_path)
    _ = built.fingerprint
    begun = count.total(host(fake), SMALL)
    built.embed_documents(["sun sun sun"])
    assert count.total(host(fake), SMALL) == begun + sum(built.tokenizer.counts(["sun sun sun"]))
