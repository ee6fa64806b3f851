"""What people see: the search page, the page of documents, the operator's. All are filled in by ``static/*.js``."""

from __future__ import annotations

from flask import Blueprint, render_template

from searchapp.embedding.models import weakness
from searchapp.errors import SearchAppError
from searchapp.messages import Message
from searchapp.openai_api.leaving import leaving
from searchapp.settings import Settings
from searchapp.sources.sniff import SUFFIXES
from searchapp.stores import Store
from searchapp.web import requests
from searchapp.web.operation import operation


def _weakness(store: Store) -> Message | None:
    """What the index's model does not find; None where there is no index, or the store is away."""
    try:
        indexed = store.fingerprint()
    except SearchAppError:
        return None
    return weakness(indexed.model) if indexed else None


def blueprint(settings: Settings, store: Store) -> Blueprint:
    """The routes of the pages."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    @operation("The search page", content={"text/html": {"type": "string"}})
    def search() -> str:
        leaves = leaving(settings)
        return render_template("page.html", leaves=leaves.sentence if leaves else None, weakness=_weakness(store))

    @routes.get("/documents")
    @operation("The page of documents", content={"text/html": {"type": "string"}})
    def documents() -> str:
        return render_template(
            "documents.html",
            max_file_mb=settings.max_file_mb,
            undo_minutes=settings.undo_minutes,
            deepest=requests.DEEPEST_OFFSET,
            suffixes=",".join((*SUFFIXES, ".gz")),
        )

    @routes.get("/operations")
    @operation("The operator's page", content={"text/html": {"type": "string"}})
    def operations() -> str:
        return render_template("operations.html")

    return routes
