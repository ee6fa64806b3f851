"""From a source to a ``Document``: read the bytes, hash them, parse them in the sandbox."""

from __future__ import annotations

import dataclasses
import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from searchapp.errors import SourceError
from searchapp.model import Document
from searchapp.sources.files import read_file
from searchapp.sources.parsed import ParserInput, ParserOptions, SiteAnswer
from searchapp.sources.sandbox import IDLE_WORKER, Sandbox
from searchapp.sources.source import PageVersion, RawSource, SourceRef

if TYPE_CHECKING:
    from pydantic import SecretStr

    from searchapp.settings import Settings


class Loader:
    """Loads documents; a context manager that leaves its parser process to the next ``Loader``.

    ``read`` and ``parse`` are ``load`` in two steps, so that a document whose hash is known need not be parsed. Use it
    from one thread at a time for ``read``; threads that ``parse`` at the same time get a process each, which ends when
    it is not needed any more. ``passwords`` are tried before those of the settings.
    """

    def __init__(self, settings: Settings, passwords: Sequence[SecretStr] = ()) -> None:
        self._max_bytes = settings.max_file_mb << 20
        self._allowed = settings.allowed_networks
        self._sandbox = partial(
            Sandbox,
            timeout_seconds=settings.parse_timeout_seconds,
            memory_mb=settings.parse_memory_mb,
            options=ParserOptions(
                max_bytes=self._max_bytes,
                passwords=tuple(one.get_secret_value() for one in (*passwords, *settings.document_passwords)),
                ocr_languages=settings.ocr_languages,
                ocr_max_pages=settings.ocr_max_pages,
            ),
            idle=IDLE_WORKER,
        )
        self._idle: Sandbox | None = None
        self._lock = threading.Lock()

    def load(self, ref: SourceRef) -> Document:
        """Read and parse ``ref``; raises SourceError as ``read`` and ``parse`` do."""
        return self.parse(self.read(ref))

    def read(
        self, ref: SourceRef, version: PageVersion | None = None, given_up: Callable[[], bool] = lambda: False
    ) -> RawSource:
        """The bytes behind ``ref`` and their hash.

        ``version`` is what is held of a web page: if that still stands, the answer has its hash and no bytes.
        ``given_up`` as in ``web.fetch``.

        Raises SourceError when the file or page is not there, may not be read, is too large, or lies in a private
        network.
        """
        if ref.fetched is not None and not (ref.fetched.not_modified and version is None):
            return ref.fetched
        if ref.is_url:
            return self._fetch(ref, version, given_up)
        data, modified = read_file(Path(ref.source), self._max_bytes, ref.within)
        return RawSource(ref, data, _sha256(data), modified)

    def start(self) -> None:
        """Have a parser process run, which takes a second or two; what is wrong with it is for ``parse`` to say."""
        with self._parser() as sandbox, suppress(SourceError, OSError):
            sandbox.start()

    def parse(self, raw: RawSource) -> Document:
        """The document in ``raw``.

        A date that the document itself carries wins over ``raw.modified``. Raises SourceError, naming the source, for
        one that is damaged, protected, without text, no document at all, or beyond the limits on time and memory.
        """
        with self._parser() as sandbox:
            parsed = sandbox.parse(ParserInput(raw.ref.source, raw.data, raw.content_type))
        found = {field.name: getattr(parsed, field.name) for field in dataclasses.fields(parsed)}
        found["modified"] = parsed.modified or raw.modified
        return Document(id=raw.ref.id, source=raw.ref.source, content_hash=raw.content_hash, **found)

    def site(self, task: str, source: ParserInput, candidates: Sequence[str] = ()) -> SiteAnswer:
        """What a site's own file says: ``links``, ``sitemap`` or ``robots`` (``site.py``); raises SourceError."""
        with self._parser() as sandbox:
            return sandbox.site(task, source, candidates)

    @contextmanager
    def _parser(self) -> Iterator[Sandbox]:
        with self._lock:
            sandbox, self._idle = self._idle or self._sandbox(), None
        try:
            yield sandbox
        finally:
            with self._lock:
                one_too_many, self._idle = self._idle, sandbox
            if one_too_many is not None:
                one_too_many.close()

    def close(self) -> None:
        """Give up the parser process; a later ``parse`` takes one again."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _fetch(self, ref: SourceRef, version: PageVersion | None, given_up: Callable[[], bool]) -> RawSource:
        from searchapp.sources.web import fetch

        page = fetch(ref.source, max_bytes=self._max_bytes, allowed=self._allowed, version=version, given_up=given_up)
        if version is not None and page.not_modified:
            return RawSource(ref, b"", version.content_hash, page.modified, "", page.url, version, not_modified=True)
        held = PageVersion(_sha256(page.data), page.etag, page.last_modified)
        return RawSource(ref, page.data, held.content_hash, page.modified, page.content_type, page.url, held)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
