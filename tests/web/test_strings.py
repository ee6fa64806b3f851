"""The interface's words: the same in both languages, none missing, none left over."""

import re
from pathlib import Path

import searchapp.web
from searchapp.audit import Outcome, What
from searchapp.model import SourceType

FOLDER = Path(searchapp.web.__file__).parent
STRINGS = (FOLDER / "static" / "strings.js").read_text(encoding="utf-8")
# Keys that the code puts together from the kinds of search, the filters and the types of documents.
COMPOSED = {
    *("hybridTip", "keywordTip", "semanticTip", "pathIs", "afterIs", "beforeIs"),
    *(str(kind) for kind in SourceType),
    *(key for key in re.findall(r"^  ((?:facet|order|sort)_\w+):", STRINGS, re.MULTILINE)),
    *(f"{name}{part}" for name in ("reindex", "rollback", "discard", "retryAll") for part in ("Title", "Text")),
    *("live", "written", "kept", "unfinished", "stranger", "counting", "copying", "checking", "queueing"),
    *("done", "stopped", "interrupted"),
    *(f"what_{what}" for what in ("any", *What)),
    *(f"outcome_{outcome}" for outcome in ("any", *Outcome)),
    *("audit_stdout", "audit_off"),
    *(key for key in re.findall(r"^  ((?:check|sort)_\w+):", STRINGS, re.MULTILINE)),
}


def keys(language: str) -> list[str]:
    body = re.search(rf"const {language} = \{{\n(.*?)\n\}};", STRINGS, re.DOTALL)
    assert body
    return re.findall(r"^  (\w+):", body[1], re.MULTILINE)


def used() -> set[str]:
    found: set[str] = set()
    for file in [*FOLDER.glob("templates/*.html"), *FOLDER.glob("static/*.js")]:
        text = file.read_text(encoding="utf-8")
        found.update(re.findall(r'data-t(?:-[a-z-]+)?="(\w+)"', text))
        found.update(re.findall(r'\bt\("(\w+)"', text))
    return found


def test_both_languages_say_the_same_things() -> None:
    assert keys("en") == keys("zh")
    assert len(keys("en")) == len(set(keys("en")))


def test_every_action_and_outcome_of_the_audit_log_has_a_name() -> None:
    named = {*(f"what_{what}" for what in What), *(f"outcome_{outcome}" for outcome in Outcome)}
    assert named - set(keys("en")) == set()


def test_every_word_that_is_used_is_there_and_the_other_way_round() -> None:
    assert used() - set(keys("en")) == set()
    code = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("static/*.js") if file.name != "strings.js")
    named = set(re.findall(r'"(\w+)"', code))  # also those that a condition chooses between
    assert set(keys("en")) - used() - named - COMPOSED == set()


def test_no_module_builds_markup_from_text() -> None:
    for file in FOLDER.glob("static/*.js"):
        code = re.sub(r"//.*", "", file.read_text(encoding="utf-8"))
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", code), file.name
