"""Passwords of documents: asked for, or read from a pipe or a file; never an argument, which others could see."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from pydantic import SecretStr


def given_passwords(*, ask: bool, file: Path | None) -> list[SecretStr]:
    """The passwords that a person gives; raises UsageError for a file that cannot be read or holds none."""
    from pydantic import SecretStr

    from searchapp.errors import UsageError

    found: list[str] = []
    if file is not None:
        try:
            found += file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise UsageError(f"{file} cannot be read.", "Give a text file with one password a line.") from error
    if ask and sys.stdin.isatty():
        found.append(typer.prompt("Password of the documents", hide_input=True, err=True))
    elif ask:
        found.append(sys.stdin.readline().rstrip("\r\n"))
    passwords = [SecretStr(password) for password in found if password]
    if (ask or file is not None) and not passwords:
        raise UsageError("No password was given.", "Type one, or give a text file with one a line.")
    return passwords
