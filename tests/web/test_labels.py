"""The page's labels: the same in both languages, asking for the same values, none missing, none left over."""

import re
from pathlib import Path

import pytest

import searchapp.web
from searchapp.access import Scope
from searchapp.audit import Outcome, What
from searchapp.judged_runs import CHANGES
from searchapp.messages import read_in
from searchapp.messages.labels import label, labels
from searchapp.model import SourceType

FOLDER = Path(searchapp.web.__file__).parent
ENGLISH, CHINESE = labels("en"), labels("zh")
PREFIXES = ("facet_", "order_", "sort_", "check_", "batch_", "every_", "date_", "kind_", "mode_")
# Keys that the code puts together from the kinds of search, the filters and the types of documents.
COMPOSED = {
    *("hybridTip", "keywordTip", "semanticTip"),
    *(str(kind) for kind in SourceType),
    *(key for key in ENGLISH if key.startswith(PREFIXES)),
    *(
        f"{name}{part}"
        for name in ("reindex", "rollback", "discard", "retryAll", "pauseQueue")
        for part in ("Title", "Text")
    ),
    *("live", "written", "kept", "unfinished", "stranger", "counting", "copying", "checking", "queueing"),
    *("done", "stopped", "interrupted"),
    *(f"what_{what}" for what in ("any", *What)),
    *(f"outcome_{outcome}" for outcome in ("any", *Outcome)),
    *("audit_stdout", "audit_off"),
    *(f"judged_{name}" for name in CHANGES),
    *(f"scope{part}_{scope}" for part in ("", "Tip") for scope in Scope),
}


def sources(*patterns: str) -> list[str]:
    return [file.read_text(encoding="utf-8") for pattern in patterns for file in sorted(FOLDER.glob(pattern))]


def used() -> set[str]:
    found: set[str] = set()
    for text in sources("templates/*.html"):
        found.update(re.findall(r"""\blabel\(["'](\w+)["']\)""", text))
    for text in sources("static/*.js"):
        found.update(re.findall(r'\bt\("(\w+)"', text))
    return found


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\d)", text))


def test_both_languages_say_the_same_things() -> None:
    assert [*ENGLISH] == [*CHINESE]  # in the same order, so that they can be read side by side


def test_both_languages_ask_for_the_same_values() -> None:
    assert {key for key in ENGLISH if places(ENGLISH[key]) != places(CHINESE[key])} == set()


def test_what_stands_in_braces_is_a_place_or_a_choice() -> None:
    for key, text in [*ENGLISH.items(), *CHINESE.items()]:
        assert not re.search(r"[{}]", re.sub(r"\{\d(?::[^|{}]*\|[^{}]*)?\}", "", text)), key


def test_every_action_and_outcome_of_the_audit_log_has_a_name() -> None:
    named = {*(f"what_{what}" for what in What), *(f"outcome_{outcome}" for outcome in Outcome)}
    assert named - set(ENGLISH) == set()


def test_every_label_that_is_used_is_there_and_the_other_way_round() -> None:
    assert used() - set(ENGLISH) == set()
    named = set(re.findall(r'"(\w+)"', "".join(sources("static/*.js"))))  # also those that a condition chooses between
    assert set(ENGLISH) - used() - named - COMPOSED == set()


def test_a_reader_gets_a_label_in_their_language() -> None:
    with read_in("zh"):
        assert label("documents") == "文档"
    assert label("documents") == "Documents"
    with pytest.raises(KeyError):
        label("nowhere")


def test_readers_are_addressed_politely_in_chinese() -> None:
    assert {key: text for key, text in CHINESE.items() if "你" in text} == {}


def test_no_module_builds_markup_from_text() -> None:
    for text in sources("static/*.js"):
        code = re.sub(r"//.*", "", text)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", code), text[:200]
