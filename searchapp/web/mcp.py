"""``/mcp``: the tools and documents for agents, by the Model Context Protocol's streamable HTTP.

Every check is the API's: keys, scopes, groups, rate limits, Host and Origin, the size of the body, the watchdog, the
logs. Tools that change something record themselves. The protocol's package is imported by the first request.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from searchapp.access import LOCAL
from searchapp.errors import NotFoundError
from searchapp.web import audit, identity
from searchapp.web.answers import AnswerQueue, client_gone
from searchapp.web.identity import caller
from searchapp.web.jobs import Jobs
from searchapp.web.watchdog import MCP, watching

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application, jobs: Jobs, answers: AnswerQueue) -> Blueprint:
    """The one route. Without sessions there is nothing to GET or to DELETE: both are answered with 405."""
    routes = Blueprint("mcp", __name__)
    seconds = application.settings.request_seconds

    @routes.post(MCP)
    def serve() -> Response:
        try:
            from searchapp.mcp.context import ToolContext
            from searchapp.mcp.http import called, exchange
        except ImportError as error:
            raise NotFoundError("mcp_missing") from error
        asking, body, gone = caller(), request.get_data(), client_gone()
        context = ToolContext(
            application,
            asking,
            audit.actor(),
            submit=jobs.submit,
            answered=lambda start: answers.held(None if asking is LOCAL else asking.name, start, gone),
            gone=gone,
        )
        answer = functools.partial(exchange, context, MCP, request.headers.items(), body)
        tool = called(body)
        if tool is not None:
            g.tool = tool.name  # for the log of requests
        if tool is not None and tool.waits:
            exchanged = answer()
        else:
            identity.take_turn()
            with watching(seconds):
                exchanged = answer()
        return Response(exchanged.body, status=exchanged.status, headers=exchanged.headers)

    return routes
