"""Everything around a hit, on both stores: facets, order, groups, folds, more like this, spelling, completion."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from searchapp.access import Scope
from searchapp.errors import NotFoundError
from searchapp.model import Filters, SearchMode, SearchRequest, SearchResults, SortOrder
from searchapp.search import parse_filters
from searchapp.settings import Authentication, load_settings
from searchapp.web.app import create_app
from searchapp.wiring import Application

OUTSIDER = Filters(groups=())


def search(library: Application, query: str, **asked: object) -> SearchResults:
    return library.searcher.search(SearchRequest(query, **asked))  # type: ignore[arg-type]


def titles(results: SearchResults) -> list[str]:
    return [hit.title for hit in results.hits]


def test_each_facet_value_is_a_filter_that_leaves_as_many(library: Application, folder: Path) -> None:
    found = search(library, "gloves", mode=SearchMode.KEYWORD, facets=True, filters=OUTSIDER)
    assert found.matched == found.total == 4
    assert found.facets["type"] == {"markdown": 3, "text": 1}
    assert found.facets["path"] == {f"{folder}/safety/": 3, f"{folder}/office/": 1}
    assert found.facets["year"] == {"2023": 3, "2025": 1}
    assert "Gloves" not in found.facets["heading"] and found.facets["heading"]["Storing"] == 1
    for field, counts in found.facets.items():
        for value, count in counts.items():
            filters = dataclasses.replace(parse_filters([f"{field}={value}"]), groups=())
            assert search(library, "gloves", mode=SearchMode.KEYWORD, filters=filters).total == count, (field, value)
    assert search(library, "gloves").facets == {} and search(library, "gloves").matched is None


def test_filters_of_facets_combine(library: Application) -> None:
    filters = parse_filters(["type=markdown", "year=2023", "heading=Storing"])
    found = search(library, "gloves", facets=True, filters=filters)
    assert found.matched == 1 and found.facets["year"] == {"2023": 1}
    nothing = search(library, "gloves", facets=True, filters=parse_filters(["type=text", "year=2023"]))
    assert nothing.hits == () and nothing.matched == 0 and not any(nothing.facets.values())


def test_newest_and_oldest_come_first(library: Application) -> None:
    newest = search(library, "gloves gate", mode=SearchMode.KEYWORD, sort=SortOrder.NEWEST)
    dates = [hit.modified for hit in newest.hits]
    assert dates == sorted(dates, reverse=True) and len(set(dates)) > 2  # type: ignore[type-var]
    oldest = search(library, "gloves gate", mode=SearchMode.KEYWORD, sort=SortOrder.OLDEST)
    assert [hit.modified for hit in oldest.hits] == sorted(dates)  # type: ignore[type-var]
    assert newest.total == oldest.total == len(dates)


@pytest.mark.parametrize("sort", SortOrder)
@pytest.mark.parametrize("grouped", [False, True])
def test_pages_fit_together(library: Application, sort: SortOrder, grouped: bool) -> None:
    asked = {"sort": sort, "grouped": grouped, "folded": True}
    whole = search(library, "gloves gate report", size=50, **asked)
    pages = [search(library, "gloves gate report", size=2, offset=offset, **asked) for offset in range(0, 20, 2)]
    assert [hit.chunk_id for page in pages for hit in page.hits] == [hit.chunk_id for hit in whole.hits]
    assert [hit.rank for page in pages for hit in page.hits] == list(range(1, len(whole.hits) + 1))
    assert whole.total == len(whole.hits)


def test_a_document_is_one_hit_with_its_passages_behind(library: Application) -> None:
    plain = search(library, "gloves", mode=SearchMode.KEYWORD, filters=OUTSIDER)
    grouped = search(library, "gloves", mode=SearchMode.KEYWORD, filters=OUTSIDER, grouped=True)
    assert len({hit.document_id for hit in grouped.hits}) == len(grouped.hits) == grouped.total == 2
    (gloves,) = [hit for hit in grouped.hits if hit.title == "Gloves"]
    assert gloves.same_document == len(gloves.more_from_document) == 2
    assert all(other.document_id == gloves.document_id and other.highlights for other in gloves.more_from_document)
    assert {gloves.chunk_id, *(other.chunk_id for other in gloves.more_from_document)} == {
        hit.chunk_id for hit in plain.hits if hit.document_id == gloves.document_id
    }


def test_near_duplicates_are_folded_and_can_be_opened(library: Application) -> None:
    apart = search(library, "visitor badge helmet", mode=SearchMode.KEYWORD)
    assert set(titles(apart)) == {"The gate", "Visitors"}
    folded = search(library, "visitor badge helmet", mode=SearchMode.KEYWORD, folded=True)
    (hit,) = folded.hits
    assert hit.near_duplicates == 1 and folded.total == 1
    assert {hit.title, hit.duplicates[0].title} == {"The gate", "Visitors"}


@pytest.mark.parametrize("mode", SearchMode)
def test_more_like_a_hit(library: Application, mode: SearchMode) -> None:
    (gate,) = [hit for hit in search(library, "visitor badge").hits if hit.title == "The gate"]
    like = library.searcher.similar(gate.chunk_id, SearchRequest("", mode, facets=True))
    assert like.query == "The gate" and like.hits[0].title == "Visitors"
    assert gate.document_id not in {hit.document_id for hit in like.hits}
    assert like.facets["type"]
    filtered = library.searcher.similar(gate.chunk_id, SearchRequest("", mode, filters=parse_filters(["type=text"])))
    assert {hit.type for hit in filtered.hits} <= {"text"}


def test_more_like_a_hit_keeps_secrets(library: Application) -> None:
    secret = search(library, "merger Quicksilver").hits[0]
    assert secret.title == "Gloves of the board"
    with pytest.raises(NotFoundError, match="no passage"):
        library.searcher.similar(secret.chunk_id, SearchRequest("", filters=OUTSIDER))
    with pytest.raises(NotFoundError, match="no passage"):
        library.searcher.similar("nothing-00000-0", SearchRequest(""))
    assert library.searcher.similar(secret.chunk_id, SearchRequest("", filters=Filters(groups=("board",)))).hits
    public = search(library, "gloves class D").hits[0]
    like = library.searcher.similar(public.chunk_id, SearchRequest("", size=50, filters=OUTSIDER))
    assert secret.document_id not in {hit.document_id for hit in like.hits}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("quarterly reprot", "quarterly report"),
        ("glovves", "gloves"),
        ("gloves of class D", ""),
        ("glove", ""),
        ("手套", ""),
        ("xqzvwk", ""),
    ],
)
def test_did_you_mean(library: Application, typed: str, meant: str) -> None:
    assert search(library, typed, spelling=True).did_you_mean == meant
    assert search(library, typed).did_you_mean == ""


def test_did_you_mean_keeps_secrets(library: Application) -> None:
    assert (
        search(library, "quicksilvver", spelling=True, filters=Filters(groups=("board",))).did_you_mean == "quicksilver"
    )
    assert search(library, "quicksilvver", spelling=True, filters=OUTSIDER).did_you_mean == ""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("glo", "Gloves"),
        ("choo", "Choosing"),
        ("quarterly rep", "quarterly report"),
        ("cut-res", "cut-resistant"),
        ("how to find the quar", "how to find the quarterly"),
        ("手", "手套"),
        ("防割", "防割手套"),
        ("visi", "Visitors"),
    ],
)
def test_what_is_typed_goes_on_as_in_the_documents(library: Application, typed: str, offered: str) -> None:
    assert offered in library.searcher.complete(typed)


@pytest.mark.parametrize("typed", ["", " ", "g", "?!", "zzzqqq", "x" * 500, '"', "\\", "(", ".*", "%'; --", "👍"])
def test_nothing_goes_on(library: Application, typed: str) -> None:
    assert library.searcher.complete(typed) == ()


def test_completion_keeps_secrets(library: Application) -> None:
    assert library.searcher.complete("quicks", Filters(groups=("board",))) == ("quicksilver",)
    assert library.searcher.complete("quicks", OUTSIDER) == ()
    assert "Gloves of the board" not in library.searcher.complete("glo", OUTSIDER)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("资料库", "資料"),
        ("网路", "資料"),
        ("全文检索", "資料"),
        ("數據庫備份", "手套"),
        ("Elastic", "Ｗｉｄｅ"),
        ("Ｇｌｏｖｅｓ", "Gloves"),
        ("wide", "Ｗｉｄｅ"),
    ],
)
def test_scripts_and_widths_meet(library: Application, query: str, title: str) -> None:
    found = search(library, query, mode=SearchMode.KEYWORD, filters=OUTSIDER)
    assert title in titles(found)[:3]
    (hit,) = [hit for hit in found.hits if hit.title == title][:1]
    assert any("\ue000" in piece for piece in hit.highlights) or title == "Ｗｉｄｅ"


def test_a_hit_by_meaning_alone_shows_the_nearest_sentence(library: Application) -> None:
    query = "gloves"
    found = search(library, query, mode=SearchMode.SEMANTIC, sentences=True, size=50)
    plain = search(library, query, mode=SearchMode.SEMANTIC, size=50)
    unmarked = [hit.chunk_id for hit in plain.hits if not any("\ue000" in piece for piece in hit.highlights)]
    assert unmarked
    for hit in found.hits:
        if hit.chunk_id in unmarked:
            (piece,) = hit.highlights
            assert piece[0] == "\ue000" and piece[-1] == "\ue001" and piece[1:-1] in hit.text


def test_groups_bound_what_is_offered_over_http(library: Application, tmp_path: Path) -> None:
    guarded = Application(library.settings.model_copy(update={"auth": Authentication.REQUIRED, "data_dir": tmp_path}))
    guarded.__dict__["store"] = library.store
    client = create_app(guarded, host="0.0.0.0").test_client()

    def got(path: str, groups: tuple[str, ...]) -> Any:
        _, key = guarded.access.keys.make(f"key-{'-'.join(groups)}", frozenset({Scope.READ}), groups=groups)
        answer = client.get(path, headers={"Authorization": f"Bearer {key}"})
        return answer.json

    secret = search(library, "merger Quicksilver").hits[0].chunk_id
    assert got("/api/complete?q=quicks", ("board",)) == {"completions": ["quicksilver"]}
    assert got("/api/complete?q=quicks", ("sales",)) == {"completions": []}
    assert got(f"/api/similar?passage={secret}", ("board",))["query"] == "Gloves of the board"
    assert got(f"/api/similar?passage={secret}", ("sales",))["status"] == 404
    spelt = "/api/search?q=quicksilvver&spelling=true&facets=true"
    assert got(spelt, ("board",))["did_you_mean"] == "quicksilver"
    told = got(spelt, ("sales",))
    assert told["did_you_mean"] == "" and not any("secret" in path for path in told["facets"]["path"])


@pytest.mark.parametrize("mode", SearchMode)
def test_far_pages_repeat_nothing(tmp_path: Path, mode: SearchMode) -> None:
    (tmp_path / "long.md").write_text(
        "".join(
            f"## Part {n}\n\nGloves {'and boots ' * (n % 7)}number {n} lie on shelf {n * 7 % 31}.\n\n"
            for n in range(260)
        ),
        encoding="utf-8",
    )
    running = Application(
        load_settings(data_dir=tmp_path / "data", embedding_model="hashed:64", chunk_tokens=32, chunk_overlap_tokens=0)
    )
    (outcome,) = running.ingester.ingest([str(tmp_path / "long.md")])
    assert outcome.chunks > 200
    pages = [running.searcher.search(SearchRequest("gloves boots", mode, 10, at)).hits for at in range(0, 200, 10)]
    ids = [hit.chunk_id for page in pages for hit in page]
    assert len(ids) == len(set(ids)) == 200
    assert [hit.rank for page in pages for hit in page] == list(range(1, 201))
