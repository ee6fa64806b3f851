"""Collections: made, renamed, tied to groups, filled, deleted and brought back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from searchapp.access import Identity, Scope, read_groups
from searchapp.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from searchapp.filing.documents import Filed, file_documents, refile, refuse_to_open, with_collection
from searchapp.filing.names import LONGEST_DESCRIPTION, MOST_COLLECTIONS, read_name
from searchapp.model import DocumentCollection, DocumentEntry, Filing
from searchapp.stores import EntryOrder, Store
from searchapp.stores.filing import Filer

PAGE = 1000


@dataclass(frozen=True, slots=True)
class CollectionShown:
    """A collection as a caller sees it."""

    id: str
    """Names it in addresses, as its name does; empty for one that only front matter, sidecars or path rules name."""
    name: str
    description: str
    groups: tuple[str, ...]
    """Who reads what is put in, beside those whom a document is for without it; empty: it changes no readers."""
    documents: int
    """Those in it that the caller may see."""
    changeable: bool
    """Whether the caller may rename it, delete it, and put documents in."""


class Collections:
    """The collections of one store; what is kept of deleted ones can come back for ``undo``. All raise its errors."""

    def __init__(self, store: Store, undo: dt.timedelta) -> None:
        self._store = store
        self._undo = undo

    def all(self, caller: Identity) -> tuple[CollectionShown, ...]:
        """Those that the caller may see, by name; those too that are only stated of documents."""
        counts = self._store.label_counts("collections", caller.groups)
        made = [one for one in self._store.collections() if one.deleted is None and _sees(caller, one, counts)]
        stated = [DocumentCollection("", name) for name in counts.keys() - {one.name for one in made}]
        shown = (_shown(one, counts, caller) for one in (*made, *stated))
        return tuple(sorted(shown, key=lambda one: (one.name.casefold(), one.name, one.id)))

    def find(self, named: str, caller: Identity) -> CollectionShown:
        """The collection of this id or name. Raises NotFoundError where the caller sees none."""
        found = [one for one in self.all(caller) if named and named in (one.id, one.name)]
        if not found:
            raise NotFoundError("collection_not_found", name=named[:80])
        return min(found, key=lambda one: (one.id != named, not one.changeable))

    def create(
        self, name: str, caller: Identity, *, description: str = "", groups: Sequence[str] = ()
    ) -> CollectionShown:
        """Make a collection. One of who is bounded by groups is tied to these: what they put in is theirs alone.

        Raises UsageError for a name that cannot be one, ConflictError where there is one of that name, and
        ForbiddenError for groups that are not the caller's.
        """
        made = DocumentCollection(
            uuid.uuid4().hex[:20],
            read_name(name),
            _description(description),
            _tied(groups, caller) or caller.groups or (),
            caller.groups,
        )

        def add(before: tuple[DocumentCollection, ...]) -> tuple[DocumentCollection, ...]:
            kept = tuple(self._kept(before))
            if len(kept) >= MOST_COLLECTIONS:
                raise UsageError("collections_too_many", most=MOST_COLLECTIONS)
            _refuse_twin(made, kept)
            return (*kept, made)

        self._store.change_collections(add)
        self._refile(made)  # of those that state its name
        return self.find(made.id, caller)

    def change(
        self,
        named: str,
        caller: Identity,
        *,
        name: str | None = None,
        description: str | None = None,
        groups: Sequence[str] | None = None,
        reopen: bool = False,
    ) -> CollectionShown:
        """Rename a collection, describe it otherwise, or tie it to other groups (none: untie it), with all in it.

        What states its old name keeps that. Raises as ``create``; ConflictError too where documents would be for others
        than before and are not to ``reopen``.
        """
        one = self._theirs(named, caller)
        new = replace(
            one,
            name=one.name if name is None else read_name(name),
            description=one.description if description is None else _description(description),
            groups=one.groups if groups is None else _tied(groups, caller) or caller.groups or (),
        )
        if new.name != one.name:
            new = replace(new, former=(*one.former, one.name))
        if not reopen:
            self._refuse_to_open(one, new)
        self._put(new)
        if (new.name, new.groups, new.former) != (one.name, one.groups, ()):
            self._refile(new)
        return self.find(new.id, caller)

    def put_in(self, named: str, ids: Sequence[str], caller: Identity) -> Filed:
        """Put documents in: they are for its groups from now on, too."""
        id_ = self._theirs(named, caller).id

        def change(entry: DocumentEntry, filing: Filing) -> Filing:
            return with_collection(filing, id_)

        return file_documents(self._store, ids, caller, change, lambda filing: False)

    def take_out(self, named: str, ids: Sequence[str], caller: Identity, *, reopen: bool = False) -> Filed:
        """Take documents out: they are for whom they were without it. Raises ConflictError as ``change``."""
        one = self._theirs(named, caller)

        def change(entry: DocumentEntry, filing: Filing) -> Filing:
            return replace(filing, collections=tuple(id_ for id_ in filing.collections if id_ != one.id))

        def is_stated(filing: Filing) -> bool:
            return one.name in filing.stated_collections

        return file_documents(self._store, ids, caller, change, is_stated, reopen=reopen)

    def delete(self, named: str, caller: Identity, *, reopen: bool = False) -> CollectionShown:
        """Delete a collection, and none of its documents; returns it as it was. Raises ConflictError as ``change``."""
        shown, one = self.find(named, caller), self._theirs(named, caller)
        gone = replace(one, deleted=dt.datetime.now(dt.UTC))
        if not reopen:
            self._refuse_to_open(one, gone)
        self._put(gone)
        self._refile(gone)
        return shown

    def restore(self, id_: str, caller: Identity) -> CollectionShown:
        """Bring a deleted collection back with the documents that are in it. Raises NotFoundError where it is gone."""
        deleted = [one for one in self._kept(self._store.collections()) if one.id == id_ and one.deleted is not None]
        if not deleted or not _may_change(caller, deleted[0]):
            raise NotFoundError("collection_not_restorable", name=id_[:80])
        back = replace(deleted[0], deleted=None)
        self._put(back)
        members = (entry for entry in self._store.sources("") if back.id in entry.filed.collections)
        refile(self._store, members, _as_they_are)
        return self.find(back.id, caller)

    def _theirs(self, named: str, caller: Identity) -> DocumentCollection:
        shown = self.find(named, caller)
        if not shown.id:
            raise UsageError("collection_only_stated", name=shown.name)
        if not shown.changeable:
            raise ForbiddenError("collection_of_others", name=shown.name)
        return next(one for one in self._store.collections() if one.id == shown.id)

    def _put(self, new: DocumentCollection) -> None:
        def put(before: tuple[DocumentCollection, ...]) -> tuple[DocumentCollection, ...]:
            kept = tuple(self._kept(before))
            if new.id not in {one.id for one in kept}:
                raise NotFoundError("collection_not_found", name=new.name)
            if new.deleted is None:
                _refuse_twin(new, kept)
            return tuple(new if one.id == new.id else one for one in kept)

        self._store.change_collections(put)

    def _kept(self, collections: Iterable[DocumentCollection]) -> Iterator[DocumentCollection]:
        oldest = dt.datetime.now(dt.UTC) - self._undo
        return (one for one in collections if one.deleted is None or one.deleted > oldest)

    def _refuse_to_open(self, one: DocumentCollection, new: DocumentCollection) -> None:
        if not one.groups or (new.deleted is None and set(new.groups) == set(one.groups)):
            return
        others = [other for other in self._store.collections() if other.id != one.id]
        file = Filer(lambda: (*others, new))
        refuse_to_open((entry, file.applied(entry, entry.filed)) for entry in self._members(one))

    def _members(self, one: DocumentCollection) -> Iterator[DocumentEntry]:
        for name in dict.fromkeys((one.name, *one.former)):
            page = self._store.entries(collection=name, size=PAGE, order=EntryOrder.SOURCE)
            yield from page.entries
            while page.next is not None:
                page = self._store.entries(collection=name, size=PAGE, order=EntryOrder.SOURCE, cursor=page.next)
                yield from page.entries

    def _refile(self, one: DocumentCollection) -> None:
        """File its documents anew; those of a change that was cut short hold a former name."""
        refile(self._store, list(self._members(one)), _as_they_are)
        if one.former:
            self._put(replace(one, former=()))


def _as_they_are(entry: DocumentEntry, filing: Filing) -> Filing:
    return filing


def _sees(caller: Identity, one: DocumentCollection, counts: Mapping[str, int]) -> bool:
    """Whether the caller may know of it: its name tells what there is."""
    if caller.groups is None or not set(caller.groups).isdisjoint(one.groups) or one.space == caller.groups:
        return True
    return not one.groups and one.name in counts


def _may_change(caller: Identity, one: DocumentCollection) -> bool:
    """Whether it is theirs, as with documents (``access.changeable``)."""
    if Scope.WRITE not in caller.scopes:
        return False
    if caller.groups is None or Scope.OPERATE in caller.scopes:
        return True
    return one.space is not None and set(one.groups) <= set(caller.groups) and bool(one.groups or not caller.groups)


def _shown(one: DocumentCollection, counts: Mapping[str, int], caller: Identity) -> CollectionShown:
    groups = one.groups if caller.groups is None else tuple(group for group in one.groups if group in caller.groups)
    can_change = bool(one.id) and _may_change(caller, one)
    return CollectionShown(one.id, one.name, one.description, groups, counts.get(one.name, 0), can_change)


def _tied(groups: Sequence[str], caller: Identity) -> tuple[str, ...]:
    tied = read_groups(groups) or ()
    if caller.groups is not None and not set(tied) <= set(caller.groups):
        raise ForbiddenError("collection_groups_foreign")
    return tied


def _description(text: str) -> str:
    folded = " ".join(text.split())
    if len(folded) > LONGEST_DESCRIPTION:
        raise UsageError("description_too_long", most=LONGEST_DESCRIPTION)
    return folded


def _refuse_twin(new: DocumentCollection, others: Iterable[DocumentCollection]) -> None:
    """Raise ConflictError where the same people have one of that name."""
    for one in others:
        same_name = one.name.casefold() == new.name.casefold()
        if one.id != new.id and one.deleted is None and same_name and one.space == new.space:
            raise ConflictError("collection_exists", name=one.name)
