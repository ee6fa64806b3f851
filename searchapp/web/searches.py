"""Recent and saved searches of the caller: nobody sees those of another."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, url_for
from pydantic import Field

from searchapp import limits
from searchapp.access import owner_of
from searchapp.errors import NotFoundError, StorageError, UsageError
from searchapp.personal import RecentSearch, SavedSearch
from searchapp.personal.searches import NAME_CHARACTERS
from searchapp.web.identity import caller
from searchapp.web.operation import Errors, operation
from searchapp.web.requests import Body

if TYPE_CHECKING:
    from searchapp.wiring import Application

_CHANGE: Errors = (UsageError, StorageError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


class SearchAddress(Body):
    """A search that was done."""

    address: str = Field(min_length=4, max_length=limits.ADDRESS_CHARACTERS)
    """The search page's own address, with its filters: `/?q=...`."""


class NamedSearch(SearchAddress):
    """A search to keep."""

    name: str = Field("", max_length=NAME_CHARACTERS)
    """What to call it; empty: as it was typed."""


class NewName(Body):
    """Another name."""

    name: str = Field(min_length=1, max_length=NAME_CHARACTERS)
    """What to call it; blanks alone: as it was typed."""


@dataclass(frozen=True, slots=True)
class Searches:
    """What the caller searched for."""

    recent: tuple[RecentSearch, ...]
    """The latest first."""
    saved: tuple[SavedSearch, ...]
    """By name."""


def blueprint(application: Application) -> Blueprint:
    """``/api/searches``."""
    routes = Blueprint("searches", __name__, url_prefix="/api/searches")
    personal = application.personal

    @routes.get("", endpoint="listed")
    @operation("List recent and saved searches", errors=(StorageError,))
    def listed() -> Searches:
        """The caller's own; the latest 30 and up to 200 that were given a name."""
        owner = owner_of(caller())
        return Searches(personal.searches.recent(owner), personal.searches.saved(owner))

    @routes.post("/recent")
    @operation("Remember a search", status=HTTPStatus.NO_CONTENT, errors=_CHANGE)
    def remember(body: SearchAddress) -> tuple[str, HTTPStatus]:
        """It comes first among the recent ones. Nothing is kept where the caller's preferences say so."""
        owner = owner_of(caller())
        if personal.settings.of(owner).recent:
            personal.searches.remember(owner, body.address)
        return "", HTTPStatus.NO_CONTENT

    @routes.delete("/recent")
    @operation("Forget recent searches", status=HTTPStatus.NO_CONTENT, errors=(StorageError,))
    def clear() -> tuple[str, HTTPStatus]:
        """Those with a name stay."""
        personal.searches.clear(owner_of(caller()))
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/saved")
    @operation(
        "Save a search",
        status=HTTPStatus.CREATED,
        headers={"Location": "The address of the saved search."},
        errors=_CHANGE,
    )
    def save(body: NamedSearch) -> tuple[SavedSearch, HTTPStatus, dict[str, str]]:
        """One that is saved already gets the new name."""
        kept = personal.searches.save(owner_of(caller()), body.name, body.address)
        return kept, HTTPStatus.CREATED, {"Location": url_for("searches.rename", search_id=kept.id)}

    @routes.patch("/saved/<search_id>")
    @operation("Rename a saved search", errors=(NotFoundError, *_CHANGE))
    def rename(search_id: str, body: NewName) -> SavedSearch:
        return personal.searches.rename(owner_of(caller()), search_id, body.name)

    @routes.delete("/saved/<search_id>")
    @operation("Delete a saved search", status=HTTPStatus.NO_CONTENT, errors=(NotFoundError, StorageError))
    def delete(search_id: str) -> tuple[str, HTTPStatus]:
        """For SEARCHAPP_UNDO_MINUTES `restore` brings it back."""
        personal.searches.delete(owner_of(caller()), search_id)
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/saved/<search_id>/restore")
    @operation("Undo the deletion of a saved search", errors=(NotFoundError, StorageError))
    def restore(search_id: str) -> SavedSearch:
        return personal.searches.restore(owner_of(caller()), search_id)

    return routes
