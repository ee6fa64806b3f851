"""``/llms.txt``: how an agent asks this server, in a page of text (llmstxt.org). It tells nothing of the documents."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from searchapp.web.operation import operation


def blueprint() -> Blueprint:
    """The one route; nobody needs a key to read it."""
    routes = Blueprint("llms", __name__)

    @routes.get("/llms.txt")
    @operation("How an agent asks this server", content={"text/plain": {"type": "string"}})
    def text() -> Response:
        return Response(render_template("llms.txt"), mimetype="text/plain")

    return routes
