"""The embedded store: the contract, and what only this engine has."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from pathlib import Path

import lancedb
import pytest
from lancedb.index import FTS, IvfSq

from searchapp.model import DocumentState, Filters
from searchapp.stores import DocumentWrite, RetrievalQuery
from searchapp.stores.analysis import gather
from searchapp.stores.lancedb import LanceStore, indices
from searchapp.stores.lancedb.queries import where
from tests.stores.contract import MODEL, StoreContract, document, vector_of


@pytest.fixture
def store(tmp_path: Path) -> LanceStore:
    return LanceStore(tmp_path / "index")


class TestContract(StoreContract):
    pass


def test_a_second_process_sees_what_the_first_wrote(tmp_path: Path) -> None:
    reader = LanceStore(tmp_path / "index")
    assert reader.count() == 0
    writer = LanceStore(tmp_path / "index")
    writer.prepare(MODEL)
    writer.write([document("a", "text")])
    assert reader.count() == 1
    assert reader.fingerprint() == MODEL


def test_tables_of_before_groups_get_the_column(tmp_path: Path) -> None:
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document("a", "text")])
    for name in ("chunks", "documents"):
        old.tables.open(name).drop_columns(["groups"])
    new = LanceStore(tmp_path / "index")
    new.prepare(MODEL)
    new.write([document("b", "text too", groups=("law",))])
    assert [entry.id for entry in new.entries(groups=()).entries] == ["a"]
    assert new.entry("b").groups == ("law",)


def test_a_table_of_before_tags_is_searched_and_gets_the_columns(tmp_path: Path) -> None:
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document("a", "some text")])
    old.tables.open("chunks").drop_columns(["tags", "fields"])
    old.tables.open("documents").drop_columns(["tags", "fields", "stated", "own"])

    def found(store: LanceStore, **more: object) -> tuple[list[str], dict[str, int]]:
        query = RetrievalQuery(keywords="text", vector=vector_of("text"), depth=9, facets=True, **more)
        results = store.search(query)
        return sorted({chunk.document_id for chunk in (*results.keyword, *results.semantic)}), results.facets.get("tag")

    reader = LanceStore(tmp_path / "index")
    assert found(reader) == (["a"], {}) and reader.entry("a").tags == ()
    assert found(reader, filters=Filters(tags=("x",))) == ([], None)
    assert found(reader, filters=Filters(fields=(("author", "Li"),))) == ([], None)
    writer = LanceStore(tmp_path / "index")
    writer.prepare(MODEL)
    writer.write([document("b", "more text", tags=("x",), fields={"author": ("Li",)}, stated="5a")])
    assert found(reader) == (["a", "b"], {"x": 1}) and reader.entry("b").stated == "5a"
    assert found(reader, filters=Filters(fields=(("author", "Li"),)))[0] == ["b"]


def test_a_table_of_before_chinese_words_is_searched_and_gets_them(tmp_path: Path) -> None:
    texts = {"a": "全文檢索引擎", "b": "乒乓球拍卖完了", "c": "no Chinese here"}
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document(id_, text) for id_, text in texts.items()])
    old.refresh()
    _without_han(old)

    def found(store: LanceStore, words: str) -> list[str]:
        return [chunk.text for chunk in store.search(RetrievalQuery(keywords=words, vector=None, depth=10)).keyword]

    before = LanceStore(tmp_path / "index")
    assert found(before, "检索") == [texts["a"]]  # by the other script's characters, as it always was
    assert found(before, "Chinese") == [texts["c"]]
    later = LanceStore(tmp_path / "index")
    later.prepare(MODEL)
    assert found(later, "檢索引擎") == found(later, "检索引擎") == [texts["a"]]
    assert found(before, "球") == found(later, "球") == [texts["b"]]
    later.write([document("d", "新的引擎")])
    assert set(found(later, "引擎")) == {texts["a"], "新的引擎"}
    assert later.vectors([document("a", texts["a"]).chunks[0].chunk.hash])


def test_a_table_of_before_other_spellings_is_searched_and_gets_them(tmp_path: Path) -> None:
    texts = {"a": "vm.max_map_count of 6.3.2024", "b": "The Who played", "c": "plain words"}
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document(id_, text) for id_, text in texts.items()])
    old.refresh()
    table = old.versions.live()
    for id_, text in texts.items():
        content = gather(f"The {id_}", ("Part", "Section 0"), text, f"/docs/{id_}.md")
        table.update(where=f"document_id = '{id_}'", values={"content": content})
    stop_words = FTS(base_tokenizer="icu", custom_stop_words=["the", "who", "it"], with_position=True)
    table.create_index("content", config=stop_words, name="content_words_idx")
    table.drop_index("content_all_words_idx")

    def found(words: str, exact: tuple[str, ...] = ()) -> list[str]:
        store = LanceStore(tmp_path / "index")
        asked = RetrievalQuery(keywords=words, vector=None, depth=10, exact=exact, facets=True)
        return [chunk.document_id for chunk in store.search(asked).keyword]

    assert found("plain") == ["c"]
    assert found("map count") == found("2024-03-06") == found("The Who", ("The Who",)) == []
    LanceStore(tmp_path / "index").prepare(MODEL)
    assert found("plain") == ["c"]
    assert found("map count") == found("2024-03-06") == ["a"]
    assert found("The Who", ("The Who",)) == ["b"]
    assert [one.name for one in table.list_indices() if one.columns == ["content"]] == ["content_all_words_idx"]
    assert old.vectors([document("a", texts["a"]).chunks[0].chunk.hash])


def _without_han(store: LanceStore) -> None:
    """The table of passages as it was before it had columns of Chinese words."""
    table = store.versions.live()
    for index in table.list_indices():
        if index.columns in (["han"], ["han_characters"]):
            table.drop_index(index.name)
    table.drop_columns(["han", "han_characters"])


def _chinese(count: int) -> list[DocumentWrite]:
    return [document(f"d{at}", *(f"第{number}个引擎" for number in range(at, at + 50))) for at in range(0, count, 50)]


def test_every_passage_of_a_large_table_gets_its_chinese_words(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices, "AT_ONCE", 100)
    store.prepare(MODEL)
    store.write([*_chinese(600), document("english", *(f"engine {number}" for number in range(250)))])
    _without_han(store)
    later = LanceStore(store.folder)
    later.prepare(MODEL)
    table = later.versions.live()
    assert (table.count_rows("han IS NOT NULL"), table.count_rows("han IS NULL")) == (600, 250)


def test_a_table_in_which_some_passages_missed_their_chinese_words_gets_the_rest(store: LanceStore) -> None:
    store.prepare(MODEL)
    store.write(_chinese(200))
    table = store.versions.live()
    # As an earlier version left it: some rows without words, and an index that says that all have them.
    table.update(where="position >= 20", values={"han": None, "han_characters": None})
    for index in table.list_indices():
        if index.columns == ["han_characters"]:
            table.drop_index(index.name)
    table.create_index("han_characters", config=FTS(base_tokenizer="whitespace"), name="han_characters_idx")
    later = LanceStore(store.folder)
    later.prepare(MODEL)
    assert table.count_rows("han IS NULL OR han_characters IS NULL") == 0
    assert len([index for index in table.list_indices() if index.columns == ["han_characters"]]) == 1
    found = later.search(RetrievalQuery(keywords="引擎", vector=None, depth=300)).keyword
    assert len(found) == 200


def test_a_table_that_left_out_too_many_words_is_indexed_anew(tmp_path: Path) -> None:
    old = LanceStore(tmp_path / "index")
    old.prepare(MODEL)
    old.write([document("a", "vitamin D"), document("b", "vitamin C")])
    old.refresh()
    table = old.versions.live()
    table.create_index("content", config=FTS(base_tokenizer="icu"), name="content_idx")
    table.drop_index("content_all_words_idx")

    def found(words: str) -> list[str]:
        store = LanceStore(tmp_path / "index")
        return [chunk.text for chunk in store.search(RetrievalQuery(keywords=words, vector=None, depth=10)).keyword]

    assert len(found("vitamin")) == 2
    assert found("D") == []
    LanceStore(tmp_path / "index").prepare(MODEL)
    assert found("D") == ["vitamin D"]
    assert [one.name for one in table.list_indices() if one.columns == ["content"]] == ["content_all_words_idx"]


def test_a_registry_of_an_earlier_version_is_upgraded_in_place(store: LanceStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "text")])
    newer = ["pages_indexed", "attempts", "failures", "failed_hash", "queued", "started", "owner", "lease"]
    lancedb.connect(str(store.folder)).open_table("documents").drop_columns(newer)
    later = LanceStore(store.folder)
    known = later.entry("a")
    assert known == document("a", "text").entry
    assert later.entries(states=[DocumentState.INDEXED]).total == 1
    claimed = dataclasses.replace(known, state=DocumentState.RUNNING, owner="one", attempts=1)
    assert list(later.claim([(known, claimed)], dt.datetime.now(dt.UTC))) == ["a"]
    assert later.entry("a") == claimed
    assert later.write([document("b", "other")]) == {}
    assert store.entry("b") is not None  # a process that opened the table before sees the new columns


WRITER = """
import sys
from pathlib import Path
from searchapp.stores import DocumentWrite, RetrievalQuery
from searchapp.stores.analysis import gather
from searchapp.stores.lancedb import LanceStore
from tests.stores.contract import MODEL, document
store = LanceStore(Path(sys.argv[1]))
store.prepare(MODEL)
for number in range(10):
    store.write([document(f"{sys.argv[2]}{number}", f"text {number}")])
    store.put_entries([document(f"{sys.argv[2]}{number}", f"text {number}", version="v2").entry])
store.refresh()
"""


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "index")]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in ("a", "b")]
    for writer in writers:
        assert writer.wait(120) == 0, writer.stderr and writer.stderr.read()
    store = LanceStore(tmp_path / "index")
    assert store.count() == 20
    assert {entry.content_hash for entry in store.entries(size=100).entries} == {"v2"}


def _many(first: int, count: int) -> list[DocumentWrite]:
    texts = [f"passage {number}" for number in range(first, first + count)]
    return [document(f"d{first + at}", *texts[at : at + 50]) for at in range(0, count, 50)]


def _indices(store: LanceStore) -> list[str]:
    return [one.name for one in store.versions.live().list_indices() if one.name.startswith("vector")]


def test_a_large_table_gets_a_vector_index_that_finds_what_comparing_all_finds(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare(MODEL)
    store.write(_many(0, 2000))
    store.refresh()
    assert _indices(store) == []
    asked = [RetrievalQuery(keywords=None, vector=vector_of(f"passage {at}"), depth=10) for at in range(0, 2000, 100)]
    exact = [[chunk.id for chunk in store.search(query).semantic] for query in asked]
    monkeypatch.setattr(indices, "EXACT_UP_TO", 1500)
    store.write([document("last", "the last one")])
    store.refresh()
    assert _indices(store) == ["vector_of_2001"]
    indexed = [[chunk.id for chunk in store.search(query).semantic] for query in asked]
    assert sum(len({*one} & {*other}) for one, other in zip(exact, indexed, strict=True)) >= 0.95 * 200


def test_a_filter_finds_its_few_passages_through_the_vector_index(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices, "EXACT_UP_TO", 1500)
    monkeypatch.setattr(indices, "PROBES", 1)
    store.prepare(MODEL)
    store.write([*_many(0, 2000), document("rare", "one", "two", "three", type="pdf")])
    store.refresh()
    assert _indices(store)
    query = RetrievalQuery(None, vector_of("something else"), depth=10, filters=Filters(types=("pdf",)))
    assert {chunk.text for chunk in store.search(query).semantic} == {"one", "two", "three"}


def test_without_a_filter_only_the_nearest_partitions_are_looked_through(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices, "PROBES", 3)
    store.prepare(MODEL)
    store.write(_many(0, 2000))
    store.refresh()
    table = store.versions.live()
    table.create_index("vector", config=IvfSq(distance_type="cosine", num_partitions=8), name="vector_of_2000")
    for every, partitions in ((False, 3), (True, 8)):
        asked = indices.nearest(table, vector_of("passage 7"), ["id"], every)
        assert f"partitions_searched={partitions}," in asked.limit(10).analyze_plan()


def test_the_vector_index_is_trained_again_when_the_table_has_doubled(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indices, "EXACT_UP_TO", 500)
    store.prepare(MODEL)
    for first, expected in ((0, "vector_of_1000"), (1000, "vector_of_2000"), (2000, "vector_of_2000")):
        store.write(_many(first, 1000))
        store.refresh()
        assert _indices(store) == [expected]
    # What was written since is found, too.
    found = store.search(RetrievalQuery(None, vector_of("passage 2500"), depth=1)).semantic
    assert [chunk.text for chunk in found] == ["passage 2500"]


def test_a_large_table_is_not_tidied_at_every_twentieth_write(
    store: LanceStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare(MODEL)
    store.write(_many(0, 2000))
    store.refresh()
    tidied: list[int] = []
    monkeypatch.setattr(store, "_tidy", lambda: tidied.append(1))
    for number in range(25):
        store.write([document(f"e{number}", "text")])
    assert tidied == []
    store.write(_many(5000, 100))
    assert tidied == [1]


@pytest.mark.parametrize("name", ["paths", "headings", "document_ids", "languages"])
def test_a_conditions_depth_does_not_grow_with_its_alternatives(name: str) -> None:
    """A chain of 50,000 ORs, sent to LanceDB, would end this process, and no exception would tell."""
    condition = where(Filters(**{name: tuple(f"/x/{n}" for n in range(50_000))}))  # type: ignore[arg-type]
    assert condition is not None and " OR " not in condition and condition.count("((") <= 1
