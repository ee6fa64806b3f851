"""The behaviour of a store, as a suite that every store inherits and proves itself with."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pytest

from searchapp.embedding.base import Fingerprint
from searchapp.errors import ModelMismatchError
from searchapp.model import Chunk, DocumentEntry, DocumentState, EmbeddedChunk, Filters
from searchapp.stores import (
    LOST,
    Backlog,
    DocumentWrite,
    EntryOrder,
    Match,
    RetrievalQuery,
    RetrievalResults,
    Store,
    model_in_use,
)

DIMS = 8
MODEL = Fingerprint("hashed", str(DIMS), "1", dims=DIMS, max_tokens=256)


def vector_of(text: str) -> np.ndarray:
    """A direction that depends on the text alone."""
    seed = int.from_bytes(sha256(text.encode()).digest()[:4], "big")
    vector = np.random.default_rng(seed).normal(size=DIMS).astype(np.float32)
    return vector / np.linalg.norm(vector)


def document(name: str, *texts: str, version: str = "v1", **facts: object) -> DocumentWrite:
    """A document of ready-made passages."""
    chunks = []
    for position, text in enumerate(texts):
        digest = sha256(text.encode()).hexdigest()[:32]
        chunk = Chunk(
            id=f"{name}-{position:05d}-{digest[:8]}",
            document_id=name,
            position=position,
            text=text,
            embedded_text=text,
            start=position * 1000,
            end=position * 1000 + len(text),
            tokens=len(text),
            hash=digest,
            headings=("Part", f"Section {position}"),
            page=position + 1,
        )
        chunks.append(EmbeddedChunk(chunk, vector_of(text)))
    entry = DocumentEntry(
        id=name,
        source=f"/docs/{name}.md",
        title=f"The {name}",
        type="markdown",
        state=DocumentState.INDEXED,
        content_hash=version,
        chunks=len(chunks),
        updated=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
    )
    return DocumentWrite(dataclasses.replace(entry, **facts), tuple(chunks))


class StoreContract:
    """Inherit it and give a fixture ``store`` that yields an empty, unprepared store."""

    @pytest.fixture
    def prepared(self, store: Store) -> Store:
        store.prepare(MODEL)
        return store

    def fill(self, store: Store, *writes: DocumentWrite) -> None:
        assert store.write(writes) == {}
        store.refresh()

    def keyword(self, store: Store, text: str, **more: object) -> list[str]:
        found = store.search(RetrievalQuery(keywords=text, vector=None, depth=50, **more)).keyword
        return [chunk.text for chunk in found]

    def semantic(self, store: Store, text: str, **more: object) -> list[str]:
        found = store.search(RetrievalQuery(keywords=None, vector=vector_of(text), depth=50, **more)).semantic
        return [chunk.text for chunk in found]

    # --- before anything was written

    def test_an_unprepared_store_is_empty(self, store: Store) -> None:
        assert store.fingerprint() is None
        assert store.count() == 0
        assert store.entry("none") is None
        assert store.entries().total == 0
        assert store.chunks("none") == ()
        assert store.documents_with(Filters(), "word") == ()
        assert store.vectors(["0" * 32]) == {}
        assert store.vectors(["0" * 32], MODEL) == {}
        assert store.delete_document("none") is False
        found = store.search(RetrievalQuery(keywords="word", vector=vector_of("word"), depth=10))
        assert found.keyword == () and found.semantic == ()

    def test_prepare_keeps_the_fingerprint_and_is_idempotent(self, store: Store) -> None:
        store.prepare(MODEL)
        self.fill(store, document("a", "text that stays"))
        store.prepare(MODEL)
        assert store.fingerprint() == MODEL
        assert store.count() == 1

    def test_another_model_is_refused_with_the_remedy(self, prepared: Store) -> None:
        model_in_use(prepared, MODEL)
        model_in_use(prepared, dataclasses.replace(MODEL, dtype="bfloat16"))
        with pytest.raises(ModelMismatchError, match="SEARCHAPP_EMBEDDING_MODEL=hashed:8"):
            model_in_use(prepared, dataclasses.replace(MODEL, dims=16))
        with pytest.raises(ModelMismatchError, match="other weights"):
            model_in_use(prepared, dataclasses.replace(MODEL, digest="2"))

    # --- what was written is found

    def test_a_passage_comes_back_whole(self, prepared: Store) -> None:
        modified = dt.datetime(2025, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
        write = document("a", "alpha beta", "gamma delta", language="en", modified=modified)
        self.fill(prepared, write)
        found = prepared.search(RetrievalQuery(keywords="gamma", vector=vector_of("gamma delta"), depth=10))
        for hit in (found.keyword[0], found.semantic[0]):
            assert (hit.document_id, hit.text, hit.title, hit.source) == ("a", "gamma delta", "The a", "/docs/a.md")
            assert (hit.type, hit.language, hit.headings) == ("markdown", "en", ("Part", "Section 1"))
            assert (hit.page, hit.start, hit.end, hit.modified) == (2, 1000, 1011, modified)
        assert found.semantic[0].score == pytest.approx(1.0, abs=1e-2)
        assert found.keyword[0].score > 0
        assert [chunk.text for chunk in prepared.chunks("a")] == ["alpha beta", "gamma delta"]

    def test_keyword_leg_reads_title_headings_and_text(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "one thing", title="Volcanoes"), document("b", "lava and ash"))
        assert self.keyword(prepared, "volcanoes") == ["one thing"]
        assert self.keyword(prepared, "ash") == ["lava and ash"]
        assert len(self.keyword(prepared, "section")) == 2

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("She was searching the indices", "search"),
            ("全文检索引擎支持中文分词", "中文"),
            ("全文检索引擎支持中文分词", "检索引擎"),
            ("東京タワーに行きました", "タワー"),
            ("東京タワーに行きました", "東京"),
            ("昨日の天気は晴れ", "天気は"),
            ("全文检索引擎支持中文分词", "檢索引擎"),
            ("全文檢索引擎支持中文分詞", "中文分词"),
            ("北京长江大桥", "长江"),
            ("서울에서 만나요", "서울"),
            ("The error PPR-9087 appears at start", "PPR-9087"),
            ("Elasticsearch 的 dense_vector 字段", "dense_vector"),
            ("Elasticsearch 的 dense_vector 字段", "字段"),
            ("Ｆｕｌｌ width", "full"),
            ("Vitamin D in winter", "D"),
            ("Phase II was passed", "II"),
            ("Take 7 of them", "7"),
            ("Skin care for men", "care"),
        ],
    )
    def test_words_find_themselves_in_every_script(self, prepared: Store, text: str, query: str) -> None:
        self.fill(prepared, document("a", text), document("b", "quite unrelated"))
        assert self.keyword(prepared, query) == [text]

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("Setting vm.max_map_count was changed", "max_map_count"),
            ("Setting vm.max_map_count was changed", "max map count"),
            ("Setting vm.max_map_count was changed", "map"),
            ("Setting vm.max_map_count was changed", "maxMapCount"),
            ("It calls user.getUserName twice", "getUserName"),
            ("It calls user.getUserName twice", "user name"),
            ("It calls user.getUserName twice", "get_user_name"),
            ("com.acme.billing.InvoiceService failed", "InvoiceService"),
            ("com.acme.billing.InvoiceService failed", "invoice"),
            ("num_candidates is 100", "numCandidates"),
            ("numCandidates is 100", "candidate"),
            ("XMLHttpRequest was refused", "http request"),
            ("see __init__ of it", "init"),
            ("the kube-proxy-config is read", "kubeproxyconfig"),
            ("part PPR9087 is out of stock", "PPR-9087"),
            ("part PPR-9087 is out of stock", "ppr9087"),
            ("key level:fatal was logged", "fatal"),
            ("write to anna.schmidt@acme.org", "schmidt"),
            ("使用dense_vector字段", "vector"),
        ],
    )
    def test_an_identifier_is_found_by_its_parts_and_itself(self, prepared: Store, text: str, query: str) -> None:
        self.fill(prepared, document("a", text), document("b", "quite unrelated"))
        assert self.keyword(prepared, query) == [text]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("10,000", "10000"),
            ("10 000", "10,000"),
            ("10.000", "10'000"),
            ("1,234,567.89", "1234567.89"),
            ("1.2万", "12,000"),
            ("978-3-16-148410-0", "9783161484100"),
            ("978 3 16 148410 0", "978-3-16-148410-0"),
            ("3-16-148410-X", "316148410X"),
            ("030 1234567", "030-123-4567"),
            ("+49 (0)30 1234567", "+49 30 1234567"),
            ("(555) 010-0199", "5550100199"),
            ("2.10", "v2.10"),
            ("V2.10.3", "2.10.3"),
            ("2024-03-06", "6 March 2024"),
            ("2024-03-06", "2024年3月6日"),
            ("2024-03-06", "二〇二四年三月六日"),
            ("2024-03-06", "06.03.2024"),
            ("6 March 2024", "March 6th, 2024"),
            ("6. März 2024", "2024/3/6"),
            ("2024년 3월 6일", "6 Mar 2024"),
            ("二〇二四年十二月三十一日", "31.12.2024"),
            ("2024-03-06T10:30:00Z", "20240306"),
            ("March 2024", "2024-03"),
        ],
    )
    def test_a_number_or_a_date_is_found_in_every_spelling(self, prepared: Store, one: str, other: str) -> None:
        for text, query in ((f"Entry {one} of it", other), (f"Entry {other} of it", one)):
            self.fill(prepared, document("a", text), document("b", "quite unrelated 2.1 100 2023-07-09"))
            assert self.keyword(prepared, query)[0] == text

    def test_the_day_that_is_asked_for_comes_first(self, prepared: Store) -> None:
        day, others = "Signed on 6 March 2024", ["Signed on 2024-03-07", "Signed 2023-03-06", "2024, 03, 06: all seen"]
        self.fill(prepared, document("a", day), document("b", *others))
        assert self.keyword(prepared, "2024-03-06")[0] in (day, others[2])
        assert self.keyword(prepared, "二〇二四年三月六日") == [day]

    def test_a_whole_identifier_comes_before_its_parts(self, prepared: Store) -> None:
        whole = "A long text that says many things before it names vm.max_map_count once, and then goes on for a while"
        parts = ["max map count max map count", "fs.file-max", "map of the count", "max_map", "mapCount"]
        self.fill(prepared, document("a", whole), document("b", *parts))
        assert self.keyword(prepared, "max_map_count", exact=("max_map_count",))[0] == whole

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("The IT department moves", "IT"),
            ("The Who played in Leeds", "The Who"),
            ("A report by the WHO", "WHO"),
            ("Will Smith signs", "Will"),
            ("It was signed in May", "May"),
            ("The band Can from Cologne", "Can"),
            ("To be or not to be, that is it", "to be or not to be"),
        ],
    )
    def test_a_name_that_is_a_stop_word_is_found(self, prepared: Store, text: str, query: str) -> None:
        others = ["it is who they are, and it can be", "you may see who it is, and what it will be to you"]
        self.fill(prepared, document("a", text), document("b", *others, "quite unrelated"))
        found = self.keyword(prepared, query, exact=(query,))
        assert found[0] == text and "quite unrelated" not in found

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("İstanbul is large", "istanbul"),
            ("Istanbul is large", "İstanbul"),
            ("Kadıköy is a part of it", "Kadikoy"),
            ("Die lange Straße", "strasse"),
            ("Die lange Strasse", "Straße"),
            ("Herr Müller", "Mueller"),
            ("Herr Mueller", "Müller"),
            ("Herr Müller", "muller"),
            ("Smørrebrød", "smorrebrod"),
            ("リンゴを食べる", "りんご"),
            ("りんごを食べる", "リンゴ"),
            ("りんごを食べる", "ﾘﾝｺﾞ"),
            ("ﾘﾝｺﾞを食べる", "リンゴ"),
            ("サーバーの設定", "サーバ"),
            ("서울 여행", "서울에서"),
            ("집에서 만나요", "집"),
            ("집 앞에서", "집에서"),
            ("รายงานประจำปีของบริษัทพร้อมแล้ว", "รายงาน"),
            ("รายงานประจำปีของบริษัทพร้อมแล้ว", "บริษัท"),
            ("รายงานประจำปีของบริษัทพร้อมแล้ว", "ประจำปี"),
            ("ບົດລາຍງານປະຈຳປີຂອງບໍລິສັດ", "ບໍລິສັດ"),
            ("របាយការណ៍ប្រចាំឆ្នាំរបស់ក្រុមហ៊ុន", "ក្រុមហ៊ុន"),
            ("ကုမ္ပဏီ၏နှစ်ပတ်လည်အစီရင်ခံစာ", "အစီရင်ခံစာ"),
        ],
    )
    def test_letters_are_folded_and_unspaced_words_found(self, prepared: Store, text: str, query: str) -> None:
        self.fill(prepared, document("a", text), document("b", "quite unrelated"))
        assert self.keyword(prepared, query) == [text]

    def test_words_that_say_nothing_find_nothing(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "It is on the way to the end of this"))
        assert self.keyword(prepared, "it is on the of") == []

    def test_a_file_is_found_by_its_name_and_the_parts_of_it(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "body", source="/docs/annual-report_2024.pdf"), document("b", "annual"))
        assert self.keyword(prepared, "annual-report_2024.pdf", exact=("annual-report_2024.pdf",))[0] == "body"
        assert self.keyword(prepared, "2024") == ["body"]
        assert self.keyword(prepared, "pdf report") == ["body"]

    def test_possessives_and_accents_do_not_hide_a_name(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "Zoë Novak’s notebook"), document("b", "quite unrelated"))
        assert self.keyword(prepared, "novak") == ["Zoë Novak’s notebook"]
        assert self.keyword(prepared, "Zoe") == ["Zoë Novak’s notebook"]

    def test_a_word_of_one_character_is_found(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "他买了一张票"), document("b", "他卖了一辆车"))
        assert self.keyword(prepared, "票")[0] == "他买了一张票"

    def test_an_exact_phrase_comes_before_its_parts(self, prepared: Store) -> None:
        parts = "PPR then 9087 and 9087 again, PPR PPR"
        exact = "a long passage that says many other things before it names PPR-9087 once and goes on"
        self.fill(prepared, document("a", parts), document("b", exact))
        assert self.keyword(prepared, "PPR-9087", exact=("PPR-9087",))[0] == exact

    def test_semantic_leg_ranks_by_cosine(self, prepared: Store) -> None:
        texts = ["one", "two", "three", "four", "five"]
        self.fill(prepared, document("a", *texts))
        cosine = {text: float(vector_of(text) @ vector_of("two")) for text in texts}
        assert self.semantic(prepared, "two") == sorted(texts, key=lambda text: -cosine[text])

    # --- words first, vectors later

    def by_words(self, write: DocumentWrite, *without: str) -> DocumentWrite:
        """The document without the vectors of these texts."""
        chunks = [EmbeddedChunk(one.chunk, None if one.chunk.text in without else one.vector) for one in write.chunks]
        return DocumentWrite(write.entry, tuple(chunks))

    def given(self, store: Store, *document_ids: str) -> dict[str, int]:
        """Give the documents all vectors that they lack."""
        texts = store.unembedded_texts(document_ids, 100)
        given = store.add_vectors(document_ids, {hash_: vector_of(text) for hash_, text in texts.items()}, MODEL)
        store.refresh()
        return dict(given)

    def test_a_chunk_without_a_vector_is_found_by_its_words_alone_and_says_so(self, prepared: Store) -> None:
        self.fill(prepared, self.by_words(document("a", "alpha one", "alpha two"), "alpha two"))
        found = prepared.search(RetrievalQuery("alpha", vector_of("alpha two"), depth=9, facets=True))
        assert {chunk.text: chunk.unembedded for chunk in found.keyword} == {"alpha one": False, "alpha two": True}
        assert [(chunk.text, chunk.unembedded) for chunk in found.semantic] == [("alpha one", False)]
        assert found.matched == 2 and found.facets["type"] == {"markdown": 2}
        assert prepared.count() == 2 and prepared.entry("a").unembedded == 1
        hashes = {one.text: one.hash for one in prepared.chunks("a")}
        assert prepared.vectors(hashes.values()).keys() == {hashes["alpha one"]}
        assert prepared.unembedded_texts(["a"], 9) == {hashes["alpha two"]: "alpha two"}

    def test_vectors_come_later_and_change_nothing_else(self, prepared: Store) -> None:
        write = document("a", "alpha one", "alpha two", "alpha three", groups=("law",), tags=("x",))
        self.fill(prepared, self.by_words(write, "alpha one", "alpha two"))
        before, chunks = prepared.entry("a"), prepared.chunks("a")
        [(first, text)] = prepared.unembedded_texts(["a"], 1).items()
        assert prepared.add_vectors(["a"], {first: vector_of(text)}, MODEL) == {"a": 1}
        assert prepared.entry("a") == dataclasses.replace(before, unembedded=1)
        assert self.given(prepared, "a", "none") == {"a": 1}
        assert prepared.entry("a") == dataclasses.replace(before, unembedded=0) and prepared.chunks("a") == chunks
        assert self.semantic(prepared, "alpha two")[0] == "alpha two" and len(self.semantic(prepared, "x")) == 3
        assert self.semantic(prepared, "x", filters=Filters(groups=())) == []
        assert len(self.keyword(prepared, "alpha", filters=Filters(groups=("law",), tags=("x",)))) == 3
        found = prepared.search(RetrievalQuery("alpha", None, depth=9)).keyword
        assert not any(chunk.unembedded for chunk in found) and prepared.unembedded_texts(["a"], 9) == {}
        assert self.given(prepared, "a") == {}

    def test_what_waits_for_vectors_is_listed_newest_first_and_counted(self, prepared: Store) -> None:
        day = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
        assert prepared.unembedded(9) == () and prepared.backlog() == Backlog(0, 0)
        for number, name in enumerate(("old", "new", "whole")):
            texts = (f"{name} one", f"{name} two")
            write = document(name, *texts, updated=day + dt.timedelta(days=number))
            prepared.write([write if name == "whole" else self.by_words(write, *texts)])
        assert [entry.id for entry in prepared.unembedded(9)] == ["new", "old"]
        assert [entry.id for entry in prepared.unembedded(1)] == ["new"]
        prepared.refresh()
        assert prepared.backlog() == Backlog(2, 4)
        self.given(prepared, "new")
        assert [entry.id for entry in prepared.unembedded(9)] == ["old"] and prepared.backlog() == Backlog(1, 2)

    def test_late_vectors_neither_revive_a_document_nor_reach_another_text(self, prepared: Store) -> None:
        self.fill(
            prepared,
            *(self.by_words(document(name, f"{name} text"), f"{name} text") for name in ("gone", "edited", "same")),
        )
        texts = prepared.unembedded_texts(["gone", "edited", "same"], 9)
        prepared.delete_document("gone")
        self.fill(prepared, self.by_words(document("edited", "other text", version="v2"), "other text"))
        vectors = {hash_: vector_of(text) for hash_, text in texts.items()}
        assert prepared.add_vectors(["gone", "edited", "same"], vectors, MODEL) == {"same": 1}
        prepared.refresh()
        assert prepared.entry("gone") is None and prepared.count() == 2
        assert self.semantic(prepared, "x") == ["same text"]
        assert (prepared.entry("edited").unembedded, prepared.entry("same").unembedded) == (1, 0)
        assert self.given(prepared, "edited") == {"edited": 1}

    def test_a_document_written_anew_takes_its_vectors_along_or_waits_again(self, prepared: Store) -> None:
        self.fill(prepared, self.by_words(document("a", "one", "two"), "one", "two"))
        self.fill(prepared, document("a", "one", "two", "three", version="v2"))
        assert prepared.entry("a").unembedded == 0 and len(self.semantic(prepared, "x")) == 3
        self.fill(prepared, self.by_words(document("a", "one", "four", version="v3"), "four"))
        assert prepared.entry("a").unembedded == 1 and self.semantic(prepared, "x") == ["one"]
        assert self.given(prepared, "a") == {"a": 1}

    def test_late_vectors_of_another_model_are_left_out(self, prepared: Store) -> None:
        self.fill(prepared, self.by_words(document("a", "one"), "one"))
        texts = prepared.unembedded_texts(["a"], 9)
        other = dataclasses.replace(MODEL, digest="2")
        assert prepared.add_vectors(["a"], {hash_: vector_of("x") for hash_ in texts}, other) == {}
        assert prepared.entry("a").unembedded == 1 and self.semantic(prepared, "x") == []

    def test_a_document_that_waits_for_vectors_is_filed_and_claimed_as_any_other(self, prepared: Store) -> None:
        self.fill(prepared, self.by_words(document("a", "one"), "one"))
        read = prepared.entry("a")
        prepared.refile(["a"], lambda entry, filing: dataclasses.replace(filing, tags=("by hand",)))
        assert prepared.entry("a").unembedded == 1
        assert self.given(prepared, "a") == {"a": 1}
        assert self.semantic(prepared, "x", filters=Filters(tags=("by hand",))) == ["one"]
        queued = dataclasses.replace(read, state=DocumentState.QUEUED, unembedded=0)
        assert prepared.exchange([(read, queued)]) == ["a"]  # vectors that came are no difference

    def test_depth_bounds_each_retriever(self, prepared: Store) -> None:
        self.fill(prepared, document("a", *(f"word number {number}" for number in range(20))))
        found = prepared.search(RetrievalQuery(keywords="word", vector=vector_of("x"), depth=7))
        assert len(found.keyword) == len(found.semantic) == 7

    # --- filters

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            (Filters(), {"a", "b", "c"}),
            (Filters(types=("pdf",)), {"b"}),
            (Filters(types=("pdf", "html")), {"b", "c"}),
            (Filters(languages=("zh",)), {"c"}),
            (Filters(paths=("/docs/a",)), {"a"}),
            (Filters(paths=("https://", "/docs/b")), {"b", "c"}),
            (Filters(document_ids=("a", "c")), {"a", "c"}),
            (Filters(excluded_document_ids=("a", "c")), {"b"}),
            (Filters(headings=("Section 0",)), {"a", "b", "c"}),
            (Filters(headings=("Section", "it's none")), set()),
            (Filters(tags=("contract", "none")), {"a", "c"}),
            (Filters(tags=("contract",), fields=(("author", "Li"),)), {"a"}),
            (Filters(fields=(("author", "Li"), ("author", "O'Brien"))), {"a", "b"}),
            (Filters(fields=(("author", "Li"), ("project", "甲"))), set()),
            (Filters(fields=(("author", "O'Brien"), ("project", "甲"))), {"b"}),
            (Filters(tags=("contra",)), set()),
            (Filters(years=(2024, 1999)), {"b"}),
            (Filters(years=(2023,), languages=("en",), types=("markdown",)), {"a"}),
            (Filters(after=dt.datetime(2024, 1, 1, tzinfo=dt.UTC)), {"b"}),
            (Filters(before=dt.datetime(2024, 1, 1, tzinfo=dt.UTC)), {"a"}),
            (Filters(after=dt.datetime(2024, 6, 1, tzinfo=dt.UTC), types=("markdown",)), set()),
            (Filters(paths=("/docs/%' OR 'a'='a",)), set()),
        ],
    )
    def test_filters_hold_on_both_retrievers(self, prepared: Store, filters: Filters, names: set[str]) -> None:
        day = dt.datetime(2023, 5, 1, tzinfo=dt.UTC)
        self.fill(
            prepared,
            document(
                "a",
                "common alpha",
                language="en",
                modified=day,
                tags=("contract", "urgent"),
                fields={"author": ("Li",)},
            ),
            document(
                "b",
                "common beta",
                type="pdf",
                language="en",
                modified=day.replace(year=2024, month=6),
                fields={"author": ("Wu", "O'Brien"), "project": ("甲",)},
            ),
            document(
                "c", "common gamma", type="html", language="zh", source="https://example.org/c", tags=("contract",)
            ),
        )
        found = prepared.search(RetrievalQuery(keywords="common", vector=vector_of("x"), depth=50, filters=filters))
        assert {hit.document_id for hit in found.keyword} == names
        assert {hit.document_id for hit in found.semantic} == names

    @pytest.mark.parametrize("name", ["types", "languages", "paths", "document_ids", "headings", "tags", "years"])
    def test_alternatives_may_be_many(self, prepared: Store, name: str) -> None:
        """As many as a body of one MiB could hold would end a process that nests them; a few thousand tell."""
        self.fill(
            prepared,
            document("a", "common alpha", language="en", modified=dt.datetime(800, 5, 1, tzinfo=dt.UTC), tags=("t",)),
        )
        one = {"types": "markdown", "languages": "en", "paths": "/docs/a", "document_ids": "a",
               "headings": "Section 0", "tags": "t", "years": 800}[name]  # fmt: skip
        others = list(range(1000, 2000)) if name == "years" else [f"/none/{n}" for n in range(1000)]
        filters = Filters(**{name: (*others, one)})  # type: ignore[arg-type]
        found = prepared.search(RetrievalQuery(keywords="common", vector=vector_of("x"), depth=50, filters=filters))
        assert [hit.document_id for hit in (*found.keyword, *found.semantic)] == ["a", "a"]
        without = Filters(**{name: tuple(others)})  # type: ignore[arg-type]
        assert prepared.search(RetrievalQuery(keywords="common", vector=None, depth=50, filters=without)).keyword == ()

    def test_filters_apply_before_ranking(self, prepared: Store) -> None:
        self.fill(prepared, document("many", *(f"near {number}" for number in range(30))))
        self.fill(prepared, document("far", "near but other", type="pdf"))
        narrow = RetrievalQuery(keywords="near", vector=vector_of("near 1"), depth=3, filters=Filters(types=("pdf",)))
        found = prepared.search(narrow)
        assert [hit.document_id for hit in (*found.keyword, *found.semantic)] == ["far", "far"]

    def test_what_is_stated_comes_with_each_passage_and_follows_the_entry(self, prepared: Store) -> None:
        written = document("a", "some words", tags=("合同", "2024"), fields={"author": ("Li", "王"), "no": ("a=b",)})
        self.fill(prepared, written, document("b", "other words"))
        found = prepared.search(RetrievalQuery(keywords="some", vector=vector_of("some words"), depth=1))
        for chunk in (*found.keyword, *found.semantic):
            assert (chunk.tags, dict(chunk.fields)) == (written.entry.tags, dict(written.entry.fields))
        # The same passages, so that only what is stated of them changes.
        self.fill(prepared, document("a", "some words", fields={"author": ("Wu",)}))
        (chunk,) = prepared.search(RetrievalQuery(keywords="some", vector=None, depth=1)).keyword
        assert (chunk.tags, dict(chunk.fields)) == ((), {"author": ("Wu",)})
        assert self.keyword(prepared, "words", filters=Filters(tags=("合同",))) == []
        assert prepared.entry("a").fields == {"author": ("Wu",)}

    # --- groups

    @pytest.mark.parametrize(
        ("groups", "names"),
        [
            (None, {"open", "law", "both"}),
            (("law",), {"open", "law", "both"}),
            (("finance",), {"open", "both"}),
            (("sales", "finance"), {"open", "both"}),
            (("other",), {"open"}),
            ((), {"open"}),
            (("x') OR true OR ('a' = 'a",), {"open"}),
        ],
    )
    def test_groups_bound_both_retrievers_and_the_registry(
        self, prepared: Store, groups: tuple[str, ...] | None, names: set[str]
    ) -> None:
        self.fill(
            prepared,
            document("open", "common alpha"),
            document("law", "common beta", groups=("law",)),
            document("both", "common gamma", groups=("finance", "law")),
        )
        filters = Filters(groups=groups)
        found = prepared.search(RetrievalQuery(keywords="common", vector=vector_of("x"), depth=50, filters=filters))
        assert {hit.document_id for hit in found.keyword} == names
        assert {hit.document_id for hit in found.semantic} == names
        page = prepared.entries(groups=groups)
        assert ({entry.id for entry in page.entries}, page.total) == (names, len(names))
        assert prepared.entry("both").groups == ("finance", "law")

    # --- the query language: what must and must not occur

    @pytest.mark.parametrize(
        ("text", "phrase", "there"),
        [
            ("Install the snapshot repository first", "snapshot repository", True),
            ("Install the snapshot repository first", "Snapshot Repository", True),
            ("Install the snapshot repository first", "repository snapshot", False),
            ("Install the snapshot repository first", "snap", False),
            ("The error PPR-9087 appears", "PPR-9087", True),
            ("The error PPR-90871 appears", "PPR-9087", False),
            ("Upgrade to 9.5.3 now", "9.5.3", True),
            ("Upgrade to 9.5.3 now", "9.5", False),
            ("It is 9.5. Then it stops", "9.5", True),
            ("See config.yaml for more", "config.yaml", True),
            ("It costs (about) 40% more", "about 40", True),
            ("全文检索引擎支持中文分词", "检索引擎", True),
            ("全文检索引擎支持中文分词", "检索中文", False),
            ("使用dense_vector字段", "dense_vector", True),
            ("Ｆｕｌｌ width letters", "full width", True),
            ("a*b+c? [x] it's", "it's", True),
        ],
    )
    def test_phrases_are_required_and_excluded_on_both_retrievers(
        self, prepared: Store, text: str, phrase: str, there: bool
    ) -> None:
        self.fill(prepared, document("a", text), document("b", f"filler of another kind {text[:1]}"))
        for required, excluded, expected in (((phrase,), (), there), ((), (phrase,), not there)):
            asked = RetrievalQuery(text, vector_of(text), depth=50, required=required, excluded=excluded)
            found = prepared.search(asked)
            for retriever in (found.keyword, found.semantic):
                assert (text in [hit.text for hit in retriever]) is expected

    def test_documents_are_told_by_phrase_and_filters_in_order(self, prepared: Store) -> None:
        assert prepared.documents_with(Filters()) == ()
        self.fill(
            prepared,
            document("c", "The snapshot repository", "another snapshot repository"),
            document("a", "A Snapshot  Repository of class D", groups=("law",), type="pdf"),
            document("b", "a repository of snapshots"),
            document("d", "全文检索引擎", "Ｆｕｌｌ width"),
        )
        assert prepared.documents_with(Filters()) == ("a", "b", "c", "d")
        assert prepared.documents_with(Filters(), after="a", size=2) == ("b", "c")
        assert prepared.documents_with(Filters(), "snapshot repository") == ("a", "c")
        assert prepared.documents_with(Filters(groups=()), "snapshot repository") == ("c",)
        assert prepared.documents_with(Filters(groups=("law",), types=("pdf",))) == ("a",)
        assert prepared.documents_with(Filters(document_ids=("a", "d")), after="a") == ("d",)
        assert (
            prepared.documents_with(Filters(), "检索引擎") == prepared.documents_with(Filters(), "full width") == ("d",)
        )
        assert prepared.documents_with(Filters(), "the") == ("a", "b", "c", "d")  # of titles
        assert prepared.documents_with(Filters(), "nowhere") == prepared.documents_with(Filters(), after="d") == ()

    # --- replacing and removing

    def test_a_new_version_replaces_the_old_one(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "kept words", "old words"), document("b", "other words"))
        self.fill(prepared, document("a", "kept words", "new words", version="v2", title="Renamed"))
        assert set(self.keyword(prepared, "words")) == {"kept words", "new words", "other words"}
        assert set(self.semantic(prepared, "words")) == {"kept words", "new words", "other words"}
        assert prepared.count() == 3
        assert prepared.entry("a").content_hash == "v2"
        assert (
            self.keyword(prepared, "renamed") == ["kept words", "new words"]
            or len(self.keyword(prepared, "renamed")) == 2
        )

    def test_a_document_can_shrink_to_nothing(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "one", "two"))
        self.fill(prepared, document("a", version="v2"))
        assert prepared.count() == 0
        assert prepared.entry("a").chunks == 0

    def test_a_document_of_many_chunks(self, prepared: Store) -> None:
        texts = [f"passage {number}" for number in range(2500)]
        self.fill(prepared, document("a", *texts))
        assert prepared.count() == 2500
        assert [chunk.text for chunk in prepared.chunks("a")] == texts
        assert [chunk.text for chunk in prepared.chunks("a", 1200, 3)] == texts[1200:1203]
        assert [chunk.text for chunk in prepared.chunks("a", 0, 2)] == texts[:2]
        assert [chunk.text for chunk in prepared.chunks("a", 2498, 5)] == texts[2498:]
        assert len(prepared.chunks("a", 1)) == 2499
        self.fill(prepared, document("a", "only", version="v2"))
        assert prepared.count() == 1

    def test_delete_removes_everything_of_one_document(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "shared words"), document("b", "shared words too"))
        assert prepared.delete_document("a") is True
        assert prepared.entry("a") is None
        assert self.keyword(prepared, "shared") == ["shared words too"]
        assert prepared.delete_document("a") is False

    def test_what_has_passages_is_told_whoever_knows_of_it(self, prepared: Store) -> None:
        assert list(prepared.held()) == []
        prepared.write([document("b", "one", "two"), document("a", "three"), document("empty")])
        prepared.forget(["b"])
        prepared.refresh()
        assert sorted(prepared.held()) == ["a", "b"]

    def test_vectors_are_known_by_hash(self, prepared: Store) -> None:
        write = document("a", "one", "two")
        self.fill(prepared, write, document("b", "one"))
        hashes = [embedded.chunk.hash for embedded in write.chunks]
        found = prepared.vectors([*hashes, "f" * 32])
        assert set(found) == set(hashes)
        assert np.allclose(found[hashes[1]], vector_of("two"), atol=1e-5)
        assert found[hashes[1]].dtype == np.float32

    def test_vectors_of_another_model_are_not_known(self, prepared: Store) -> None:
        write = document("a", "one")
        self.fill(prepared, write)
        hashes = [write.chunks[0].chunk.hash]
        assert prepared.vectors(hashes, MODEL).keys() == set(hashes)
        assert prepared.vectors(hashes, dataclasses.replace(MODEL, dtype="bfloat16")).keys() == set(hashes)
        for other in ({"digest": "2"}, {"dims": 16, "model": "16"}, {"document_prompt": "passage: "}):
            assert prepared.vectors(hashes, dataclasses.replace(MODEL, **other)) == {}

    # --- the registry

    def test_entries_keep_every_field(self, prepared: Store) -> None:
        moment = dt.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=dt.UTC)
        entry = DocumentEntry(
            id="x",
            source="https://example.org/页面?q='1'",
            title='Title "quoted" 标题',
            type="html",
            state=DocumentState.FAILED,
            content_hash="abc",
            language="zh",
            modified=moment,
            pages=12,
            chunks=3,
            error="It's broken.",
            note="Page 2 has no text.",
            updated=moment,
            seconds=1.5,
            groups=("finance", "law"),
            tags=("contract", "合同"),
            fields={"author": ("Li", "a=b"), "project name": ("X",)},
            stated="5a",
            own='{"title": "x"}',
            pages_indexed=11,
            attempts=2,
            failures=1,
            failed_hash="def",
            queued=moment,
            started=moment,
            owner="host-1",
            lease=moment,
        )
        prepared.put_entries([entry])
        assert prepared.entry("x") == entry
        assert prepared.known_entries(["x", "y"]) == {"x": entry}
        assert prepared.known_entries(["", "x"]) == {"x": entry} and prepared.entry("") is None

    def test_entries_come_newest_first_by_page_and_state(self, prepared: Store) -> None:
        day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        for number in range(5):
            state = DocumentState.FAILED if number % 2 else DocumentState.INDEXED
            moment = day + dt.timedelta(days=number)
            prepared.put_entries([dataclasses.replace(document(f"d{number}").entry, state=state, updated=moment)])
        page = prepared.entries(offset=1, size=2)
        assert [entry.id for entry in page.entries] == ["d3", "d2"] and page.total == 5
        failed = prepared.entries(states=[DocumentState.FAILED])
        assert [entry.id for entry in failed.entries] == ["d3", "d1"] and failed.total == 2

    def test_entries_of_several_states_come_oldest_first_when_asked(self, prepared: Store) -> None:
        day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        states = [DocumentState.QUEUED, DocumentState.INDEXED, DocumentState.RUNNING]
        for number, state in enumerate(states):
            moment = day + dt.timedelta(days=number)
            prepared.put_entries([dataclasses.replace(document(f"d{number}").entry, state=state, updated=moment)])
        page = prepared.entries(states=[DocumentState.QUEUED, DocumentState.RUNNING], order=EntryOrder.OLDEST)
        assert [entry.id for entry in page.entries] == ["d0", "d2"] and page.total == 2
        assert prepared.state_counts() == dict.fromkeys(states, 1)

    def test_entries_are_found_by_a_part_of_title_or_source(self, prepared: Store) -> None:
        facts = {
            "a": ("Annual Report 100%", "/in/x.md"),
            "b": ("手套规定", "/in/Glove*s.md"),
            "c": ("it's", "/in/a\\b_c.md"),
        }
        for name, (title, source) in facts.items():
            prepared.put_entries([document(name, title=title, source=source).entry])
        for part, wanted in {
            "report": ["a"],
            "ANNUAL": ["a"],
            "手套": ["b"],
            "glove*": ["b"],
            "100%": ["a"],
            "it's": ["c"],
            "a\\b_": ["c"],
            "x?md": [],
            "a_nual": [],
            "/in/": ["a", "b", "c"],
        }.items():
            page = prepared.entries(contains=part, order=EntryOrder.SOURCE)
            assert sorted(entry.id for entry in page.entries) == wanted, part
            assert page.total == len(wanted)
        failed = prepared.entries(contains="report", states=[DocumentState.FAILED])
        assert failed.total == 0

    def test_folders_are_counted_and_listed(self, prepared: Store) -> None:
        sources = {
            "a": "/docs/x/a.md", "b": "/docs/x/b'.md", "c": "/docs/xy.md", "d": "https://example.org/x/page",
            "e": "/docs/x/all.zip/deep/e.md",
        }  # fmt: skip
        for name, source in sources.items():
            groups = ("law",) if name == "b" else ("hr",) if name == "e" else ()
            prepared.put_entries([document(name, source=source, groups=groups).entry])
        web = {"https://example.org/x/": 1}
        every = {"/docs/": 1, "/docs/x/": 2, "/docs/x/all.zip/deep/": 1, **web}
        assert prepared.folder_counts() == every
        assert prepared.folder_counts(["law"]) == {"/docs/": 1, "/docs/x/": 2, **web}
        assert prepared.folder_counts([]) == {"/docs/": 1, "/docs/x/": 1, **web}
        for below, wanted in {
            "/docs/x/": "abe",
            "/docs/x": "abce",
            "https://example.org/": "d",
            "/docs/y/": "",
        }.items():
            page = prepared.entries(below=below, order=EntryOrder.SOURCE)
            assert "".join(sorted(entry.id for entry in page.entries)) == wanted, below
            assert page.total == len(wanted)
        assert prepared.entries(below="/docs/x/", groups=["law"], order=EntryOrder.TYPE).total == 2

    def test_entries_are_sorted_as_asked(self, prepared: Store) -> None:
        day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        for number, (title, chunks) in enumerate([("beta", 5), ("Alpha", 9), ("gamma", 1)]):
            entry = document(f"d{number}", title=title, chunks=chunks, updated=day + dt.timedelta(days=number)).entry
            prepared.put_entries([entry])
        for order, wanted in {
            EntryOrder.NEWEST: "d2 d1 d0",
            EntryOrder.OLDEST: "d0 d1 d2",
            EntryOrder.TITLE: "d1 d0 d2",
            EntryOrder.SOURCE: "d0 d1 d2",
            EntryOrder.LARGEST: "d1 d0 d2",
        }.items():
            assert " ".join(entry.id for entry in prepared.entries(order=order).entries) == wanted, order

    def test_documents_are_found_by_place_and_by_content(self, prepared: Store) -> None:
        for name, source in (("a", "/docs/x/a.md"), ("b", "/docs/xy.md"), ("c", "/docs/x"), ("d", "/docs/x/s/it's.md")):
            prepared.put_entries([document(name, source=source, version=name).entry])
        assert [entry.id for entry in prepared.sources("/docs/x")] == ["c", "a", "d"]
        assert [entry.id for entry in prepared.sources("/docs")] == ["c", "a", "d", "b"]
        assert [entry.id for entry in prepared.sources("/docs/x/s/it's.md")] == ["d"]
        assert list(prepared.sources("/do")) == []
        assert [entry.id for entry in prepared.sources("")] == sorted(
            (entry.id for entry in prepared.entries().entries),
            key=lambda id_: prepared.known_entries([id_])[id_].source,
        )
        found = prepared.same_content(["a", "d", "none"])
        assert {hash_: [entry.id for entry in entries] for hash_, entries in found.items()} == {"a": ["a"], "d": ["d"]}

    # --- who works on a document

    def claimed(self, name: str, owner: str, until: dt.datetime, **facts: object) -> DocumentEntry:
        facts = {"state": DocumentState.RUNNING, "owner": owner, "lease": until, "content_hash": "", **facts}
        return dataclasses.replace(document(name).entry, **facts)

    def claims(
        self, store: Store, entries: Sequence[DocumentEntry], now: dt.datetime, gone: Sequence[str] = ()
    ) -> list[str]:
        """Claim what stands in the registry now; the ids that were won."""
        known = store.known_entries([entry.id for entry in entries])
        return sorted(store.claim([(known.get(entry.id), entry) for entry in entries], now, gone))

    def test_one_of_two_claims_wins_and_the_other_waits_for_the_end_of_the_lease(self, prepared: Store) -> None:
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        later, latest = now + dt.timedelta(seconds=60), now + dt.timedelta(seconds=120)
        prepared.put_entries([document("known").entry])
        first = [self.claimed(name, "one", later) for name in ("new", "known")]
        assert self.claims(prepared, first, now) == ["known", "new"]
        assert prepared.entry("new") == first[0]
        second = [self.claimed(name, "two", latest) for name in ("new", "other")]
        assert self.claims(prepared, second, now) == ["other"]
        assert prepared.entry("new") == first[0]
        assert self.claims(prepared, first, now) == ["known", "new"]  # one may claim again what it holds
        assert self.claims(prepared, second[:1], later) == ["new"]  # the lease has ended
        assert self.claims(prepared, first[:1], later, ["two"]) == ["new"]  # its owner is known to be dead
        done = document("new", "text").entry
        prepared.put_entries([done])
        assert self.claims(prepared, second[:1], now) == ["new"]  # nobody works on it

    def test_of_many_that_claim_at_once_each_document_gets_one(self, prepared: Store) -> None:
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        until = now + dt.timedelta(seconds=60)
        prepared.put_entries([document(f"d{number}").entry for number in range(0, 20, 2)])
        known = prepared.known_entries([f"d{number}" for number in range(20)])
        ready, won = threading.Barrier(4), {}

        def claim(owner: str) -> None:
            wanted = [(known.get(f"d{number}"), self.claimed(f"d{number}", owner, until)) for number in range(20)]
            ready.wait(30)
            won[owner] = set(prepared.claim(wanted, now))

        threads = [threading.Thread(target=claim, args=(f"owner-{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(id_ for ids in won.values() for id_ in ids) == sorted(f"d{number}" for number in range(20))
        for owner, ids in won.items():
            assert all(prepared.entry(id_).owner == owner for id_ in ids)

    def test_what_changed_since_it_was_read_is_not_claimed(self, prepared: Store) -> None:
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        later = now + dt.timedelta(seconds=60)
        prepared.put_entries([document(name).entry for name in ("deleted", "changed", "still")])
        read = prepared.known_entries(["deleted", "changed", "still", "new", "added"])
        prepared.forget(["deleted"])
        prepared.put_entries([document("changed", groups=("board",)).entry, document("added").entry])
        wanted = [
            (read.get(name), self.claimed(name, "one", later))
            for name in ("deleted", "changed", "still", "new", "added")
        ]
        assert sorted(prepared.claim(wanted, now)) == ["new", "still"]
        assert prepared.entry("deleted") is None
        assert prepared.entry("changed").groups == ("board",)
        assert prepared.entry("added") == document("added").entry

    def test_who_claims_once_more_what_it_holds_forgets_no_request(self, prepared: Store) -> None:
        first, asked, second = (dt.datetime(2026, 1, 1, 12, minute, tzinfo=dt.UTC) for minute in (1, 2, 3))
        mine = self.claimed("a", "one", second, started=first)
        prepared.claim([(None, mine)], first)
        prepared.renew([dataclasses.replace(mine, queued=asked)])
        again = dataclasses.replace(mine, started=second, attempts=2)
        assert list(prepared.claim([(mine, again)], second)) == ["a"]
        assert prepared.entry("a") == dataclasses.replace(again, started=first, queued=asked)

    def test_entries_are_exchanged_only_for_those_that_were_read(self, prepared: Store) -> None:
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        held = self.claimed("held", "one", now)
        prepared.put_entries([document("a").entry, document("b").entry, document("c").entry, held])
        read = prepared.known_entries("abc")
        prepared.forget(["a"])
        prepared.put_entries([document("b", groups=("board",)).entry])
        prepared.renew([dataclasses.replace(held, lease=now + dt.timedelta(seconds=60))])
        new = {name: document(name, title="New", updated=now).entry for name in ("a", "b", "c", "d", "held")}
        wanted = [*((read[name], new[name]) for name in "abc"), (None, new["d"]), (held, new["held"])]
        for _ in range(2):  # a call whose answer was lost is repeated
            assert sorted(prepared.exchange(wanted)) == ["c", "d", "held"]
        assert prepared.entry("a") is None and prepared.entry("b").groups == ("board",)
        assert [prepared.entry(name) for name in ("c", "d", "held")] == [new["c"], new["d"], new["held"]]
        assert list(prepared.exchange([(None, dataclasses.replace(new["c"], title="Newer"))])) == ["c"]
        assert prepared.entry("c").title == "New"

    def test_final_entries_are_for_what_is_still_held(self, prepared: Store) -> None:
        started, asked, now = (dt.datetime(2026, 1, 1, 12, minute, tzinfo=dt.UTC) for minute in (1, 2, 3))
        names = ("done", "asked", "given-back", "asked-back", "deleted", "theirs")
        mine = {name: self.claimed(name, "one", now, started=started, depth=1) for name in names}
        prepared.claim([(None, entry) for entry in mine.values()], started)
        prepared.renew([dataclasses.replace(mine[name], queued=asked) for name in ("asked", "asked-back")])
        prepared.forget(["deleted"])
        theirs = dataclasses.replace(mine["theirs"], owner="two")
        prepared.put_entries([theirs])
        state = {"state": DocumentState.FAILED, "error": "It is torn.", "updated": now, "started": started}
        finals = {name: document(name, **state).entry for name in ("done", "asked", "deleted", "theirs")}
        given = {**finals, "given-back": None, "asked-back": None}
        assert sorted(prepared.settle(given, "one")) == ["asked", "asked-back", "done", "given-back"]
        assert prepared.entry("done") == finals["done"]
        queued = {"state": DocumentState.QUEUED, "error": "", "queued": asked, "depth": 1, "owner": "", "lease": None}
        assert prepared.entry("asked") == dataclasses.replace(finals["asked"], **queued)
        assert prepared.entry("asked-back") == dataclasses.replace(mine["asked-back"], **queued)
        assert prepared.entry("given-back") is prepared.entry("deleted") is None
        assert prepared.entry("theirs") == theirs
        assert {"done", "asked"} <= set(prepared.settle(given, "one"))  # repeated, as its answer was lost

    def test_documents_are_written_only_while_they_are_held(self, prepared: Store) -> None:
        started, asked, now = (dt.datetime(2026, 1, 1, 12, minute, tzinfo=dt.UTC) for minute in (1, 2, 3))
        names = ("done", "asked", "deleted", "theirs")
        self.fill(prepared, document("theirs", "what was there"))
        mine = {name: self.claimed(name, "one", now, started=started) for name in names}
        self.claims(prepared, list(mine.values()), started)
        prepared.renew([dataclasses.replace(mine["asked"], queued=asked)])
        prepared.delete_document("deleted")
        prepared.put_entries([dataclasses.replace(mine["theirs"], owner="two")])
        writes = [document(name, f"text of {name}", started=started) for name in names]
        for _ in range(2):  # a call whose answer was lost is repeated
            assert prepared.write(writes, MODEL, "one") == dict.fromkeys(("deleted", "theirs"), LOST)
        prepared.refresh()
        assert {name: [chunk.text for chunk in prepared.chunks(name)] for name in names} == {
            "done": ["text of done"],
            "asked": ["text of asked"],
            "deleted": [],
            "theirs": ["what was there"],
        }
        assert prepared.entry("done") == writes[0].entry
        assert prepared.entry("asked") == dataclasses.replace(writes[1].entry, state=DocumentState.QUEUED, queued=asked)
        assert prepared.entry("deleted") is None and prepared.entry("theirs").owner == "two"

    def test_a_lease_is_renewed_only_by_its_owner(self, prepared: Store) -> None:
        now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        later = now + dt.timedelta(seconds=60)
        mine = self.claimed("a", "one", now, title="Mine")
        prepared.claim([(None, mine)], now)
        longer = dataclasses.replace(mine, lease=later, title="not written")
        assert list(prepared.renew([longer, self.claimed("absent", "one", later)])) == ["a"]
        assert prepared.entry("a") == dataclasses.replace(mine, lease=later)
        assert list(prepared.renew([dataclasses.replace(longer, owner="two")])) == []
        prepared.put_entries([document("a").entry])
        assert list(prepared.renew([longer])) == []
        assert prepared.entry("a").state is DocumentState.INDEXED

    def test_forgetting_removes_entries_alone(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "text"), document("b", "text too"))
        prepared.forget(["a", "absent"])
        assert prepared.entry("a") is None and prepared.entry("b") is not None and prepared.count() == 2

    def test_writing_nothing_is_nothing(self, prepared: Store) -> None:
        assert prepared.write([]) == {}

    def test_drop_leaves_an_empty_store(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "text"))
        prepared.drop()
        assert prepared.fingerprint() is None and prepared.count() == 0

    # --- around a hit

    def faceted(
        self, store: Store, keywords: str | None, vector: np.ndarray | None, **more: object
    ) -> RetrievalResults:
        return store.search(RetrievalQuery(keywords=keywords, vector=vector, depth=2, facets=True, **more))

    def facet_library(self, store: Store) -> None:
        self.fill(
            store,
            document(
                "a",
                *(f"gloves number {n}" for n in range(5)),
                language="en",
                modified=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
                tags=("work", "hands"),
                fields={"author": ("Li", "Wu")},
            ),
            document("b", "gloves and boots", type="pdf", source="https://example.org/x/b.pdf", tags=("work",)),
            document(
                "c",
                "gloves of the board",
                source="/board/c.md",
                groups=("board",),
                modified=dt.datetime(2024, 12, 31, 23, 30, tzinfo=dt.UTC),
                tags=("secret",),
                fields={"author": ("Chair",)},
            ),
            document("d", "boots only", language="zh"),
        )

    def test_facets_count_all_that_was_found_not_only_what_was_brought(self, prepared: Store) -> None:
        self.facet_library(prepared)
        found = self.faceted(prepared, "gloves", None)
        assert len(found.keyword) == 2 and found.matched == 7
        assert found.facets["type"] == {"markdown": 6, "pdf": 1}
        assert found.facets["language"] == {"en": 5}
        assert found.facets["path"] == {"/docs/": 5, "/board/": 1, "https://example.org/": 1}
        assert found.facets["year"] == {"2024": 6}
        assert found.facets["tag"] == {"work": 6, "hands": 5, "secret": 1}
        assert found.facets["field"] == {"author=Li": 5, "author=Wu": 5, "author=Chair": 1}
        assert found.facets["heading"]["Part"] == 7 and found.facets["heading"]["Section 4"] == 1
        unasked = prepared.search(RetrievalQuery(keywords="gloves", vector=None, depth=2))
        assert unasked.facets == {} and unasked.matched == 0

    def test_facets_count_what_either_leg_finds_once(self, prepared: Store) -> None:
        self.facet_library(prepared)
        both = self.faceted(prepared, "gloves", vector_of("boots only"))
        assert "boots only" in {chunk.text for chunk in both.semantic}
        assert both.matched == 8 and both.facets["language"] == {"en": 5, "zh": 1}
        meaning = self.faceted(prepared, None, vector_of("boots only"))
        assert meaning.matched == 2 == sum(meaning.facets["type"].values())

    def test_facets_pass_the_filters_and_the_groups(self, prepared: Store) -> None:
        self.facet_library(prepared)
        outsider = self.faceted(prepared, "gloves", vector_of("gloves of the board"), filters=Filters(groups=()))
        assert "/board/" not in outsider.facets["path"] and outsider.facets["year"] == {"2024": 5}
        assert "secret" not in outsider.facets["tag"] and "author=Chair" not in outsider.facets["field"]
        assert self.faceted(prepared, "gloves", None, filters=Filters(groups=("board",))).facets["path"]["/board/"] == 1
        narrowed = self.faceted(prepared, "gloves", None, filters=Filters(types=("pdf",)), excluded=("boots",))
        assert narrowed.matched == 0 and narrowed.facets["type"] == {}

    def beginning(self, store: Store, typed: str, **more: object) -> list[str]:
        query = RetrievalQuery(keywords=typed, vector=None, depth=50, match=Match.BEGINNING, **more)
        return [chunk.text for chunk in store.search(query).keyword]

    def test_a_beginning_finds_how_it_goes_on(self, prepared: Store) -> None:
        self.fill(
            prepared,
            document("a", "The snapshot repository is full.", title="Operations"),
            document("b", "nothing of it", title="Snapshots of 2024"),
            document("c", "向量数据库的备份"),
            document("d", "The snapshot of the board", groups=("board",)),
        )
        assert "The snapshot repository is full." in self.beginning(prepared, "snap")
        assert "nothing of it" in self.beginning(prepared, "snap")
        assert self.beginning(prepared, "Snapshot Rep", filters=Filters(groups=())) == [
            "The snapshot repository is full."
        ]
        assert self.beginning(prepared, "数据") == ["向量数据库的备份"]
        assert self.beginning(prepared, "apshot") == []
        assert "The snapshot of the board" not in self.beginning(prepared, "snap", filters=Filters(groups=("sales",)))
        assert "The snapshot of the board" in self.beginning(prepared, "snap", filters=Filters(groups=("board",)))

    def test_words_spelt_alike_are_found(self, prepared: Store) -> None:
        self.fill(prepared, document("a", "The snapshot repository"), document("b", "an unrelated passage"))
        query = RetrievalQuery(keywords="repositroy", vector=None, depth=50, match=Match.SIMILAR)
        assert [chunk.text for chunk in prepared.search(query).keyword] == ["The snapshot repository"]
