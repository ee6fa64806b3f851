"""What several commands share: options, JSON output, and the application."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.wiring import Application

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        "-f",
        metavar="FIELD=VALUE",
        help="Only passages with this type, language, path, site, heading, year, after, before or document. "
        "May be given several times.",
    ),
]

IdsArgument = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Ids, paths or addresses.")]


def application(**overrides: object) -> Application:
    """The application by the settings; ``overrides`` that are None do not count."""
    from searchapp.settings import LogFormat, load_settings
    from searchapp.wiring import Application

    settings = load_settings(**{key: value for key, value in overrides.items() if value is not None})
    if settings.log_format is LogFormat.JSON:
        import logging

        from searchapp.telemetry import logs

        logs.configure(settings, logging.WARNING)
    return Application(settings)


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is: brackets in documents are no markup."""
    from rich.console import Console

    out = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    # Into a pipe or file lines go out whole, for grep and the like.
    out.soft_wrap = not out.is_terminal
    return out


def one_line(text: str, width: int) -> str:
    """The text with white space folded, cut to ``width`` characters."""
    folded = " ".join(text.split())
    return folded if len(folded) <= width else folded[: width - 1] + "…"


def id_of(text: str) -> str:
    """A document's id as it is; a path or an address as the id that belongs to it."""
    import re

    from searchapp.sources import discover

    if re.fullmatch(r"[0-9a-f]{20}", text):
        return text
    return next((found.id for found in discover([text])), text)


@contextmanager
def waiting(what: str, quiet: bool) -> Iterator[None]:
    """Show on a terminal that something slow goes on, such as loading a model."""
    out = console(stderr=True)
    if quiet or not out.is_terminal:
        yield
        return
    with out.status(what):
        yield
