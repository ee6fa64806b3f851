"""Collections of documents, and where a document's tags, collections and readers come from."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from searchapp.model.json import HIDDEN, Moment


@dataclass(frozen=True, slots=True)
class DocumentCollection:
    """A named set of documents. They hold its name and, where they were put in by hand, its id: it may be renamed."""

    id: str
    """Names it in addresses, as its name does; empty for one that only front matter, sidecars or path rules name."""
    name: str
    description: str = ""
    groups: tuple[str, ...] = ()
    """Who may read what is put in, beside those whom a document is for without it; empty: it changes no readers."""
    space: tuple[str, ...] | None = field(default=None, metadata=HIDDEN)
    """The groups of who made it, where these bound them."""
    former: tuple[str, ...] = field(default=(), metadata=HIDDEN)
    """Names that some of its documents may still hold: of a change that goes on, or was cut short."""
    deleted: Moment | None = field(default=None, metadata=HIDDEN)
    """When it was deleted: its documents know it still, so that this can be undone."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What a document was given by hand, and what it has without that.

    ``tags`` and ``collections`` (ids) are by hand, ``stated_tags`` and ``stated_collections`` (names) of front matter,
    sidecars and path rules, ``readers`` the groups that it is for without any collection.
    """

    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    stated_tags: tuple[str, ...] = ()
    stated_collections: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether nothing is by hand and no collection stated, so that the document's own fields say all of it."""
        return not (self.tags or self.collections or self.stated_collections)

    def text(self) -> str:
        """It as text, which ``read`` reads; empty where it is plain."""
        return "" if self.is_plain else json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @staticmethod
    def read(text: str) -> Filing:
        """What ``text`` wrote."""
        return Filing(**{name: tuple(values) for name, values in json.loads(text).items()})
