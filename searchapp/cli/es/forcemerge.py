"""``searchapp es forcemerge``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.progress import stages

if TYPE_CHECKING:
    from searchapp.cluster.merging import Merged


def forcemerge(
    segments: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Most segments that each shard keeps. Default: see above.")
    ] = None,
    only_deletes: Annotated[
        bool, typer.Option("--only-deletes", help="Only rid segments of what was deleted or replaced in them.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also while documents are being ingested.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Merge the segments of the live index after a large load: a search is fastest where each shard has one.

    Shards of up to 5 GB become one segment each. Of larger ones only what was deleted goes, since Elasticsearch would
    hardly merge a larger segment again, and an index that is written needs that; --segments says otherwise. It needs
    as much free disk again as the index has, and may take hours. Interrupted, it goes on in the server.

    Examples:
      searchapp es forcemerge

      searchapp es forcemerge --only-deletes --json

    """
    from searchapp.cluster.merging import forcemerge as run

    with stages("Asking Elasticsearch", quiet=as_json) as show:
        done = run(application(), segments=segments, only_deletes=only_deletes, anyway=anyway, show=show)
    if as_json:
        print_json(dataclasses.asdict(done))
    else:
        print_merged(done)


def print_merged(done: Merged) -> None:
    """What a merge did and gained, in two lines."""
    out, before, after = console(), done.before, done.after
    aim = "what is deleted goes" if done.segments is None else f"at most {done.segments} segment(s) a shard"
    out.print(f"merged    {done.index}, {done.shards} shard(s): {aim}, {done.seconds:.1f} s")
    out.print(
        f"gained    {before.segments:,} segments became {after.segments:,}, {before.deleted:,} deleted passages"
        f" {after.deleted:,}, {before.bytes / 1e6:,.1f} MB {after.bytes / 1e6:,.1f} MB"
    )
