"""The documents as models: all that a caller may read, and each collection that they see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from searchapp.access import Identity
from searchapp.errors import NotFoundError
from searchapp.filing import Collections
from searchapp.model import Filters

ALL = "searchapp"
"""The model of all documents."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model, as OpenAI lists it."""

    id: str
    """`searchapp`, or `searchapp/` and the name of a collection."""
    created: int = 0
    """Always 0: nothing is made when a collection becomes a model."""
    owned_by: str = ALL
    object: str = "model"


@dataclass(frozen=True, slots=True)
class Models:
    """The models."""

    data: tuple[Model, ...]
    object: str = "list"


def models_for(caller: Identity, collections: Collections) -> Models:
    """Those that the caller sees; collections of one name are one model."""
    return Models(tuple(dict.fromkeys(_each(caller, collections))))


def _each(caller: Identity, collections: Collections) -> Iterator[Model]:
    yield Model(ALL)
    for one in collections.all(caller):
        yield Model(f"{ALL}/{one.name}")


def find_model(id_: str, caller: Identity, collections: Collections) -> tuple[Model, Filters]:
    """The model of this id, and which documents it answers from.

    A collection may go by its id, too. Raises NotFoundError where the caller sees none.
    """
    filters = Filters(groups=caller.groups)
    if id_ == ALL:
        return Model(ALL), filters
    prefix, _, named = id_.partition("/")
    try:
        if prefix != ALL:
            raise NotFoundError("collection_not_found", name=named)
        found = collections.find(named, caller)
    except NotFoundError:
        raise NotFoundError("chat_model_unknown", model=id_[:80], all=ALL) from None
    return Model(f"{ALL}/{found.name}"), replace(filters, collections=(found.name,))
