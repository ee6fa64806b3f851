"""The searcher over the embedded store, with a hashed embedder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from searchapp.errors import ModelMismatchError, UsageError
from searchapp.model import Filters, Retriever, SearchMode, SearchRequest
from searchapp.settings import Fusion, load_settings
from searchapp.tokens import EstimatingTokenizer
from searchapp.wiring import Application

TEXTS = {
    "gloves.md": "# Gloves\n\nOperators wear cut-resistant gloves of class D.",
    "report.md": "# Report\n\nThe quarterly report is due in March. Gloves cost 40 euros.",
    "手套.md": "# 手套\n\n操作人员必须佩戴防割手套。",
}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder = tmp_path_factory.mktemp("library")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    running = Application(load_settings(data_dir=folder / "data", embedding_model="hashed:256", least_similarity=-1.0))
    assert {outcome.state for outcome in running.ingester.ingest([str(folder)])} == {"indexed"}
    return running


def with_settings(application: Application, **settings: object) -> Application:
    kept = {"data_dir": application.settings.data_dir, "embedding_model": "hashed:256", "least_similarity": -1.0}
    return Application(load_settings(**kept, **settings))


@pytest.mark.parametrize("mode", list(SearchMode))
def test_each_mode_finds_and_explains(application: Application, mode: SearchMode) -> None:
    results = application.searcher.search(SearchRequest("cut-resistant gloves", mode))
    first = results.hits[0]
    assert first.title == "Gloves" and first.rank == 1
    expected = {Retriever(mode)} if mode is not SearchMode.HYBRID else {Retriever.KEYWORD, Retriever.SEMANTIC}
    assert set(first.scores) == expected
    assert all(place.rank == 1 for place in first.scores.values())
    if mode is not SearchMode.HYBRID:
        assert first.score == first.scores[Retriever(mode)].score
    assert any("\ue000gloves\ue001" in piece for piece in first.highlights)


def test_the_fused_score_is_what_its_retrievers_explain(application: Application) -> None:
    rrf = with_settings(application, fusion=Fusion.RRF).searcher.search(SearchRequest("gloves"))
    for hit in rrf.hits:
        assert hit.score == pytest.approx(sum(1 / (60 + place.rank) for place in hit.scores.values()))


def test_results_tell_what_each_leg_counts(application: Application) -> None:
    def weights(query: str, mode: SearchMode = SearchMode.HYBRID, **settings: object) -> Mapping[Retriever, float]:
        return with_settings(application, **settings).searcher.search(SearchRequest(query, mode)).weights

    summed = weights("gloves report", semantic_weight=0.4)
    assert summed == {Retriever.KEYWORD: pytest.approx(0.6), Retriever.SEMANTIC: pytest.approx(0.4)}
    assert weights("gloves report", fusion=Fusion.RRF) == {}
    assert weights("gloves report", SearchMode.KEYWORD) == {}


def test_the_weight_moves_the_ranking(application: Application) -> None:
    keyword = with_settings(application, semantic_weight=0.0).searcher.search(SearchRequest("gloves report"))
    assert keyword.hits[0].scores[Retriever.KEYWORD].rank == 1
    semantic = with_settings(application, semantic_weight=1.0).searcher.search(SearchRequest("gloves report"))
    assert semantic.hits[0].scores[Retriever.SEMANTIC].rank == 1


def test_filters_and_paging(application: Application) -> None:
    everything = application.searcher.search(SearchRequest("gloves 手套", size=1))
    assert everything.total == 3 and len(everything.hits) == 1
    later = application.searcher.search(SearchRequest("gloves 手套", size=5, offset=1))
    assert [hit.rank for hit in later.hits] == [2, 3]
    assert everything.hits[0].chunk_id not in {hit.chunk_id for hit in later.hits}
    chinese = application.searcher.search(SearchRequest("gloves 手套", filters=Filters(languages=("zh",))))
    assert [hit.language for hit in chinese.hits] == ["zh"]


def test_the_query_language_reaches_both_retrievers(application: Application) -> None:
    def found(query: str) -> set[str]:
        return {hit.title for hit in application.searcher.search(SearchRequest(query)).hits}

    assert found('gloves "quarterly report"') == {"Report"}
    assert found("gloves -quarterly") == {"Gloves", "手套"}
    assert found("gloves lang:zh") == {"手套"}
    assert found("gloves heading:Report") == {"Report"}
    assert found("gloves -防割手套") == {"Gloves", "Report"}
    assert found('gloves "no such phrase"') == found("gloves no such phrase")  # and a notice says so


def test_a_page_beyond_the_window_is_refused(application: Application) -> None:
    with pytest.raises(UsageError, match="cannot be shown"):
        application.searcher.search(SearchRequest("gloves", size=10, offset=995))


def test_another_model_is_refused(application: Application) -> None:
    other = Application(load_settings(data_dir=application.settings.data_dir, embedding_model="hashed:128"))
    with pytest.raises(ModelMismatchError, match="hashed:256"):
        other.searcher.search(SearchRequest("gloves"))
    # The keyword retriever needs no vectors, so it goes on working.
    assert other.searcher.search(SearchRequest("gloves", SearchMode.KEYWORD)).hits


def test_an_empty_store_has_no_hits(tmp_path: Path) -> None:
    running = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:256"))
    results = running.searcher.search(SearchRequest("anything"))
    assert results.total == 0 and results.hits == ()


@pytest.mark.parametrize("mode", list(SearchMode))
def test_the_query_is_cut_into_tokens_once_and_without_a_vector_never(
    application: Application, mode: SearchMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.searcher.search(SearchRequest("gloves", mode))  # what is measured once a process is measured now
    cut: list[str] = []
    spans = EstimatingTokenizer.spans

    def counted(tokenizer: EstimatingTokenizer, text: str) -> list[tuple[int, int]]:
        cut.append(text)
        return spans(tokenizer, text)

    monkeypatch.setattr(EstimatingTokenizer, "spans", counted)
    application.searcher.search(SearchRequest("cut-resistant gloves", mode))
    query, other_script = ["cut-resistant gloves"], ["手套\n\n操作人员必须佩戴防割手套。"]
    assert cut == {SearchMode.KEYWORD: [], SearchMode.SEMANTIC: query, SearchMode.HYBRID: query + other_script}[mode]
