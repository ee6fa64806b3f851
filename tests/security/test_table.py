"""Each line of docs/security.md is a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_every_line_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| attack")]
    assert len(rows) > 30
    assert [row for row in rows if "`tests/" not in row] == []


def test_every_test_that_is_named_is_there() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in NAMED
        if not (ROOT / file).is_file() or (name and f"def {name}(" not in (ROOT / file).read_text("utf-8"))
    ]
    assert missing == []


def test_every_attack_of_this_folder_is_in_the_table() -> None:
    named = {name for _, name in NAMED}
    tests = [
        name
        for file in Path(__file__).parent.glob("test_*.py")
        if file.name not in ("test_table.py",)
        for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    ]
    others = {  # what holds the attacks' own ground: that the good way works, and what is told
        "test_the_archives_of_this_file_are_right_but_for_what_they_show",
        "test_what_is_public_is_named_here_too", "test_a_person_logs_in_with_code_and_pkce", "test_a_wrong_secret_is_told_without_it",
        "test_a_pattern_that_is_excused_is_there", "test_a_provider_that_is_away_is_told", "test_whatever_sounds_like_a_secret_is_held_as_one", "test_a_wrong_setting_is_told_without_its_value",
    }  # fmt: skip
    assert set(tests) - named - others == set()
