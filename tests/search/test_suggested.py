"""Suggested questions over a real store: answered, of documents the caller may see, and made anew when these change."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.search import suggested as module
from searchapp.search.suggested import SuggestedQuestions
from searchapp.settings import Settings
from searchapp.wiring import Application

HOURS = "The museum is open from ten to six on every day but Monday. " * 4
FEES = "A ticket costs eight euros; children under twelve and members enter free of charge. " * 4
CHINESE = (
    "博物馆每天上午十点至下午六点开放，星期一闭馆。节假日开放时间另行通知，请提前查看。参观者须在闭馆前一小时入场。"
)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    settings = Settings(data_dir=tmp_path / "data", embedding_model="hashed:256", ollama_url="http://127.0.0.1:9")
    made = Application(settings)
    add(made, tmp_path / "museum.md", f"# Museum\n\n## Opening hours\n\n{HOURS}\n\n## Contents\n\n{FEES}\n")
    add(made, tmp_path / "馆.md", f"# 博物馆手册\n\n## 开放时间\n\n{CHINESE}\n")
    return made


def add(application: Application, path: Path, text: str, groups: tuple[str, ...] | None = None) -> None:
    path.write_text(text, "utf-8")
    list(application.ingester.ingest([str(path)], groups=groups))


def test_each_has_a_passage_that_answers_it_and_the_readers_language_comes_first(application: Application) -> None:
    made = SuggestedQuestions(application.store, application.searcher)
    english, chinese = made.of(None, "en"), made.of(None, "zh")
    asked = [one.question for one in english]
    assert asked == ["What should I know about opening hours?", "开放时间有哪些要点？"]
    assert [one.question for one in chinese] == asked[::-1]
    for one in english:
        (chunk,) = application.searcher.around(one.passage)[:1] or [None]
        assert chunk is not None and application.store.entry(one.document_id) is not None
        assert any(one.passage == known.id for known in application.store.chunks(one.document_id))


def test_nobody_is_asked_of_what_they_may_not_see(application: Application, tmp_path: Path) -> None:
    add(application, tmp_path / "pay.md", f"# Pay\n\n## Wages of guides\n\n{FEES}\n", groups=("hr",))
    made = SuggestedQuestions(application.store, application.searcher)
    of = {groups: {one.question for one in made.of(groups, "en")} for groups in (("hr",), ("law",), (), None)}
    assert "What should I know about wages of guides?" in of["hr",] and of[None] == of["hr",]
    assert of["law",] == of[()] == of["hr",] - {"What should I know about wages of guides?"}


def test_they_are_kept_until_the_documents_change(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SuggestedQuestions(application.store, application.searcher)
    searched: list[str] = []
    search = application.searcher.search
    monkeypatch.setattr(application.searcher, "search", lambda asked: searched.append(asked.query) or search(asked))  # type: ignore[func-returns-value]
    first = made.of(None, "en")
    assert made.of(None, "en") == first and len(searched) == 2
    add(application, tmp_path / "tickets.md", f"# Tickets\n\n## Fees\n\n{FEES}\n")
    assert made.of(None, "en") == first and len(searched) == 2  # too soon
    application.store.delete_document(first[0].document_id)
    assert made.of(None, "en") == first[1:]  # but never of what is gone
    monkeypatch.setattr(module, "REST_SECONDS", 0.0)
    assert "What should I know about fees?" in {one.question for one in made.of(None, "en")}


def test_headings_that_ask_come_first_however_short_their_answer(application: Application, tmp_path: Path) -> None:
    short = "From May to October, from ten in the morning."
    add(application, tmp_path / "visit.md", f"# Visiting\n\n## Fees\n\n{FEES}\n\n## When is it open?\n\n{short}\n")
    add(application, tmp_path / "票.md", "# 门票\n\n## 门票多少钱\n\n成人票八十元，学生票四十元，儿童免票。\n")
    made = SuggestedQuestions(application.store, application.searcher)
    assert next(one.question for one in made.of(None, "en")) == "When is it open?"
    assert [one.question for one in made.of(None, "zh")][:2] == ["门票多少钱？", "开放时间有哪些要点？"]
    english = [one.question for one in made.of(None, "en")]
    assert english.index("What should I know about fees?") < english.index("门票多少钱？")


def test_headings_within_a_passage_of_short_sections_are_asked(application: Application, tmp_path: Path) -> None:
    sections = "".join(
        f"<h2>{asked}</h2><p>{said}</p>"
        for asked, said in (
            ("When is the cellar open?", "On Sundays in summer, for an hour after noon."),
            ("How do I reach the gallery?", "By the stairs beside the tower."),
        )
    )
    add(application, tmp_path / "faq.html", f"<html lang=en><title>Visit</title><body><h1>Visit</h1>{sections}</body>")
    made = [one.question for one in SuggestedQuestions(application.store, application.searcher).of(None, "en")]
    assert made[:2] == ["When is the cellar open?", "How do I reach the gallery?"]


def test_nothing_is_asked_of_an_empty_library(tmp_path: Path) -> None:
    empty = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    assert SuggestedQuestions(empty.store, empty.searcher).of(None, "en") == ()
