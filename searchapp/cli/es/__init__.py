"""``searchapp es``: for the people who run the cluster."""

from __future__ import annotations

import typer

from searchapp.cli.es import export, forcemerge, index, pipeline, plan, roles, sizing, snapshot, versions

app = typer.Typer(help="Operate the Elasticsearch indices.", no_args_is_help=True, rich_markup_mode=None)

app.command()(index.aliases)
app.command()(plan.apply)
app.command()(export.export)
app.command()(forcemerge.forcemerge)
app.command()(plan.plan)
app.command()(versions.prune)
app.command()(versions.reindex)
app.command()(versions.rollback)
app.command()(sizing.sizing)
app.command()(index.status)
app.add_typer(pipeline.group, name="pipeline")
app.add_typer(roles.group, name="roles")
app.add_typer(snapshot.group, name="snapshot")
