"""``searchapp ingest``."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, say_what_leaves
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.cli.progress import Run, shown
from searchapp.cli.tally import Tally

if TYPE_CHECKING:
    from pydantic import SecretStr

    from searchapp.sources.passed_over import PassedOver
    from searchapp.wiring import Application


def ingest(
    targets: Annotated[list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders and web addresses.")],
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="NAME", help="Only this group may read them. May be given several times."),
    ] = None,
    sync: Annotated[bool, typer.Option("--sync", help="Remove documents below PATH or URL that are gone.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --sync: even if all of a folder's are gone.")] = False,
    depth: Annotated[
        int, typer.Option("--depth", min=0, max=20, help="Take the whole site of a URL, so many links deep.")
    ] = 0,
    queue: Annotated[
        bool, typer.Option("--queue", help="Only queue them, for workers or the running page to ingest.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and follow every change in the folders, until Ctrl-C.")
    ] = False,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow symbolic links that lead out of the folders too.")
    ] = False,
    password: Annotated[
        bool,
        typer.Option("--password", help="Ask for a password to try on protected documents, or read it from a pipe."),
    ] = False,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", metavar="FILE", help="Try the passwords in it, one a line.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read documents, split them into chunks, embed these, and store them.

    What has not changed since the last time is not touched, and a renamed file keeps its chunks. A document that
    failed three times is left alone until it is edited or "documents retry" names it. If Elasticsearch or Ollama goes
    away in the middle, the run waits for it. Exit code 3: some documents failed, the others are in.

    With --depth a URL stands for its site: the pages of the same host that it links to and that sitemap.xml lists below
    it, as robots.txt allows, one a second (SEARCHAPP_CRAWL_DELAY_SECONDS). The next time an unchanged page is not sent
    again, and with --sync pages are removed that the site answers with 404.

    With --watch folders are synchronised first; from then on new, edited, renamed and deleted files are followed within
    seconds.

    Examples:
      searchapp ingest ~/papers handbook.pdf

      searchapp ingest ~/papers --sync

      searchapp ingest ~/papers --queue

      searchapp ingest ~/papers --watch

      searchapp ingest contract.pdf --password

      searchapp ingest https://example.org/page.html --json

      searchapp ingest https://example.org/docs/ --depth 3 --sync

    """
    from searchapp.audit import What, note
    from searchapp.errors import UsageError
    from searchapp.ingest import Sync
    from searchapp.sources.passed_over import PassedOver

    if depth and not any("://" in target for target in targets):
        raise UsageError("depth_without_address")
    if all("://" in target for target in targets):
        note(what=What.SITE_ADDED if depth else What.ADDRESS_ADDED)
    if watch and queue:
        raise UsageError("watch_with_queue")
    if watch:
        from searchapp.ingest.sync import require_folders

        targets, sync = require_folders(targets), True
    mode = Sync.NO if not sync else Sync.EVEN_ALL if yes else Sync.CAREFUL
    passwords = given_passwords(ask=password, file=password_file)
    running = application(follow_links=follow_links or None)
    say_what_leaves(running)
    if queue:
        from searchapp.cli.queue import queue_all

        if sync:
            raise UsageError("sync_with_queue")
        if passwords:
            raise UsageError("password_with_queue")
        queue_all(running, targets, group, depth, as_json)
        return
    running.trash.purge()  # where no server runs, nobody else would
    if group is not None:
        _note_groups(running, targets, group)
    run = partial(running.ingester.ingest, groups=group, depth=depth, passwords=passwords)
    if watch:
        from searchapp.cli.watch import follow

        follow(
            running.ingester,
            targets,
            lambda notify: run(targets, sync=mode, notify=notify, leaves_vectors=True),
            lambda paths, notify: run(paths, notify=notify, leaves_vectors=True),
            as_json,
            follow_links=running.settings.follow_links,
        )
        return
    passed = PassedOver()
    try:
        finish(lambda notify: run(targets, sync=mode, notify=notify, passed=passed), as_json, targets, passed)
    finally:
        say_what_waits(running)
        _say_weakness(running)


def _note_groups(running: Application, targets: Sequence[str], groups: Sequence[str]) -> None:
    """Say in the audit log which documents that are there will be other groups' from now on."""
    from itertools import islice

    from searchapp.audit import What, note
    from searchapp.errors import ServiceUnavailableError
    from searchapp.sources import discover

    after, changed, found = tuple(sorted(set(groups))), list[dict[str, object]](), discover(targets)
    with contextlib.suppress(ServiceUnavailableError):  # the run waits for it, and is told of by its options
        while some := [one.id for one in islice(found, 1000)]:
            known = running.store.known_entries(some).values()
            below = [one for entry in known if entry.type == "archive" for one in running.store.sources(entry.source)]
            for entry in {one.id: one for one in (*known, *below)}.values():
                if entry.readers != after:
                    changed.append({"id": entry.id, "title": entry.title, "before": list(entry.readers)})
    note(groups=after)
    if changed:
        note(what=What.GROUPS_CHANGED, documents=changed)


def say_what_waits(running: Application) -> None:
    """Say on stderr how much is found by its words alone so far, where a run was stopped or others are at it."""
    from searchapp.errors import SearchAppError
    from searchapp.messages import Message

    with contextlib.suppress(SearchAppError):  # which the run has said
        if left := running.store.backlog().chunks:
            console(stderr=True).print(str(Message("vectors_follow", passages=left)), style="yellow", soft_wrap=True)


def _say_weakness(running: Application) -> None:
    """Say on stderr what the index's model does not find."""
    from searchapp.embedding.models import weakness
    from searchapp.errors import SearchAppError

    try:
        indexed = running.store.fingerprint()
    except SearchAppError:  # which the run has said
        return
    if indexed and (lacks := weakness(indexed.model)):
        console(stderr=True).print(f"{lacks}\n{lacks.remedy}", style="yellow")


def finish(run: Run, as_json: bool, targets: Sequence[str], passed: PassedOver | None = None) -> None:
    """Show a run to its end, its summary, what it ``passed`` over, and leave with the exit code that it earned.

    A run that is interrupted says what it has done, and raises KeyboardInterrupt as before.
    """
    from searchapp.audit import note

    started = time.perf_counter()
    tally = Tally()
    try:
        for outcome in shown(run, as_json, targets):
            tally.add(outcome)
    finally:
        seconds = time.perf_counter() - started
        stopped = isinstance(sys.exception(), KeyboardInterrupt)
        if stopped or sys.exception() is None:
            note(counts=tally.counts)
            if as_json:
                print_json({"summary": tally.summary(seconds) | {"passed_over": passed.kinds() if passed else []}})
            else:
                tally.print(console(), seconds, stopped=stopped)
    if not as_json and passed and (sentence := passed.message()) is not None:
        console().print(str(sentence), soft_wrap=True, markup=False)
    if tally.failed or tally.quarantined:
        raise typer.Exit(1 if tally.failed + tally.quarantined == tally.documents else SOME_FAILED)


def given_passwords(*, ask: bool, file: Path | None) -> list[SecretStr]:
    """The passwords that a person gives; raises UsageError for a file that cannot be read or holds none."""
    from pydantic import SecretStr

    from searchapp.errors import UsageError

    found: list[str] = []
    if file is not None:
        try:
            found += file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeError) as error:
            raise UsageError("password_file_unreadable", file=file) from error
    if ask and sys.stdin.isatty():
        found.append(typer.prompt("Password of the documents", hide_input=True, err=True))
    elif ask:
        found.append(sys.stdin.readline().rstrip("\r\n"))
    passwords = [SecretStr(password) for password in found if password]
    if (ask or file is not None) and not passwords:
        raise UsageError("password_not_given")
    return passwords
