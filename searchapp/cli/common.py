"""What several commands share: options, JSON output, the application, and an orderly end."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.model import Filters
    from searchapp.progress import Watcher
    from searchapp.wiring import Application

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
FilterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        "-f",
        metavar="FIELD=VALUE",
        help="Only passages with this type, language, path, site, heading, year, after, before, tag, collection, "
        "field or document. May be given several times.",
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", help="Only documents with this tag, short for --filter tag=. Several times."),
]
CollectionOption = Annotated[
    list[str] | None,
    typer.Option("--collection", help="Only documents in this collection, short for --filter collection=. Several."),
]
FieldOption = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="NAME=VALUE",
        help="Only documents with this field, such as author=Li, short for --filter field=. Several times.",
    ),
]

SizeOption = Annotated[int, typer.Option("--size", "-n", min=1, max=10_000, help="Most to show.")]
OffsetOption = Annotated[int, typer.Option("--from", min=0, help="How many to skip.")]
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


def filters_of(
    filters: list[str] | None, tags: list[str] | None, fields: list[str] | None, collections: list[str] | None
) -> Filters:
    """The filters of the four options. Raises UsageError for one that is none."""
    from searchapp.search import parse_filters

    short = {"tag": tags, "field": fields, "collection": collections}
    texts = [f"{name}={value}" for name, values in short.items() for value in values or ()]
    return parse_filters([*(filters or ()), *texts])


def say_what_leaves(running: Application, *, asks: bool = False) -> None:
    """Say on stderr that text is sent to another machine to be embedded, or where it ``asks``, answered from."""
    from searchapp.openai_api.leaving import all_leaving

    for one in all_leaving(running.settings):
        if asks or not one.is_question:
            console(stderr=True).print(str(one.sentence), style="yellow")


def print_json(value: Any) -> None:
    """One JSON value on one line."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def print_list(name: str, items: Sequence[Any] | Mapping[str, Any], total: int | None = None, /, **more: Any) -> None:
    """A list as every command prints one: how many there are on all pages, and those of this one under ``name``."""
    print_json({"total": len(items) if total is None else total, name: items, **more})


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is: brackets in documents are no markup."""
    from rich.console import Console

    out = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    # Into a pipe or file lines go out whole, for grep and the like.
    out.soft_wrap = not out.is_terminal
    return out


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
