"""Digests of all that a PDF's page is laid out from, so that a page is known again in whatever file it stands.

On the way each of its streams is looked at: PDFium unpacks without a bound, and is not asked for a page that does harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias

from pypdf import PageObject
from pypdf.errors import LimitReachedError
from pypdf.filters import ZLIB_MAX_OUTPUT_LENGTH
from pypdf.generic import EncodedStreamObject, IndirectObject, StreamObject

DEEPEST = 50
"""Objects within objects: so deep lies nothing in a real page (measured on 90 files: 12)."""

MOST_GROWTH = 1100
"""Times that deflate can unpack to what was packed, as can no other filter; each further one multiplies it."""

_GROWING = ("/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL")

# What laying a page out looks at: the entries of each kind of dictionary, and of what kind those are.
# "*" stands for all entries that are not named, and "" for those that are not looked at.
_PARTS: dict[str, dict[str, str]] = {
    "page": {
        "/Contents": "content",
        "/Resources": "resources",
        "/MediaBox": "any",
        "/CropBox": "any",
        "/Rotate": "any",
    },
    "content": {"/Filter": "any", "/DecodeParms": "any", "/Height": "any"},
    "resources": {"/Font": "fonts", "/XObject": "forms", "/ExtGState": "states"},
    "states": {"*": "state"},
    "state": {"/Font": "any"},
    "fonts": {"*": "font"},
    "font": {"*": "any", "/CharProcs": "names", "/Resources": ""},
    "forms": {"*": "form"},
    "form": {
        "/Subtype": "any",
        "/Filter": "any",
        "/DecodeParms": "any",
        "/Height": "any",
        "/Matrix": "any",
        "/BBox": "any",
        "/Resources": "resources",
    },
    "names": {"*": ""},
    "any": {"*": "any"},
}


class Hash(Protocol):
    """A digest that grows."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""
        ...


class _NoKeyError(Exception):
    """What a page is read from goes round in circles, lies elsewhere, or unpacks to too much."""


_Mark: TypeAlias = tuple[int, int, str]
"""A reference (an object's number and generation), and as what kind of dictionary it is looked at."""


class PageKeys:
    """The keys of the pages of one file, in their order; None for a page that cannot be known by one.

    Such a page is not known to be harmless either. Objects that pages share are looked at once.
    """

    def __init__(self, pages: Iterable[PageObject]) -> None:
        self._known: dict[_Mark, bytes | None] = {}
        self.keys: Sequence[bytes | None] = [self._of(page) for page in pages]

    def _of(self, page: PageObject) -> bytes | None:
        try:
            return self._key(page, "page", 0)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - on broken objects pypdf raises whatever Python does
            return None

    def _key(self, value: Any, kind: str, depth: int) -> bytes:
        into = blake2b(digest_size=32)
        self._feed(into, value, kind, depth)
        return into.digest()

    def _feed(self, into: Hash, value: Any, kind: str, depth: int) -> None:
        """Each value goes in with its type and its length, so that no two differ only by where one ends."""
        if depth > DEEPEST:
            raise _NoKeyError
        if isinstance(value, IndirectObject):
            into.update(b"@" + self._referred((value.idnum, value.generation, kind), value, depth))
        elif isinstance(value, dict):
            if kind in ("page", "form") and "/Resources" not in value and "/Parent" in value:
                raise _NoKeyError  # it takes them from there
            into.update(b"<")
            for name, part, part_kind in _parts(value, kind):
                if kind == "forms" and _is_picture(part):  # it holds no text, so that it may as well be missing
                    continue
                into.update(b"/%d " % len(name) + name)
                if part_kind:
                    self._feed(into, part, part_kind, depth + 1)
            into.update(b">")
            if isinstance(value, StreamObject):
                _unpack(value)
                into.update(b"stream %d " % len(value._data) + value._data)
        elif isinstance(value, list):
            into.update(b"[%d " % len(value))
            for part in value:
                self._feed(into, part, kind, depth + 1)
        else:
            shown = float.__repr__(value) if isinstance(value, float) else repr(value)
            written = f"{type(value).__name__} {shown}".encode("utf-8", "surrogatepass")
            into.update(b"=%d " % len(written) + written)

    def _referred(self, mark: _Mark, reference: IndirectObject, depth: int) -> bytes:
        if mark not in self._known:
            self._known[mark] = None  # until it is known: who comes by meanwhile goes round in a circle
            self._known[mark] = self._key(reference.get_object(), mark[2], depth + 1)
        known = self._known[mark]
        if known is None:
            raise _NoKeyError
        return known


def _parts(value: dict[str, Any], kind: str) -> Iterator[tuple[bytes, Any, str]]:
    """What is looked at of a dictionary: name, value and kind of each entry."""
    read = _PARTS[kind]
    for name, part in value.items():
        part_kind = read.get(name, read.get("*"))
        if part_kind is not None:
            yield name.encode("utf-8", "surrogatepass"), part, part_kind


def _unpack(stream: StreamObject) -> None:
    """Raise _NoKeyError for a stream that unpacks to more than pypdf allows; what cannot is not tried."""
    filters = stream.get("/Filter", [])
    names = [str(name) for name in (filters if isinstance(filters, list) else [filters])]
    growing = sum(name in _GROWING for name in names)
    if growing < 2 and len(stream._data) * MOST_GROWTH < ZLIB_MAX_OUTPUT_LENGTH:
        return
    try:
        stream.get_data()
    except LimitReachedError as error:
        raise _NoKeyError from error
    if isinstance(stream, EncodedStreamObject):
        stream.decoded_self = None  # it would be kept as long as the file


def _is_picture(part: Any) -> bool:
    found = part.get_object()
    return isinstance(found, dict) and found.get("/Subtype") == "/Image"
