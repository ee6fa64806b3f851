from __future__ import annotations

import pytest

from searchapp.errors import UsageError
from searchapp.search.query import read_mode, read_query


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("error PPR-9087 at start", ("PPR-9087",)),
        ("dense_vector 字段", ("dense_vector",)),
        ("什么是dense_vector字段", ()),
        ("upgrade to 9.5.3 or v1.2-rc1", ("9.5.3", "v1.2-rc1")),
        ('say "exactly this" and “这个词”吧', ("exactly this", "这个词")),
        ("well-known and state-of-the-art", ()),
        ("plain words, nothing else.", ()),
        ("see config.yaml and notes.md", ("config.yaml", "notes.md")),
        ("", None),
    ],
)
def test_codes_and_quoted_words_are_meant_exactly(text: str, exact: tuple[str, ...] | None) -> None:
    if exact is None:
        with pytest.raises(UsageError, match="empty"):
            read_query(text)
    else:
        assert read_query(text).exact == exact


@pytest.mark.parametrize(
    ("text", "words", "required", "excluded", "filters"),
    [
        ('restore "snapshot repository" -cloud', "restore snapshot repository", ("snapshot repository",), ("cloud",), ()),
        ('-"old name" report', "report", (), ("old name",), ()),
        ("预算 “季度报告” －草稿", "预算 季度报告", ("季度报告",), ("草稿",), ()),
        ("“奥运”是什么", "“奥运”是什么", (), (), ()),
        ('what does "foo bar" mean?', "what does foo bar mean?", ("foo bar",), (), ()),
        ('is it "foo bar"?', "is it foo bar?", ("foo bar",), (), ()),
        ("type:pdf lang:zh budget", "budget", (), (), ("type=pdf", "language=zh")),
        ('heading:"Install guide" site:example.org x', "x", (), (), ("heading=Install guide", "site=example.org")),
        ("see https://example.org/a std::vector note:this 12:30", "see https://example.org/a std::vector note:this 12:30", (), (), ()),
        ("state-of-the-art e-mail a - b", "state-of-the-art e-mail a - b", (), (), ()),
        ('an "unclosed quote', 'an "unclosed quote', (), (), ()),
        ('empty "" quotes', "empty quotes", (), (), ()),
        ("<script>alert(1)</script>", "<script>alert(1)</script>", (), (), ()),
        ("C++ -C", "C++", (), ("C",), ()),
    ],
)  # fmt: skip
def test_operators_stand_by_themselves(
    text: str, words: str, required: tuple[str, ...], excluded: tuple[str, ...], filters: tuple[str, ...]
) -> None:
    query = read_query(text)
    assert (query.text, query.required, query.excluded, query.filters) == (words, required, excluded, filters)


@pytest.mark.parametrize("text", [" \n ", "?!", "*" * 50, "x" * 10_000, "\x00", "🚀🚀", '""', "- -", "\u202e\u200b"])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_query(text)


@pytest.mark.parametrize("text", ["-draft", "type:pdf", '-"a b" year:2024 -c'])
def test_a_query_of_operators_alone_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="only filters and excludes"):
        read_query(text)


def test_an_excluded_filter_is_refused() -> None:
    with pytest.raises(UsageError, match="excludes a filter"):
        read_query("report -type:pdf")


def test_more_operators_than_an_engine_should_carry_are_refused() -> None:
    with pytest.raises(UsageError, match="more than 32"):
        read_query("word " + " ".join(f"-word{number}" for number in range(40)))


def test_characters_that_hide_or_turn_text_are_dropped() -> None:
    assert read_query("re\u202eport\x07 \ue000x\ud800").text == "report x"
    assert read_query("می\u200cخواهم").text == "می\u200cخواهم"


def test_stop_words_alone_are_meant_as_they_stand() -> None:
    assert read_query("The Who").exact == ("The Who",)


def test_an_unknown_mode_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="hybrid, keyword, semantic"):
        read_mode("fuzzy")
