"""``searchapp es``: for the people who run the cluster.

Each module of this folder is one command (or one noun with its own verbs): its ``register`` adds it to the group.
"""

from __future__ import annotations

import importlib
import pkgutil

import typer

app = typer.Typer(help="Operate the Elasticsearch indices.", no_args_is_help=True, rich_markup_mode=None)

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}").register(app)
