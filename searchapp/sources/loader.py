"""From a source to a ``Document``: read the bytes, hash them, parse them in the sandbox."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from searchapp.errors import SourceError
from searchapp.model import Document
from searchapp.sources.page_version import PageVersion
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.sandbox import SPARE, Sandbox
from searchapp.sources.source import RawSource, SourceRef
from searchapp.sources.wire import SiteAnswer

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
            spare=SPARE,
        )
        self._idle: Sandbox | None = None
        self._lock = threading.Lock()

    def load(self, ref: SourceRef) -> Document:
        """Read and parse ``ref``; raises SourceError as ``read`` and ``parse`` do."""
        return self.parse(self.read(ref))

    def read(self, ref: SourceRef, version: PageVersion | None = None) -> RawSource:
        """The bytes behind ``ref`` and their hash.

        ``version`` is what is held of a web page: if that still stands, the answer has its hash and no bytes.

        Raises SourceError when the file or page is not there, may not be read, is too large, or lies in a private
        network.
        """
        if ref.fetched is not None and not (ref.fetched.not_modified and version is None):
            return ref.fetched
        if ref.is_url:
            return self._fetch(ref, version)
        data, modified = self._read_file(Path(ref.source))
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
        return Document(
            id=raw.ref.id,
            source=raw.ref.source,
            title=parsed.title,
            type=parsed.type,
            text=parsed.text,
            sections=parsed.sections,
            content_hash=raw.content_hash,
            language=parsed.language,
            modified=parsed.modified or raw.modified,
            pages=parsed.pages,
            pages_without_text=parsed.pages_without_text,
            note=parsed.note,
            lacking=parsed.lacking,
        )

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

    def _fetch(self, ref: SourceRef, version: PageVersion | None) -> RawSource:
        from searchapp.sources.web import fetch

        page = fetch(ref.source, max_bytes=self._max_bytes, allowed=self._allowed, version=version)
        if version is not None and page.not_modified:
            return RawSource(ref, b"", version.content_hash, page.modified, "", page.url, version, not_modified=True)
        held = PageVersion(_sha256(page.data), page.etag, page.last_modified)
        return RawSource(ref, page.data, held.content_hash, page.modified, page.content_type, page.url, held)

    def _read_file(self, path: Path) -> tuple[bytes, dt.datetime | None]:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(f"{path} is not a file.", "Name a file, or a folder to walk through.")
            if status.st_size > self._max_bytes:
                raise self._too_large(path)
            with path.open("rb") as file:
                data = file.read(self._max_bytes + 1)
        except FileNotFoundError as error:
            raise SourceError(f"{path} does not exist.", "Check the spelling of the path.") from error
        except PermissionError as error:
            raise SourceError(
                f"{path} may not be read.", "Give the user that runs searchapp the right to read it."
            ) from error
        except OSError as error:
            reason = (error.strerror or "input error").lower()
            raise SourceError(f"{path} cannot be read: {reason}.", "Check the disk or the network share.") from error
        if len(data) > self._max_bytes:  # it grew since it was measured
            raise self._too_large(path)
        return data, _utc(status.st_mtime)

    def _too_large(self, path: Path) -> SourceError:
        return SourceError(
            f"{path} is larger than {self._max_bytes >> 20} MiB.",
            "Raise SEARCHAPP_MAX_FILE_MB if it is meant to be that large.",
        )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _utc(timestamp: float) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(timestamp, tz=dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None  # a date outside the calendar, as broken archives leave them
