"""What several commands share: options, JSON output, the application, and an orderly end."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.progress import Watcher
    from searchapp.wiring import Application

SOME_FAILED = 3
"""The exit code when some of several inputs failed, and the others did not."""

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
    """The application by the settings; ``overrides`` that are None do not count. Its data folder is its owner's."""
    from searchapp.private_folder import tighten
    from searchapp.settings import LogFormat, load_settings
    from searchapp.wiring import Application

    settings = load_settings(**{key: value for key, value in overrides.items() if value is not None})
    if settings.log_format is LogFormat.JSON:
        import logging

        from searchapp.telemetry import logs

        logs.configure(settings, logging.WARNING)
    tighten(settings.data_dir)
    return Application(settings)


def say_what_leaves(running: Application) -> None:
    """Say on stderr that text is sent to another machine to be embedded, where it is."""
    from searchapp.openai_api.leaving import leaving

    if leaves := leaving(running.settings):
        console(stderr=True).print(str(leaves.sentence), style="yellow")


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
    from searchapp import progress

    out = console(stderr=True)
    if quiet:
        with progress.watched(lambda doing, share: None):
            yield
    elif not out.is_terminal:
        with progress.watched(lines(out)):
            yield
    else:
        with out.status(what) as status, progress.watched(lambda doing, share: status.update(f"{doing}, {share:.0%}")):
            yield


def lines(out: Console) -> Watcher:
    """Prints a line when something slow begins: no bar goes into a file or pipe."""
    told: set[str] = set()

    def watcher(doing: str, share: float) -> None:
        subject = doing.partition(" the embedding model")[2] or doing
        if subject not in told:
            told.add(subject)
            out.print(f"{doing} ...")

    return watcher


@contextmanager
def orderly_end() -> Iterator[None]:
    """Within it SIGTERM unwinds the command, with exit code 143; while that goes on, further signals wait."""

    def end(number: int, frame: FrameType | None) -> None:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        raise (KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number))

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
