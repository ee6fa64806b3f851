"""The web application over its stand-in, as the web's own tests have it."""

from tests.web.conftest import app, client, jobs, library

__all__ = ["app", "client", "jobs", "library"]
