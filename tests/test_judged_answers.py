"""What readers said of answers, kept and forgotten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from searchapp.errors import StorageError, UsageError
from searchapp.judged_answers import JudgedAnswers
from searchapp.judgements import Judgements


def test_the_last_word_counts_and_can_be_taken_back(tmp_path: Path) -> None:
    judged = JudgedAnswers(tmp_path / "data")
    assert judged.all() == () and judged.remove("手套？") == 0
    judged.put("手套？", "戴 [1].", "qwen", ("d1", "d2"), 1)
    JudgedAnswers(tmp_path / "data").put("手套？", "戴 [1].", "qwen", ("d1",), 0)
    judged.put("手套？", "不戴.", "", (), 1)
    assert [(one.answer, one.sources, one.grade) for one in judged.all()] == [("戴 [1].", ("d1",), 0), ("不戴.", (), 1)]
    judged.put("手套？", "戴 [1].", "qwen", ("d1",), 1, ("hr",))
    judged.take_back("手套？", "戴 [1].", ("sales",))
    judged.take_back("手套？", "戴 [1].")
    assert [(one.answer, one.grade) for one in judged.all()] == [("不戴.", 1), ("戴 [1].", 1)]
    with pytest.raises(UsageError, match="3 is no grade"):
        judged.put("手套？", "戴", "", (), 3)
    assert judged.remove("手套？") == 2 and judged.all() == ()
    assert stat.S_IMODE((tmp_path / "data" / "judgements.sqlite").stat().st_mode) == 0o600


def test_words_on_documents_and_on_answers_share_a_file(tmp_path: Path) -> None:
    Judgements(tmp_path).put("q", "d", 1, "/d.md", "D")
    JudgedAnswers(tmp_path).put("q", "a", "", ("d",), 0)
    assert len(Judgements(tmp_path).all()) == len(JudgedAnswers(tmp_path).all()) == 1
    (tmp_path / "judgements.sqlite").write_text("no database, but long enough to be read as one" * 20)
    with pytest.raises(StorageError, match="cannot be read or written"):
        JudgedAnswers(tmp_path).all()
