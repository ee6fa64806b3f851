"""The tree of folders and sites beside the list of documents, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from pydantic import Field

from searchapp import limits
from searchapp.errors import UsageError
from searchapp.filing.folders import Folders, level, uploads_below
from searchapp.web.identity import caller
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Query

if TYPE_CHECKING:
    from searchapp.wiring import Application


class FoldersQuery(Query):
    """Which level of the tree."""

    below: str = Field("", max_length=limits.FILTER_CHARACTERS)
    """The `place` of a folder; empty: the first level."""


def blueprint(application: Application) -> Blueprint:
    """``/api/folders``."""
    routes = Blueprint("folders", __name__, url_prefix="/api")
    uploads = uploads_below(application.settings.data_dir)

    @routes.get("/folders")
    @operation("List folders and sites", errors=(UsageError, *STORE), conditional=True)
    def folders(query: FoldersQuery) -> Folders:
        """Those that documents of the caller lie in: without `below` the first level, else what lies in that place.

        A folder that holds nothing but one other is told together with that.
        """
        return level(application.store.folder_counts(caller().groups), query.below, uploads)

    return routes
