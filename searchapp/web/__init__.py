"""The search page, the HTTP API and the server that carries them.

``create_app`` puts the parts together: ``pages`` (what people see), ``api`` (JSON and the answer's event stream),
``originals`` (the documents themselves), ``monitoring`` (health, metrics); around every request stand ``guards``
and ``identity`` (who may ask) and ``problems`` (how errors are shown). A route says with ``operation`` what it takes
and gives: ``requests`` has what clients send, nouns of ``model`` are what they get, and ``openapi`` describes both.
``server`` serves the result, ``jobs`` takes in documents beside it.
"""

from searchapp.web.app import create_app
from searchapp.web.server import serve

__all__ = ["create_app", "serve"]
