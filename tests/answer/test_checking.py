"""Sentences of anybody's, checked against passages that are named, or against the whole index."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp import limits
from searchapp.answer.checking import _EXPLAINED
from searchapp.errors import NotFoundError, UsageError
from searchapp.messages import read_in
from searchapp.model import CheckedSentence, Filters, Reason, SearchRequest, SentenceChecks
from searchapp.settings import load_settings
from searchapp.wiring import Application

TEXTS = {
    "press.md": "# Press\n\nOperators must wear cut-resistant gloves of class D whenever the press is open.\n\n"
    "The press weighs 41 tonnes and was built in 2019 by Hartmann.\n\nThe canteen does not serve fish on Mondays.",
    "saw.txt": "The saw weighs 12 tonnes. It was built in 2015 by Keller. The saw stands in hall 3.",
    "canteen.txt": "The canteen serves fish on Mondays.",
    "dues.txt": "The dues of members are due in March.",
    "手套.md": "# 手套\n\n操作人员在设备开启时必须佩戴防割手套。\n\n数据库每天备份一次，备份保留三十天。",
}
SECRET = "The director earns ninety thousand a year."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Application:
    folder = tmp_path_factory.mktemp("checking")
    running = Application(load_settings(data_dir=folder / "data", embedding_model="hashed:256"))
    for name, text in TEXTS.items():
        (folder / "docs").mkdir(exist_ok=True)
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    (folder / "salaries.txt").write_text(SECRET, encoding="utf-8")
    assert {one.state for one in running.ingester.ingest([str(folder / "docs")])} == {"indexed"}
    assert {one.state for one in running.ingester.ingest([str(folder / "salaries.txt")], groups=["hr"])} == {"indexed"}
    return running


def checked(library: Application, text: str, *passages: str, filters: Filters | None = None) -> SentenceChecks:
    return library.checks.check(text, filters or Filters(), passages=passages)


def one(library: Application, text: str, *passages: str, filters: Filters | None = None) -> CheckedSentence:
    (found,) = checked(library, text, *passages, filters=filters).sentences
    return found


def passage(library: Application, query: str) -> str:
    return library.searcher.search(SearchRequest(query)).hits[0].chunk_id


@pytest.mark.parametrize(
    ("text", "support", "reason", "missing"),
    [
        ("Operators must wear gloves of class D whenever the press is open.", "supported", Reason.SAID, ()),
        ("Operators must wear gloves of class C whenever the press is open.", "unsupported", Reason.CONTRADICTED, ()),
        ("The press weighs 43 tonnes.", "unsupported", Reason.FACTS_MISSING, ("43",)),
        ("The press was built by Hartmann.", "supported", Reason.SAID, ()),
        ("The dues of members are due in March.", "supported", Reason.SAID, ()),
        ("The dues of members are due in May.", "weak", Reason.PARTLY, ()),
        ("Penguins live in the Antarctic.", "unsupported", Reason.NOTHING_FOUND, ()),
        ("操作人员必须佩戴防割手套。", "supported", Reason.SAID, ()),
        ("数据库每周备份一次。", "unsupported", Reason.CONTRADICTED, ()),
        ("备份保留六十天。", "unsupported", Reason.FACTS_MISSING, ("60",)),
        ("備份保留三十天。", "supported", Reason.SAID, ()),
    ],
)
def test_the_whole_index_is_asked(
    library: Application, text: str, support: str, reason: Reason, missing: tuple[str, ...]
) -> None:
    found = one(library, text)
    assert (found.support, found.reason, found.missing) == (support, reason, missing)
    assert found.text == text and found.explanation
    assert bool(found.passages) is (reason is not Reason.NOTHING_FOUND)
    if support == "supported":
        assert {each.support for each in found.passages} == {"supported"}
        told = "".join(TEXTS.values())
        assert all(piece in told for each in found.passages for piece in each.quote.split(" … "))


@pytest.mark.parametrize(
    "text",
    [
        "Penguins wear gloves.",
        "The director must wear gloves.",
        "Operators built the press on Mondays.",
        "The press is open on Mondays.",
        "经理必须佩戴防割手套。",
        "数据库必须佩戴防割手套。",
    ],
)
def test_words_that_stand_somewhere_are_no_support(library: Application, text: str) -> None:
    found = one(library, text)
    assert (found.support, found.reason) == ("weak", Reason.PARTLY) or found.support == "unsupported"
    given = one(library, text, passage(library, "press is open gloves"), passage(library, "防割手套"))
    assert given.support != "supported"


def test_a_letter_ends_a_sentence_where_it_is_no_initial(library: Application) -> None:
    text = "Gloves are of class D. Operators may open the press without them."
    first, second = checked(library, text).sentences
    assert (first.text, second.text) == ("Gloves are of class D.", "Operators may open the press without them.")
    assert second.support != "supported"


def test_a_pronoun_finds_whom_it_means_in_the_sentence_before(library: Application) -> None:
    assert one(library, "The saw was built in 2015 by Keller.").support == "supported"


def test_only_the_passages_that_are_named_count(library: Application) -> None:
    saw, press = passage(library, "saw weighs"), passage(library, "press is open gloves")
    text = "The saw weighs 12 tonnes."
    assert one(library, text, saw).support == "supported"
    other = one(library, text, press)
    assert (other.support, other.reason, other.missing) == ("unsupported", Reason.FACTS_MISSING, ("12",))
    assert [each.chunk_id for each in other.passages] == [press]
    both = one(library, text, press, saw, saw)
    assert both.support == "supported" and [each.chunk_id for each in both.passages] == [saw]
    together = one(library, "Hartmann built the press, which weighs 41 tonnes, and Keller built the saw.", press, saw)
    assert together.support != "unsupported" and {each.chunk_id for each in together.passages} == {press, saw}


def test_each_sentence_of_a_text_is_checked(library: Application) -> None:
    text = "# Heading\n\n- The saw weighs 12 tonnes [1].\n- The saw weighs 99 tonnes.\r\n\r\n备份保留三十天。"
    found = checked(library, text)
    assert [each.support for each in found.sentences] == ["supported", "unsupported", "supported"]
    assert not found.supported and checked(library, "The saw weighs 12 tonnes. It stands in hall 3.").supported


def test_who_does_not_agree_is_named(library: Application) -> None:
    found = checked(library, "The canteen serves fish on Mondays.")
    assert found.supported and [notice.code for notice in found.notices] == ["check_disputed"]
    assert "Press" in found.notices[0].message and found.notices[0].subject == passage(library, "press is open gloves")


def test_the_reason_is_told_in_the_readers_language(library: Application) -> None:
    with read_in("zh"):
        found = one(library, "The press weighs 43 tonnes.")
    assert found.explanation == "段落中没有43。"
    assert set(_EXPLAINED) == set(Reason)


def test_a_claim_is_no_query(library: Application) -> None:
    found = one(library, 'The "saw" -press weighs 12 tonnes type:pdf AND.')
    assert found.passages and found.passages[0].title == "saw"


def test_groups_are_walls(library: Application) -> None:
    secret = passage(library, "director earns")
    for filters in (Filters(groups=()), Filters(groups=("law",))):
        found = one(library, SECRET, filters=filters)
        assert found.support == "unsupported" and secret not in {each.chunk_id for each in found.passages}
        with pytest.raises(NotFoundError) as hidden:
            checked(library, SECRET, secret, filters=filters)
        with pytest.raises(NotFoundError) as absent:
            checked(library, SECRET, secret.replace(secret[:4], "0000"), filters=filters)
        assert hidden.value.reason == absent.value.reason == "passage_id_unknown"
    assert one(library, SECRET, filters=Filters(groups=("hr",))).support == "supported"
    assert one(library, SECRET, secret, filters=Filters(groups=("hr",))).support == "supported"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "check_empty"),
        (" \n…!", "check_empty"),
        ("word " * 1000, "check_too_long"),
        ("The saw is old. " * (limits.CHECKED_SENTENCES + 1), "check_too_many"),
    ],
)
def test_what_cannot_be_checked_is_said(library: Application, text: str, code: str) -> None:
    with pytest.raises(UsageError) as wrong:
        checked(library, text)
    assert wrong.value.reason == code


def test_a_passage_that_was_deleted_is_told(library: Application, tmp_path: Path) -> None:
    (tmp_path / "soon.txt").write_text("The lathe stands in hall 9.", encoding="utf-8")
    assert [each.error for each in library.ingester.ingest([str(tmp_path / "soon.txt")])] == [""]
    lathe = passage(library, "lathe hall")
    assert one(library, "The lathe stands in hall 9.", lathe).support == "supported"
    library.store.delete_document(lathe.partition("-")[0])
    with pytest.raises(NotFoundError):
        checked(library, "The lathe stands in hall 9.", lathe)
    assert one(library, "The lathe stands in hall 9.").support == "unsupported"


def test_odd_texts_are_read(library: Application) -> None:
    assert one(library, "# A heading alone").reason in (Reason.NOT_SAID, Reason.NOTHING_FOUND, Reason.FACTS_MISSING)
    assert one(library, "The saw \ud800weighs 12 tonnes.").support == "supported"
    assert one(library, "???是").support == "unsupported"
