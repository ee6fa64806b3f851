"""What the inference mode needs, where Elasticsearch makes the vectors."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.pipelines import status
from searchapp.embedding.base import ELASTICSEARCH
from searchapp.findings import Finding, error, ok
from searchapp.wiring import Application

NAME = "inference"


def check(application: Application) -> Iterator[Finding]:
    """Each thing that ``es pipeline status`` looks at; nothing in the other modes."""
    if not application.settings.embedding_model.startswith(f"{ELASTICSEARCH}:"):
        return
    for one in status(application):
        shown = f"{one.name[:1].upper()}{one.name[1:]}: {one.found}."
        yield ok(NAME, shown) if one.fine else error(NAME, shown, one.remedy)
