"""Prints docs/cli.md from the commands themselves: ``python scripts/cli_page.py > docs/cli.md``."""

import sys
from collections.abc import Iterator
from typing import Any

import typer.main

from searchapp.cli.exit_codes import table
from searchapp.cli.run import app, text_and_examples


def cli_page() -> str:
    """The page as Markdown."""
    lines = [
        "# The command line",
        "",
        "With `--json` the output is for programs ([the contract](for-programs.md)), and errors are JSON on stderr:",
        "`code` and `reason` are stable, `message` and `remedy` are for people, in English or Chinese as the",
        "environment says (`LC_ALL`, `LC_MESSAGES`, `LANG`). Each command tells the same with `--help`. This page is",
        "made by `scripts/cli_page.py`.",
        "",
        table(),
    ]
    for path, command in commands(typer.main.get_command(app), ()):
        lines += ["", f"## searchapp {' '.join(path)}", "", *_text(command.help or ""), *_parameters(command)]
    return "\n".join(lines) + "\n"


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, by its words, in the order in which help lists them."""
    children = getattr(command, "commands", {})
    if not children or (path and command.invoke_without_command):
        yield path, command
    for name, child in children.items():
        yield from commands(child, (*path, name))


def _text(help_text: str) -> Iterator[str]:
    """A command's help: its paragraphs, and its examples as a block."""
    told, typed = text_and_examples(help_text)
    yield told.replace("<", "&lt;")
    if typed:
        yield from ("", "```sh", *typed, "```")


def _parameters(command: Any) -> Iterator[str]:
    rows = [(_name(one), one) for one in command.params if one.name != "help"]
    if rows:
        yield from ("", "| | |", "|---|---|")
    for name, one in rows:
        told = (getattr(one, "help", "") or "").replace("|", "\\|")
        default = default_of(one)
        yield f"| {name} | {told}{f' Default: `{default}`.' if default != '' else ''} |"


def default_of(parameter: Any) -> Any:
    """What holds where the parameter is not given; empty where that is nothing or not known here."""
    default = parameter.default
    return "" if default in (None, False, ()) or parameter.required or callable(default) else default


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or parameter.name.upper()
        return f"`{name}`{' ...' if parameter.nargs == -1 else ''}"
    return ", ".join(f"`{option}`" for option in parameter.opts)


if __name__ == "__main__":
    sys.stdout.write(cli_page())
