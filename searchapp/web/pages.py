"""What people see: the search page and the page of documents. Both are filled in by ``static/*.js``."""

from __future__ import annotations

from flask import Blueprint, render_template


def blueprint() -> Blueprint:
    """The routes of the pages."""
    routes = Blueprint("pages", __name__)

    @routes.get("/")
    def search() -> str:
        return render_template("page.html")

    @routes.get("/documents")
    def documents() -> str:
        return render_template("documents.html")

    return routes
