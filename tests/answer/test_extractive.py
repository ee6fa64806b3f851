from __future__ import annotations

from searchapp.answer.extractive import extract
from searchapp.embedding import build_embedder
from searchapp.settings import load_settings
from tests.answer.samples import hit

EMBEDDER = build_embedder(load_settings(embedding_model="hashed:256"))


def test_sentences_are_quoted_word_for_word_and_headings_are_none() -> None:
    passages = [
        hit("Something else entirely, at some length.", 1),
        hit(
            "When the disk is full\nElasticsearch makes its indices read-only when the disk is full.",
            2,
            headings=("When the disk is full",),
        ),
    ]
    first, *_ = extract("What happens when the disk is full?", passages, EMBEDDER)
    assert first.text == "Elasticsearch makes its indices read-only when the disk is full. [2]"
    assert first.citations == (2,) and first.supported


def test_chinese_goes_by_shared_words() -> None:
    passages = [
        hit("所有数据都留在您的计算机上，不会离开。", 1),
        hit("磁盘使用率超过水位时，磁盘已满的索引会变成只读。", 2),
    ]
    assert extract("磁盘已满时怎么办？", passages, EMBEDDER)[0].citations == (2,)


def test_nothing_to_quote() -> None:
    assert extract("What?", [hit("Why?", 1)], EMBEDDER) == ()
