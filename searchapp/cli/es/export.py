"""``searchapp es export``: templates, pipelines, roles and the snapshot policy as files for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting


def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Made if it is not there.")],
    schedule: Annotated[
        str, typer.Option(metavar="CRON", help="When the policy takes a snapshot, as Elasticsearch writes it, in UTC.")
    ] = "0 30 1 * * ?",
    expire_after: Annotated[str, typer.Option(metavar="TIME", help="How long it keeps one, such as 30d.")] = "30d",
    as_json: JsonOption = False,
) -> None:
    """Write templates, pipelines, roles and a snapshot policy as JSON, and as Terraform for elastic/elasticstack.

    The JSON files are bodies of Elasticsearch's API; searchapp.tf.json declares the same for Terraform, which reads
    server and credentials from ELASTICSEARCH_ENDPOINTS and ELASTICSEARCH_API_KEY. Nothing is changed in the cluster,
    and no secret is written. The policy is there where SEARCHAPP_SNAPSHOT_REPOSITORY is set. What another tool puts of
    these files "es plan" takes for its own.

    Example: searchapp es export ./cluster
    """
    from searchapp.cluster.export import SnapshotSchedule
    from searchapp.cluster.export import export as run

    with waiting("Writing", as_json):
        written = run(application(), folder, SnapshotSchedule(schedule=schedule, expire_after=expire_after))
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        console().print(str(path))
