"""What people see: the search page, the page of documents, the operator's. All are filled in by ``static/*.js``."""

from __future__ import annotations

from flask import Blueprint, render_template

from searchapp.sources.sniff import SUFFIXES
from searchapp.web.operation import operation


def blueprint(max_file_mb: int) -> Blueprint:
    """The routes of the pages; uploads of more than ``max_file_mb`` MiB are refused before they are sent."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    @operation("The search page", content={"text/html": {"type": "string"}})
    def search() -> str:
        return render_template("page.html")

    @routes.get("/documents")
    @operation("The page of documents", content={"text/html": {"type": "string"}})
    def documents() -> str:
        return render_template("documents.html", max_file_mb=max_file_mb, suffixes=",".join((*SUFFIXES, ".gz")))

    @routes.get("/operations")
    @operation("The operator's page", content={"text/html": {"type": "string"}})
    def operations() -> str:
        return render_template("operations.html")

    return routes
