"""Prints the manual page from commands and settings: ``python scripts/man_page.py > share/man/man1/searchapp.1``."""

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from cli_page import commands, default_of

from searchapp import __version__
from searchapp.cli.exit_codes import MEANINGS
from searchapp.cli.run import app, text_and_examples
from searchapp.settings import SETTINGS_FILE, Settings

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"

FILES = {
    SETTINGS_FILE: "Settings, read from the working directory: the part after SEARCHAPP_ in lower case (port = 9000). "
    "The environment wins.",
}


def man_page() -> str:
    """The page in roff, with the macros of man(7)."""
    whole = typer.main.get_command(app)
    lines = [
        f'.TH SEARCHAPP 1 "{_released()}" "searchapp {__version__}" "User Commands"',
        *(".SH NAME", r"searchapp \- private semantic search with answers over your own documents"),
        *(".SH SYNOPSIS", ".B searchapp", "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]..."),
        *(".SH DESCRIPTION", *_paragraphs(whole.help or "")),
        *(".PP", *_lines("Each command tells the same with --help; with --json its output is for programs.")),
        ".SH COMMANDS",
    ]
    for path, command in commands(whole, ()):
        lines += [f".SS searchapp {_text(' '.join(path))}", *_command(command)]
    meanings = {str(code): f"{said[0].upper()}{said[1:]}.".replace("`", "") for code, said in MEANINGS.items()}
    lines += [".SH EXIT STATUS", *_list(meanings)]
    settings = {f"SEARCHAPP_{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()}
    lines += [".SH ENVIRONMENT", *_list(settings), ".SH FILES", *_list(FILES)]
    return "\n".join(lines) + "\n"


def _released() -> str:
    """The day of this version."""
    said = CHANGELOG.read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(__version__)}\] - ([\d-]+)$", said, re.MULTILINE)
    return found.group(1) if found else ""


def _command(command: Any) -> Iterator[str]:
    told, typed = text_and_examples(command.help or "")
    yield from _paragraphs(told)
    for one in command.params:
        if one.name != "help":
            default = default_of(one)
            yield from (
                ".TP",
                _name(one),
                *_lines(f"{one.help or ''}{f' Default: {default}.' if default != '' else ''}"),
            )
    if typed:
        yield from (".PP", ".EX", *map(_text, typed), ".EE")


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"\\fI{_text(parameter.metavar or parameter.name.upper())}\\fR"
    return ", ".join(f"\\fB{_text(option)}\\fR" for option in parameter.opts)


def _list(items: dict[str, str]) -> Iterator[str]:
    for name, said in items.items():
        yield from (".TP", f"\\fB{_text(name)}\\fR", *_lines(said))


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(filter(None, re.split(r"\n\s*\n", text.strip()))):
        if number:
            yield ".PP"
        yield from _lines(paragraph)


def _lines(text: str) -> list[str]:
    return [_text(line) for line in textwrap.wrap(text, 70, break_long_words=False, break_on_hyphens=False)]


def _text(text: str) -> str:
    """Text as it is, in ASCII: no sign of it is a request, and hyphens can be copied."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    escaped = re.sub(r"[^\x00-\x7f]", lambda sign: rf"\[u{ord(sign.group()):04X}]", escaped)
    return rf"\&{escaped}" if escaped.startswith(".") else escaped


if __name__ == "__main__":
    sys.stdout.write(man_page())
