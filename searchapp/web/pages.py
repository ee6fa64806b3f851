"""What people see: the search page, the page of documents, the operator's. All are filled in by ``static/*.js``."""

from __future__ import annotations

from flask import Blueprint, render_template

from searchapp.embedding.models import weakness
from searchapp.errors import SearchAppError
from searchapp.messages import Message
from searchapp.missed import SHOWN_FROM_DAYS
from searchapp.openai_api.leaving import all_leaving
from searchapp.settings import Authentication, Settings
from searchapp.sources.passed_over import READ_NAMES
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
    adding = {
        "max_file_mb": settings.max_file_mb,
        "undo_minutes": settings.undo_minutes,
        "suffixes": ",".join((*SUFFIXES, ".gz")),
        "names": ",".join(sorted(READ_NAMES)),
    }

    @routes.context_processor
    def what_adding_takes() -> dict[str, object]:
        return {"adding": adding}

    @routes.get("/")
    @operation("The search page", content={"text/html": {"type": "string"}})
    def search() -> str:
        leaves = [one.sentence for one in all_leaving(settings)]
        return render_template("page.html", leaves=leaves, weakness=_weakness(store), missed=settings.missed_queries)

    @routes.get("/documents")
    @operation("The page of documents", content={"text/html": {"type": "string"}})
    def documents() -> str:
        return render_template("documents.html", deepest=requests.DEEPEST_OFFSET)

    @routes.get("/settings", endpoint="settings")
    @operation("The page of what a person may set", content={"text/html": {"type": "string"}})
    def settings_() -> str:
        return render_template("settings.html", missed=settings.missed_queries)

    @routes.get("/access")
    @operation("The page of users and keys", content={"text/html": {"type": "string"}})
    def access() -> str:
        return render_template("access.html", asked=settings.auth is Authentication.REQUIRED)

    @routes.get("/conversations")
    @operation("The page of conversations", content={"text/html": {"type": "string"}})
    def conversations() -> str:
        return render_template("conversations.html")

    @routes.get("/c/<shared_id>")
    @operation("The page of a shared conversation", content={"text/html": {"type": "string"}})
    def shared(shared_id: str) -> str:
        """The page itself is there for every address; what it shows is fetched."""
        return render_template("shared.html", shared_id=shared_id)

    @routes.get("/operations")
    @operation("The operator's page", content={"text/html": {"type": "string"}})
    def operations() -> str:
        return render_template("operations.html", missed={"shown_from": SHOWN_FROM_DAYS, "days": settings.missed_days})

    return routes
