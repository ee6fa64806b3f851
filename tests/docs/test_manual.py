"""The manual page, and what shells read, are those of the commands as they are, and what their programs take."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from searchapp import __version__
from searchapp.cli.completion import Shell, script
from searchapp.cli.run import app
from searchapp.settings import Settings

ROOT = Path(__file__).parents[2]
SHARE = ROOT / "share"
PAGE = SHARE / "man" / "man1" / "searchapp.1"
COMPLETION = {
    Shell.BASH: SHARE / "bash-completion" / "completions" / "searchapp",
    Shell.ZSH: SHARE / "zsh" / "site-functions" / "_searchapp",
    Shell.FISH: SHARE / "fish" / "vendor_completions.d" / "searchapp.fish",
}


def test_the_manual_page_is_current() -> None:
    command = [sys.executable, ROOT / "scripts" / "man_page.py"]
    made = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert PAGE.read_text(encoding="utf-8") == made, "run make pages"


@pytest.mark.parametrize("shell", Shell)
def test_what_shells_read_is_current(shell: Shell) -> None:
    assert COMPLETION[shell].read_text(encoding="utf-8") == f"{script(shell)}\n", "run make pages"


def test_nothing_else_is_put_beside_the_program() -> None:
    assert {path for path in SHARE.rglob("*") if path.is_file()} == {PAGE, *COMPLETION.values()}


def test_mandoc_has_nothing_to_say_and_shows_every_command_and_setting(mandoc: str) -> None:
    linted = subprocess.run([mandoc, "-T", "lint", PAGE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout
    wide = [mandoc, "-T", "utf8", "-O", "width=1000", PAGE]
    shown = subprocess.run(wide, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    plain = re.sub(".\b", "", shown)  # bold and slanted signs are struck over others
    assert f"searchapp {__version__}" in plain
    for name in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"searchapp {name}" in plain, name
    for name in Settings.model_fields:
        assert f"SEARCHAPP_{name.upper()}" in plain, name
    for words in ("--help", "EXIT STATUS", "Changes are pending", "如何更换嵌入模型"):
        assert words in plain, words
