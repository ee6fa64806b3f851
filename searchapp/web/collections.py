"""``/api/collections`` and ``/api/tags``: documents filed by hand, one or many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, url_for
from pydantic import FailFast, Field

from searchapp import filing, limits
from searchapp.access import Scope
from searchapp.audit import note
from searchapp.errors import ConflictError, ForbiddenError, NotFoundError, StorageError, UsageError
from searchapp.filing import MOST_DOCUMENTS, CollectionShown, Filed
from searchapp.filing.names import LONGEST_DESCRIPTION, LONGEST_NAME, MOST_GIVEN
from searchapp.web.identity import caller
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Body, Flag, Groups, Query

if TYPE_CHECKING:
    from searchapp.wiring import Application

Label = Annotated[str, Field(max_length=LONGEST_NAME)]
Labels = Annotated[list[Label], FailFast(), Field(max_length=MOST_GIVEN)]
Documents = Annotated[
    list[Annotated[str, Field(max_length=limits.NAME_CHARACTERS)]], FailFast(), Field(max_length=MOST_DOCUMENTS)
]
Described = Annotated[str, Field(max_length=LONGEST_DESCRIPTION)]
WRITES = (UsageError, ForbiddenError, NotFoundError, ConflictError, StorageError, *STORE)
TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@dataclass(frozen=True, slots=True)
class CollectionList:
    """The collections, by name."""

    collections: tuple[CollectionShown, ...]
    changeable: bool
    """Whether the caller may make some."""


@dataclass(frozen=True, slots=True)
class TagCounts:
    """The tags of documents."""

    tags: Mapping[str, int]
    """How many documents have each, of those that the caller may see; the commonest first, 1000 at most."""


class NewCollection(Body):
    """A collection to make."""

    name: Label
    """What it is called; documents hold this name."""
    description: Described = ""
    groups: Groups = Field(default=[])
    """Who reads what is put in, beside those whom a document is for without it. Who is bounded by groups ties it to
    theirs."""


class CollectionChange(Body):
    """What of a collection is to be otherwise; what is left out stays."""

    name: Label = ""
    description: Described = ""
    groups: Groups = Field(default=[])
    """Who reads what is in it; an empty list unties it."""
    reopen: bool = False
    """Whether documents may be for others then than now."""


class Members(Body):
    """Documents to put in, and to take out."""

    add: Documents = Field(default=[])
    """Ids of documents to put in."""
    remove: Documents = Field(default=[])
    """Ids of documents to take out."""
    reopen: bool = False
    """Whether what is taken out may be for others then than now."""


class Tagging(Body):
    """Documents, and the tags to give them and to take from them."""

    documents: Documents
    """Their ids."""
    add: Labels = Field(default=[])
    remove: Labels = Field(default=[])


class Deletion(Query):
    """How to delete."""

    reopen: Flag = False
    """Whether its documents may be for others then than now."""


@dataclass(frozen=True, slots=True)
class MembersFiled:
    """What became of the documents that were to be put in, and taken out."""

    added: Filed
    removed: Filed


def blueprint(application: Application) -> Blueprint:
    """All routes of both."""
    routes = Blueprint("collections", __name__, url_prefix="/api")
    collections, tags = application.collections, application.tags

    @routes.get("/collections")
    @operation("List the collections", errors=STORE)
    def all_() -> CollectionList:
        """Those of documents that the caller may see, and those of the caller's groups. A filter `collection=NAME`
        leaves the documents of one.
        """
        return CollectionList(collections.all(caller()), Scope.WRITE in caller().scopes)

    @routes.post("/collections")
    @operation(
        "Make a collection",
        status=HTTPStatus.CREATED,
        headers={"Location": "Its address."},
        errors=(*WRITES, TOO_LARGE),
    )
    def make(body: NewCollection) -> tuple[CollectionShown, HTTPStatus, dict[str, str]]:
        made = collections.create(body.name, caller(), description=body.description, groups=body.groups)
        _note(made)
        return made, HTTPStatus.CREATED, {"Location": url_for("collections.one", collection=made.id)}

    @routes.get("/collections/<collection>")
    @operation("Show a collection", errors=(NotFoundError, *STORE))
    def one(collection: str) -> CollectionShown:
        return collections.find(collection, caller())

    @routes.patch("/collections/<collection>")
    @operation("Change a collection", errors=(*WRITES, TOO_LARGE))
    def change(collection: str, body: CollectionChange) -> CollectionShown:
        """Rename it, describe it otherwise, tie it to other groups. Its documents are filed so at once; those that
        state its old name keep that. Where documents would be for others than now, nothing is done without `reopen`.
        """
        before = collections.find(collection, caller())
        _note(before)
        after = collections.change(
            collection,
            caller(),
            name=_sent(body, "name"),
            description=_sent(body, "description"),
            groups=_sent(body, "groups"),
            reopen=body.reopen,
        )
        note(groups=after.groups, name=after.name, groups_before=before.groups)
        return after

    @routes.delete("/collections/<collection>")
    @operation("Delete a collection", errors=WRITES)
    def delete(collection: str, query: Deletion) -> CollectionShown:
        """None of its documents is deleted. For SEARCHAPP_UNDO_MINUTES `restore` brings it back with them. Where
        documents would be for others than now, nothing is done without `reopen`.
        """
        gone = collections.delete(collection, caller(), reopen=query.reopen)
        _note(gone)
        return gone

    @routes.post("/collections/<collection>/restore")
    @operation("Undo the deletion of a collection", errors=WRITES)
    def restore(collection: str) -> CollectionShown:
        """By its id."""
        back = collections.restore(collection, caller())
        _note(back)
        return back

    @routes.post("/collections/<collection>/documents")
    @operation("Put documents in a collection, and take some out", errors=(*WRITES, TOO_LARGE))
    def fill(collection: str, body: Members) -> MembersFiled:
        """What is put in is for the groups of the collection, too; where that would open documents that are taken out
        to others than now, nothing is taken out without `reopen`. Undo it by the opposite, of what `changed` names.
        """
        _note(collections.find(collection, caller()))
        removed = collections.take_out(collection, body.remove, caller(), reopen=body.reopen)
        added = collections.put_in(collection, body.add, caller())
        note(added=added.changed, removed=removed.changed)
        return MembersFiled(added, removed)

    @routes.get("/tags")
    @operation("List the tags", errors=STORE)
    def every_tag() -> TagCounts:
        return TagCounts(tags.counts(caller()))

    @routes.post("/tags")
    @operation("Tag documents", errors=(*WRITES, TOO_LARGE))
    def tag(body: Tagging) -> Filed:
        """Give documents tags, and take tags from them that were given by hand."""
        filed = tags.change(body.documents, body.add, body.remove, caller())
        note(", ".join(filed.changed)[:200], documents=filed.changed, add=body.add, remove=body.remove)
        return filed

    return routes


def _sent(body: Body, name: str) -> Any:
    """A field of the body; None where it was left out."""
    return getattr(body, name) if name in body.model_fields_set else None


def _note(one: filing.CollectionShown) -> None:
    note(f"{one.id} {one.name}", groups=one.groups or None)
