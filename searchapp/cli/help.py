"""The examples in a command's help: told apart from its text, and shown one a line."""

from __future__ import annotations

import inspect
from typing import Any


def told_and_examples(help_text: str) -> tuple[str, list[str]]:
    """The text of a command's docstring, and the commands below its "Example(s):"."""
    told, _, typed = inspect.cleandoc(help_text).partition("\nExample")
    lines = typed.partition(":")[2].splitlines()
    return told.strip(), [line.strip() for line in lines if line.strip()]


def keep_examples(command: Any) -> None:
    r"""Keep the examples of a command, and of those below it, from being wrapped into one paragraph.

    A paragraph that begins with \b is left as it is (click's documentation, "Help Pages").
    """
    told, typed = told_and_examples(command.help or "")
    if typed:
        heading = "Examples:" if len(typed) > 1 else "Example:"
        command.help = "\n".join((told, "", "\b", heading, *(f"  {line}" for line in typed)))
    for child in getattr(command, "commands", {}).values():
        keep_examples(child)
