"""Lines looked for in documents: words and patterns, in every store; what is bounded, and how one goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from searchapp import limits
from searchapp.errors import OverloadedError, UsageError
from searchapp.model import DocumentEntry, Filters, GrepResults
from searchapp.search import grep as module
from searchapp.search import parse_filters
from searchapp.search.grep import AT_ONCE, GrepRequest, grep
from searchapp.search.patterns import read_pattern
from searchapp.wiring import Application
from tests.search.three_stores import STORES, library_of

TAIL = "Of the many checks each one is done by hand and signed, every time. " * 14
TEXTS = {
    "gloves.md": "# Gloves\n\nWear gloves of class D.\n\nDamaged GLOVES are replaced.\n\nBoots too.\n\nNo glove is left.",
    "codes.txt": "PPR-9087 closes\r\nPPR-9088 opens\r\nppr-12 beeps\r\nXPPR-9087 is another",
    "手套.md": "# 手套\n\n操作人员必须佩戴防割手套。\n\n数据库每天备份一次（见附录）。",
    "kana.txt": "ｶﾞﾗｽの扉を閉める。\nＥＬＡＳＴＩＣ は検索エンジンです。",
    "long.txt": f"{TAIL}Here is the needle-point of it. {TAIL}\nend",
}


@pytest.fixture(scope="module", params=STORES)
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with library_of(TEXTS, request, tmp_path_factory.mktemp("grep")) as running:
        yield running


def found(library: Application, words: str = "", pattern: str = "", **asked: object) -> GrepResults:
    return grep(library.store, GrepRequest(words, pattern, **asked))  # type: ignore[arg-type]


def lines(results: GrepResults) -> list[tuple[int, str]]:
    return [(line.line, line.text) for one in results.documents for line in one.lines]


def test_words_are_found_in_any_case_and_whole(library: Application) -> None:
    results = found(library, "gloves")
    assert lines(results) == [(1, "Gloves"), (3, "Wear gloves of class D."), (5, "Damaged GLOVES are replaced.")]
    assert (results.total, results.read, results.unread, results.next) == (3, 1, 0, None)
    assert lines(found(library, "class d")) == [(3, "Wear gloves of class D.")]
    assert lines(found(library, "PPR-9087")) == [(1, "PPR-9087 closes")]
    assert lines(found(library, "closes PPR-9087")) == [] and found(library, "nowhere").read == 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("防割手套", "操作人员必须佩戴防割手套。"),
        ("备份一次", "数据库每天备份一次（见附录）。"),
        ("ガラスの扉", "ｶﾞﾗｽの扉を閉める。"),
        ("elastic", "ＥＬＡＳＴＩＣ は検索エンジンです。"),
        ("検索エンジン", "ＥＬＡＳＴＩＣ は検索エンジンです。"),
    ],
)
def test_width_and_script_make_no_difference(library: Application, words: str, line: str) -> None:
    assert [text for _, text in lines(found(library, words))] == [line]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bppr-\d{4}\b", ["PPR-9087 closes", "PPR-9088 opens"]),
        (r"(?-i)PPR-\d+", ["PPR-9087 closes", "PPR-9088 opens", "XPPR-9087 is another"]),
        (r"^Boots", ["Boots too."]),
        (r"gloves?\b.*\.$", ["Wear gloves of class D.", "Damaged GLOVES are replaced.", "No glove is left."]),
        (r"每天.*（见附录）", ["数据库每天备份一次（见附录）。"]),
        (r"ガラス|Ｅｌａｓｔｉｃ", ["ｶﾞﾗｽの扉を閉める。", "ＥＬＡＳＴＩＣ は検索エンジンです。"]),
    ],
)
def test_patterns_are_found(library: Application, pattern: str, expected: list[str]) -> None:
    results = found(library, pattern=pattern)
    assert [text for _, text in lines(results)] == expected
    assert results.read == len(TEXTS)


def test_words_choose_the_documents_of_a_pattern(library: Application) -> None:
    results = found(library, "beeps", pattern="PPR")
    assert results.read == 1 and results.total == 4


def test_what_crosses_the_cut_of_a_long_line_is_found_once(library: Application) -> None:
    whole = found(library, pattern=r"signed, every time\. Of the many", per_document=500)
    text = library.store.entries(contains="long").entries[0]
    assert whole.total >= 3 and {one.document_id for one in whole.documents} == {text.id}
    numbers = [number for number, _ in lines(whole)]
    assert numbers == sorted(set(numbers))
    assert found(library, "needle point").total == 1


def test_neighbours_come_once(library: Application) -> None:
    (one,) = found(library, "gloves", context=2).documents
    told = [(line.before, line.line, line.after) for line in one.lines]
    assert told == [((), 1, ("",)), ((), 3, ("",)), ((), 5, ("", "Boots too."))]
    assert found(library, "closes", context=10).documents[0].lines[0].after == (
        "PPR-9088 opens",
        "ppr-12 beeps",
        "XPPR-9087 is another",
    )


def test_counts_and_pages_lead_on(library: Application) -> None:
    counted = found(library, pattern=".", per_document=0)
    assert counted.total > 10 and len(counted.documents) == len(TEXTS) and lines(counted) == []
    (codes,) = [one for one in counted.documents if one.title == "codes"]
    first = found(library, "ppr", per_document=2, filters=Filters(document_ids=(codes.document_id,)))
    (only,) = found(
        library, pattern="ppr", per_document=2, filters=Filters(document_ids=(codes.document_id,))
    ).documents
    assert only.total == 4 and [line.line for line in only.lines] == [1, 2] and only.next == 3
    rest = found(library, pattern="ppr", line=only.next, filters=Filters(document_ids=(codes.document_id,)))
    assert [number for number, _ in lines(rest)] == [3, 4] and rest.documents[0].next is None
    assert first.total == 3  # the fourth is another word

    met, cursor = [], ""
    for _ in range(len(TEXTS)):
        page = found(library, pattern=".", size=1, cursor=cursor)
        assert page.read == 1 and page.unread == len(TEXTS) - len(met) - 1 and not page.unread_more
        met += [one.document_id for one in page.documents]
        cursor = page.next or ""
    assert len(set(met)) == len(TEXTS) and cursor == ""


def test_a_call_reads_so_many_documents_and_so_long(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GREP_DOCUMENTS", 2)
    first = found(library, pattern=".")
    assert (first.read, first.unread) == (2, len(TEXTS) - 2)
    second = found(library, pattern=".", cursor=first.next)
    assert {one.document_id for one in first.documents}.isdisjoint(one.document_id for one in second.documents)
    monkeypatch.setattr(limits, "GREP_SECONDS", -1.0)
    late = found(library, pattern=".", per_document=500)
    assert late.read == 1 and late.unread == len(TEXTS) - 1 and late.next
    assert grep(library.store, GrepRequest(pattern="."), lambda: True).read == 1
    monkeypatch.setattr(limits, "GREP_CHUNKS", 0)
    assert set(found(library, pattern=".").too_long) <= {entry.id for entry in library.store.entries().entries}
    assert found(library, pattern=".").read == 0


def test_a_document_that_takes_too_long_is_read_in_parts(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GREP_SECONDS", -1.0)
    monkeypatch.setattr(module, "BATCH", 10)
    (codes,) = library.store.entries(contains="codes").entries
    only = Filters(document_ids=(codes.id,))
    at, met = 1, []
    for _ in range(10):
        (part,) = found(library, pattern="ppr", filters=only, line=at).documents
        met += [line.line for line in part.lines]
        if part.next is None:
            break
        at = part.next
    assert met == [1, 2, 3, 4]


def test_as_many_characters_as_one_reads_come_back(library: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FOUND_CHARACTERS", 30)
    page = found(library, pattern="ppr")
    assert len(lines(page)) == 2 and page.documents[0].total == 4 and page.documents[0].next == 3


def test_filters_choose_documents_and_groups_are_walls(library: Application) -> None:
    assert found(library, pattern=".", filters=parse_filters(["type=markdown"])).read == 2
    entry = library.store.entries(contains="codes").entries[0]
    file(library, entry, ("law",))
    try:
        for filters in (Filters(groups=("hr",)), Filters(groups=(), document_ids=(entry.id,))):
            other = found(library, pattern="ppr|glove", filters=filters, per_document=0)
            assert entry.id not in {one.document_id for one in other.documents} and other.unread == 0
            assert other.read == (len(TEXTS) - 1 if not filters.document_ids else 0)
            assert found(library, "PPR-9087", filters=filters).read == 0
        assert found(library, "PPR-9087", filters=Filters(groups=("law",))).total == 1
    finally:
        file(library, entry, ())


def file(library: Application, entry: DocumentEntry, groups: tuple[str, ...]) -> None:
    """Give a document to groups, its chunks too."""
    library.store.put_entries([dataclasses.replace(entry, groups=groups)])
    library.store.refile([entry.id], lambda _, filing: dataclasses.replace(filing, readers=groups))
    library.store.refresh()


def test_a_document_that_is_deleted_meanwhile_is_left_out(library: Application) -> None:
    gone = library.store.entries(contains="codes").entries[0]

    class Deleting:
        """The store, from which a document goes once the index has named it."""

        def __getattr__(self, name: str) -> object:
            return getattr(library.store, name)

        def known_entries(self, ids: list[str]) -> dict[str, DocumentEntry]:
            return {id_: one for id_, one in library.store.known_entries(ids).items() if id_ != gone.id}

        def chunks(self, document_id: str) -> object:
            return () if document_id == gone.id else library.store.chunks(document_id)

    results = grep(Deleting(), GrepRequest(pattern="PPR|gloves"))  # type: ignore[arg-type]
    assert [one.title for one in results.documents] == ["Gloves"] and results.read == len(TEXTS) - 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (GrepRequest(), "grep_empty"),
        (GrepRequest(words="  "), "grep_empty"),
        (GrepRequest(words="***"), "query_wordless"),
        (GrepRequest(words="a " * 150), "phrase_too_long"),
        (GrepRequest(words="g" * 5000), "query_too_long"),
        (GrepRequest(pattern=" "), "pattern_empty"),
        (GrepRequest(pattern="a" * 201), "pattern_too_long"),
        (GrepRequest(pattern="(gloves"), "pattern_wrong"),
        (GrepRequest(pattern=r"(?=x)"), "pattern_wrong"),
        (GrepRequest(pattern=r"(a)\1"), "pattern_wrong"),
        (GrepRequest(pattern="(a{1000}){1000}"), "pattern_wrong"),
        (GrepRequest(pattern=r"(\p{L}?){300}\p{L}{900}"), "pattern_wrong"),
    ],
)
@pytest.mark.parametrize("library", ["memory"], indirect=True)
def test_what_cannot_be_looked_for_is_said(library: Application, asked: GrepRequest, code: str) -> None:
    with pytest.raises(UsageError) as wrong:
        grep(library.store, asked)
    assert wrong.value.reason == code


@pytest.mark.parametrize(
    "pattern", ["(x+x+)+y", "(x*)*$y", "(x|xx)+y", "(.*x){20}y", "(a|b|ab)*c", "^(([a-z])+.)+[0-9]$"]
)
def test_no_pattern_explodes(pattern: str) -> None:
    """Of those that take other engines for ever, on lines as long as there are."""
    assert read_pattern(pattern).matches(["x" * limits.LINE_CHARACTERS] * 200) == [False] * 200


@pytest.mark.parametrize(
    ("pattern", "text", "is_hit"),
    [
        ("（见", "(见附录)", True),
        ("［ab］", "a", False),
        ("［ab］", "[AB]", True),
        ("[（）]", "(", True),
        ("é", "caf\u0065\u0301", True),
        ("\u0065\u0301", "É", True),
        ("ｶﾞ+", "ガガ", True),
        ("a．c", "abc", False),
        ("\ud800a", "a", True),
        (r"\.", "．", True),
    ],
)
def test_width_is_folded_on_both_sides(pattern: str, text: str, is_hit: bool) -> None:
    assert read_pattern(pattern).matches([text]) == [is_hit]


@pytest.mark.parametrize("library", ["memory"], indirect=True)
def test_only_so_many_read_at_once(library: Application) -> None:
    for _ in range(AT_ONCE):
        assert module._TURNS.acquire(blocking=False)
    try:
        with pytest.raises(OverloadedError):
            found(library, pattern=".")
    finally:
        module._TURNS.release(AT_ONCE)
    assert found(library, pattern=".").read == len(TEXTS)
