"""``searchapp backup``: create, restore."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, console, orderly_end, print_json
from searchapp.cli.progress import stages

app = typer.Typer(
    help="The data folder in one file: originals, keys, conversations, judgements, the embedded index.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

MEGABYTE = 1_000_000


@app.command()
def create(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; an earlier one is replaced.")],
    as_json: JsonOption = False,
) -> None:
    """Take a backup of the data folder while searchapp runs, readable by its owner alone.

    It holds uploads and kept pages, keys and users, conversations, judgements, schedules, the audit log and the
    embedded index, but no models and no deletions that could be undone. It is not encrypted. Chunks in Elasticsearch
    are not in it: "searchapp es snapshot create".

    Example: searchapp backup create /mnt/backups/searchapp.tar
    """
    from searchapp.backup import create as run
    from searchapp.settings import load_settings

    settings = load_settings()
    with orderly_end(), stages("Gathering", quiet=as_json) as show:
        done = run(settings.data_dir, file, show)
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    console().print(f"{done.file}: {done.files:,} files, {done.bytes / MEGABYTE:,.1f} MB, SHA-256 {done.digest}")
    if settings.elasticsearch_url:
        console().print("Passages are in Elasticsearch: searchapp es snapshot create keeps them.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='What "backup create" wrote.')],
    replace: Annotated[
        bool, typer.Option("--replace", help="Also into a folder that is not empty; its content is kept aside.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a backup into the data folder, which must be empty. Stop searchapp before.

    It is read to its end and checked before anything is put in place, so that never half of it is there.

    Examples:
      SEARCHAPP_DATA_DIR=/srv/searchapp searchapp backup restore /mnt/backups/searchapp.tar

      searchapp backup restore searchapp.tar --replace

    """
    from searchapp.audit import Actor, Audit, local_user
    from searchapp.audit.record import Outcome, What
    from searchapp.backup import restore as run
    from searchapp.settings import load_settings

    settings = load_settings()
    with orderly_end(), stages("Reading", quiet=as_json) as show:
        done = run(file, settings.data_dir, replace=replace, progress=show)
    # Recorded afterwards, in the log that is in force from now on; the one before is kept aside.
    by = Actor(local_user(), "cli")
    audit = Audit(settings)
    audit.write(
        What.BACKUP_RESTORED, by, Outcome.DONE, str(file), files=done.files, bytes=done.bytes, before=done.before
    )
    if as_json:
        print_json(dataclasses.asdict(done))
        return
    console().print(f"{done.folder}: {done.files:,} files, {done.bytes / MEGABYTE:,.1f} MB restored")
    if done.before:
        console().print(f"What was there before is in {done.before}")
