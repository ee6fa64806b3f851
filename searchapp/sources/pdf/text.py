"""The text of a PDF's pages. A page that was read before is remembered, in whatever file it stands.

It is known again by a digest of all that it is read from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Protocol, TypeAlias, TypeVar

from pypdf import PageObject, PdfReader
from pypdf.generic import IndirectObject, PdfObject, StreamObject

from searchapp.sources.builder import PDF_PAGES_MB, TextMemory

Result = TypeVar("Result")

MEMORY = TextMemory(PDF_PAGES_MB)
"""By the pages' keys."""

DEEPEST = 50
"""Objects within objects: so deep lies nothing in a real page (measured on 90 files: 12)."""

Reference: TypeAlias = tuple[int, int]
"""An object's number and generation."""

# What reading a page's text looks at: the entries of each kind of dictionary, and of what kind those are.
# "*" stands for all entries that are not named, and "" for those that are not looked at.
_PARTS: dict[str, dict[str, str]] = {
    # The page's shape is not looked at today; it belongs to the page all the same.
    "page": {
        "/Contents": "content",
        "/Resources": "resources",
        "/MediaBox": "any",
        "/CropBox": "any",
        "/Rotate": "any",
    },
    "content": {"/Filter": "any", "/DecodeParms": "any", "/Height": "any"},
    "resources": {"/Font": "fonts", "/XObject": "forms"},
    "fonts": {"*": "font"},
    "font": {"*": "any", "/CharProcs": "names", "/Resources": ""},
    "forms": {"*": "form"},
    "form": {"/Subtype": "any", "/Filter": "any", "/DecodeParms": "any", "/Height": "any", "/Resources": "resources"},
    "names": {"*": ""},
    "any": {"*": "any"},
}


def read_texts(reader: WatchedReader, pages: list[PageObject], known: PageKeys | None) -> Iterator[str | None]:
    """Each page's text, None where it cannot be read. Without ``known`` nothing is remembered.

    A page is remembered only if all that was looked at while it was read went into its key.
    """
    for number, page in enumerate(pages):
        key = known.keys[number] if known else None
        text = MEMORY.get(key.digest) if key else None
        if text is None:
            reader.asked.clear()
            text = attempt(lambda page=page: page.extract_text())  # type: ignore[misc]
            if text is not None and known and key and known.tells(key, reader.asked):
                MEMORY.remember(key.digest, text)
        yield text


def attempt(read: Callable[[], Result]) -> Result | None:
    """What ``read`` returns, or None where pypdf fails: one bad object must not cost the rest of the file."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on broken objects pypdf raises whatever Python does, besides its own errors
        return None


class WatchedReader(PdfReader):
    """A reader that notes which objects it was ``asked`` for."""

    asked: set[Reference]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.asked = set()
        super().__init__(*arguments, **named)

    def get_object(self, indirect_reference: int | IndirectObject) -> PdfObject | None:
        """As pypdf's."""
        if isinstance(indirect_reference, int):
            self.asked.add((indirect_reference, 0))
        else:
            self.asked.add((indirect_reference.idnum, indirect_reference.generation))
        return super().get_object(indirect_reference)


class Hash(Protocol):
    """A digest that grows."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""
        ...


class _NoKeyError(Exception):
    """What a page is read from goes round in circles, or lies elsewhere: it is not remembered."""


_Mark: TypeAlias = tuple[int, int, str]
"""A reference, and as what kind of dictionary it is looked at."""


@dataclass(frozen=True, slots=True)
class PageKey:
    """``digest`` (32 bytes) of an object and all that it refers to; ``marks`` are its own references."""

    digest: bytes
    marks: set[_Mark] = field(repr=False)


class PageKeys:
    """The keys of the pages of one file, in their order; None for a page that cannot be known by one.

    Objects that pages share are looked at once. Raises what pypdf does on broken objects.
    """

    def __init__(self, pages: Iterable[PageObject]) -> None:
        self._known: dict[_Mark, PageKey | None] = {}
        self.keys: Sequence[PageKey | None] = [self._of(page) for page in pages]

    def tells(self, key: PageKey, asked: set[Reference]) -> bool:
        """Whether all the objects that were ``asked`` for while the page was read went into its ``key``.

        They always do, as far as the pypdf goes that this was written for; what a page draws cannot name an object.
        """
        seen: set[_Mark] = set()
        waiting = [key]
        while waiting:
            new = waiting.pop().marks - seen
            seen |= new
            waiting += filter(None, map(self._known.get, new))
        return asked <= {(number, generation) for number, generation, _ in seen}

    def _of(self, page: PageObject) -> PageKey | None:
        try:
            return self._key(page, "page", 0)
        except _NoKeyError:
            return None

    def _key(self, value: Any, kind: str, depth: int) -> PageKey:
        into = blake2b(digest_size=32)
        marks: set[_Mark] = set()
        self._feed(into, marks, value, kind, depth)
        return PageKey(into.digest(), marks)

    def _feed(self, into: Hash, marks: set[_Mark], value: Any, kind: str, depth: int) -> None:
        """Each value goes in with its type and its length, so that no two differ only by where one ends."""
        if depth > DEEPEST:
            raise _NoKeyError
        if isinstance(value, IndirectObject):
            mark = (value.idnum, value.generation, kind)
            marks.add(mark)
            into.update(b"@" + self._referred(mark, value, depth).digest)
        elif isinstance(value, dict):
            if kind in ("page", "form") and "/Resources" not in value and "/Parent" in value:
                raise _NoKeyError  # it takes them from there
            into.update(b"<")
            for name, part, part_kind in _parts(value, kind):
                if kind == "forms" and _is_picture(part):  # it holds no text, so that it may as well be missing
                    marks.update({(part.idnum, part.generation, "")} if isinstance(part, IndirectObject) else ())
                    continue
                into.update(b"/%d " % len(name) + name)
                if part_kind:
                    self._feed(into, marks, part, part_kind, depth + 1)
            into.update(b">")
            if isinstance(value, StreamObject):
                into.update(b"stream %d " % len(value._data) + value._data)
        elif isinstance(value, list):
            into.update(b"[%d " % len(value))
            for part in value:
                self._feed(into, marks, part, kind, depth + 1)
        else:
            shown = float.__repr__(value) if isinstance(value, float) else repr(value)
            written = f"{type(value).__name__} {shown}".encode("utf-8", "surrogatepass")
            into.update(b"=%d " % len(written) + written)

    def _referred(self, mark: _Mark, reference: IndirectObject, depth: int) -> PageKey:
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


def _is_picture(part: Any) -> bool:
    found = part.get_object()
    return isinstance(found, dict) and found.get("/Subtype") == "/Image"
