"""What is known of who asks: a name, what they may do, and whose documents they may see."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from searchapp.errors import ForbiddenError, NotFoundError, UsageError
from searchapp.model import DocumentEntry

_NAME = re.compile(r"[\w.@+-]{1,64}")


class Scope(StrEnum):
    """What an identity may do. None includes another."""

    READ = "read"
    """Search, ask, list and open documents."""

    WRITE = "write"
    """Add and delete documents."""

    OPERATE = "operate"
    """Look after the installation."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. ``groups`` bounds the documents they see (see ``Filters.groups``); None: no bound."""

    name: str
    scopes: frozenset[Scope]
    groups: tuple[str, ...] | None = None
    key: str = field(default="", compare=False)
    """The id of the API key that they showed, for the audit log; empty for who logged in."""


LOCAL = Identity("local", frozenset(Scope))
"""Who sits at this machine, where no authentication is asked for."""


def may_read(groups: tuple[str, ...] | None, document_groups: tuple[str, ...]) -> bool:
    """Whether who is bounded by ``groups`` may see a document of ``document_groups`` (see ``Filters.groups``)."""
    return groups is None or not document_groups or bool(set(groups) & set(document_groups))


def readable(entry: DocumentEntry | None, document_id: str, groups: tuple[str, ...] | None) -> DocumentEntry:
    """``entry`` as a reader sees it. Raises NotFoundError where they may not: that it exists is a secret too."""
    if entry is None or not may_read(groups, entry.groups):
        raise NotFoundError("document_not_found", document=document_id[:64])
    return for_readers(entry)


def changeable(entry: DocumentEntry | None, document_id: str, caller: Identity) -> DocumentEntry:
    """``entry`` as a reader sees it, where the caller may delete it, bring it back or have it read again.

    Who is bounded by groups changes what is for these groups alone: what other groups, or everybody, see too is not
    theirs, unless they operate the installation. Raises NotFoundError as ``readable``, and ForbiddenError.
    """
    seen = readable(entry, document_id, caller.groups)
    bound = caller.groups
    if seen.groups:
        theirs = bound is None or set(seen.groups) <= set(bound)
    else:  # open to everybody, and added by somebody of no group, or by an operator
        theirs = bound is None or (not bound and seen.space == ())
    if not theirs and Scope.OPERATE not in caller.scopes:
        raise ForbiddenError("document_of_others", name=seen.title or seen.source)
    return seen


def for_readers(entry: DocumentEntry) -> DocumentEntry:
    """``entry`` without its claim, which names a machine and a process of the operator's.

    Its error and note name the file, and not where on the server it lies.
    """
    return replace(entry, owner="", lease=None, error=_by_name(entry, entry.error), note=_by_name(entry, entry.note))


def _by_name(entry: DocumentEntry, said: str) -> str:
    folder = "" if "://" in entry.source else entry.source[: entry.source.rfind("/") + 1]
    # As the sentence has it, which may be kept encoded.
    return said.replace(json.dumps(folder, ensure_ascii=False)[1:-1], "") if len(folder) > 1 else said


def read_scopes(texts: Iterable[str]) -> frozenset[Scope]:
    """The scopes of those names. Raises UsageError for none at all and for an unknown one."""
    names = list(texts)
    unknown = [name for name in names if name not in set(Scope)]
    if unknown:
        raise UsageError("scope_unknown", scope=unknown[0][:40], scopes=tuple(Scope))
    if not names:
        raise UsageError("scope_not_named", scopes=tuple(Scope))
    return frozenset(Scope(name) for name in names)


def read_groups(texts: Iterable[str] | None) -> tuple[str, ...] | None:
    """Group names in order, None where there are none. Raises UsageError for a name that cannot be one."""
    groups = tuple(sorted({read_name("group", text) for text in texts or ()}))
    return groups or None


def read_name(kind: str, text: str) -> str:
    """``text`` as the name of a key, a user or a group. Raises UsageError when it cannot be one."""
    name = text.strip()
    if not _NAME.fullmatch(name):
        raise UsageError("name_unusable", name=name[:64], kind=kind)
    return name
