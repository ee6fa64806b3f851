"""The web room's fixtures, for attacks on it."""

from tests.web.conftest import address, app, client, jobs, library, new_page, served

__all__ = ["address", "app", "client", "jobs", "library", "new_page", "served"]
