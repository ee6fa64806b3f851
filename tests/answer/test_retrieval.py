"""Each year or code that a question compares has chunks of its own, however many others there are."""

from __future__ import annotations

import pytest

from searchapp.answer.retrieval import retrieved
from searchapp.model import Done, Filters, SearchRequest
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder = tmp_path_factory.mktemp("years")
    for year in range(2001, 2021):
        text = f"# Report\n\nIn {year} the plant sold {year - 1600} presses, and the hall was painted."
        (folder / f"report-{year}.md").write_text(text, encoding="utf-8")
    running = Application(
        load_settings(data_dir=folder / "data", embedding_model="hashed:256", ollama_url="http://127.0.0.1:9")
    )
    for outcome in running.ingester.ingest([str(folder)]):
        assert outcome.error == ""
    return running


@pytest.mark.parametrize(
    ("question", "years"),
    [
        ("How many presses did the plant sell in 2003 and in 2017?", ("2003", "2017")),
        ("Did the plant sell more presses in 2019 than in 2002?", ("2019", "2002")),
        ("How many presses were sold in 2003, 2010 and 2017?", ("2003", "2010", "2017")),
    ],
)
def test_each_year_is_found(application: Application, question: str, years: tuple[str, ...]) -> None:
    hits = retrieved(application.searcher, SearchRequest(question, size=4)).hits
    assert all(any(f"In {year} " in hit.text for hit in hits) for year in years)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1)) and len(hits) <= 4
    assert len({hit.chunk_id for hit in hits}) == len(hits)
    *_, last = application.answerer.ask(question)
    assert isinstance(last, Done) and not last.answer.refused


def test_other_questions_are_searched_for_once(application: Application) -> None:
    request = SearchRequest("How many presses were sold in 2003?", size=4)
    hits = retrieved(application.searcher, request).hits
    assert hits == application.searcher.search(request).hits


def test_filters_hold_for_each_value(application: Application) -> None:
    (only,) = [entry.id for entry in application.store.entries().entries if "2003" in entry.source]
    asked = SearchRequest("Were more sold in 2003 or in 2017?", filters=Filters(document_ids=(only,)))
    assert {hit.document_id for hit in retrieved(application.searcher, asked).hits} == {only}
    typed = SearchRequest("Were more sold in 2003 or in 2017? type:pdf")
    assert retrieved(application.searcher, typed).hits == ()
