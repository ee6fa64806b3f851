"""Every sentence that the program may show is in both catalogues, with the values that it is given."""

import ast
import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import searchapp
from searchapp import errors, findings
from searchapp.messages import LANGUAGES, Language, catalogue

ROOT = Path(searchapp.__file__).parent
RAISED = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
SAID = {"Message", "ok", "info", "warning", "error"} & ({"Message"} | set(vars(findings)))
OWN_ARGUMENTS = {"is_final", "lacking", "retry_after"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def code_of(call: ast.Call) -> str | None:
    """The code that a call names; a finding's comes after the name of its check."""
    at = 1 if name_of(call.func) in SAID - {"Message"} else 0
    argument = call.args[at] if len(call.args) > at else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def kinds() -> set[str]:
    """Our errors by name, and what other files build on them."""
    known = set(RAISED)
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and known & {name_of(base) for base in node.bases}:
                known.add(node.name)
    return known


def calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where a code is named: the place, the code, and the names of its values (None where they are not to be seen)."""
    makers = kinds() | SAID
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in makers and (code := code_of(node)) is not None:
                names = [word.arg for word in node.keywords]
                given = None if None in names else {name for name in names if name} - OWN_ARGUMENTS
                yield f"{path.relative_to(ROOT)}:{node.lineno}", code, given


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def entries(language: Language) -> list[tuple[str, Any]]:
    text = (files("searchapp.messages") / f"{language}.toml").read_text(encoding="utf-8")
    return [entry for section in tomllib.loads(text).values() for entry in section.items()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_stands_once(language: Language) -> None:
    twice = [code for code, times in Counter(code for code, _ in entries(language)).items() if times > 1]
    assert twice == []
    assert [code for code, entry in entries(language) if not isinstance(entry, str) and len(entry) != 2] == []


def test_both_languages_have_the_same_codes_and_remedies() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    assert [*english] == [*chinese]  # in the same order, so that they can be read side by side
    assert [code for code in english if len(english[code]) != len(chinese[code])] == []


def test_a_translation_names_no_value_that_english_does_not() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    strange = {
        code: more
        for code in chinese
        if (more := placeholders(" ".join(chinese[code])) - placeholders(" ".join(english[code])))
    }
    assert strange == {}


def test_every_code_in_the_program_has_a_sentence() -> None:
    found = list(calls())
    assert len(found) > 300
    assert [f"{place} {code}" for place, code, _ in found if code not in catalogue("en")] == []


def test_every_sentence_gets_the_values_that_it_names() -> None:
    english = catalogue("en")
    wrong = [
        f"{place} {code}: {sorted(placeholders(' '.join(english[code])) ^ given)}"
        for place, code, given in calls()
        if given is not None and code in english and placeholders(" ".join(english[code])) != given
    ]
    assert wrong == []


def test_no_sentence_is_left_over() -> None:
    used = {
        node.value for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Constant)
    }  # a code may be chosen by a condition before it is used
    of_tests = {"passed_on"}  # scripted failures, and their remedies
    assert [code for code in catalogue("en") if code not in used | of_tests] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_whole(language: Language) -> None:
    ends = (".", "。", "}", "：", ":", "?", "？", ")", "）")
    parts = ("kind_", "length_", "items_", "title_", "with_")  # of a sentence, and the titles of statuses
    whole = {code: entry for code, entry in catalogue(language).items() if not code.startswith(parts)}
    assert [code for code, entry in whole.items() if not entry[0].endswith(ends)] == []


def test_chinese_is_chinese_and_speaks_to_its_reader_in_one_way() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    english = {code: " ".join(entry) for code, entry in catalogue("en").items()}
    chinese = {code: " ".join(entry) for code, entry in catalogue("zh").items()}
    chinese = {code: text for code, text in chinese.items() if text != english[code]}  # values alone, or null
    assert [code for code, text in chinese.items() if not han.search(text)] == []
    assert [code for code, text in chinese.items() if "你" in text] == []
