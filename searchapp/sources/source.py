"""A source on its way to a document: named, or found to be none, and read."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from searchapp.errors import SourceError
from searchapp.sources.addresses import is_web_address
from searchapp.sources.page_version import PageVersion

ID_DIGITS = 20


@dataclass(frozen=True, slots=True)
class SourceRef:
    """One thing to load: ``source`` is an absolute path or a normalised web address, ``id`` the document's id.

    ``fetched`` is the page itself where a crawl had to read it for its links already.
    """

    source: str
    id: str
    fetched: RawSource | None = field(default=None, compare=False, repr=False)

    @property
    def is_url(self) -> bool:
        """Whether the source is a web address (else it is a file)."""
        return is_web_address(self.source)


@dataclass(frozen=True, slots=True)
class BadTarget:
    """A target (or a folder inside one) that cannot be a source, and why. It costs only itself."""

    source: str
    id: str
    error: SourceError


@dataclass(frozen=True, slots=True)
class RawSource:
    """A source's bytes, before parsing.

    ``content_hash`` is the SHA-256 of ``data`` in hex. ``modified`` is the file's or the web server's date, in UTC.
    ``content_type`` is a web server's word, empty for files. ``address`` is where a web page was found in the end,
    after redirects, and ``version`` what to remember of it.
    ``not_modified``: the server says that the version asked about still stands; ``data`` is empty then, and
    ``content_hash`` that version's.
    """

    ref: SourceRef
    data: bytes = field(repr=False)
    content_hash: str
    modified: dt.datetime | None = None
    content_type: str = ""
    address: str = ""
    version: PageVersion | None = None
    not_modified: bool = False


def document_id(source: str) -> str:
    """The id that belongs to a canonical source: the first 20 hex digits of its SHA-256, the same on every run."""
    return hashlib.sha256(source.encode("utf-8", errors="surrogatepass")).hexdigest()[:ID_DIGITS]
