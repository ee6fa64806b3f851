"""From a source to a ``Document``: read the bytes, hash them, parse them in the sandbox."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cachetools import LRUCache

from searchapp.errors import SourceError
from searchapp.messages import Message, decoded, noted
from searchapp.model import Document, SourceType, document_id
from searchapp.model.json import to_plain_json
from searchapp.sources.files import read_file
from searchapp.sources.libreoffice import LIBREOFFICE, newer
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions, SidecarAnswer, SiteAnswer
from searchapp.sources.path_rules import PathRules
from searchapp.sources.sandbox import IDLE_WORKER, Sandbox
from searchapp.sources.sidecars import Sidecar, Sidecars
from searchapp.sources.source import BadTarget, PageVersion, RawSource, SourceRef, shown
from searchapp.sources.stated import OwnFacts, Stated, merged

if TYPE_CHECKING:
    from pydantic import SecretStr

    from searchapp.settings import Settings
    from searchapp.sources.web import Fetched


SIDECARS_REMEMBERED = 16
LARGEST_HEAD = 1 << 16
_MAY_REFRESH = re.compile(rb"http-equiv\s{0,9}=\s{0,9}[\"']?\s{0,9}refresh", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is stated of a source outside its own bytes; ``notes`` are on sidecars that cannot be read."""

    sidecars: tuple[Sidecar, ...]
    rules: Stated
    notes: tuple[Message, ...]

    @property
    def hash(self) -> str:
        """The SHA-256 of all of it, in hex; empty where nothing is stated."""
        if not self.sidecars and not self.notes and self.rules == Stated():
            return ""
        told = [to_plain_json(self.rules), *(note.encoded().encode() for note in self.notes)]
        return _sha256(b"\0".join((*(_sha256(one.data).encode() for one in self.sidecars), *told)))


class Loader:
    """Loads documents; a context manager that leaves its parser process to the next ``Loader``.

    ``read`` and ``parse`` are ``load`` in two steps, so that a document whose hash is known need not be parsed. Use it
    from one thread at a time for ``read``; threads that ``parse`` at the same time get a process each, which ends when
    it is not needed any more. ``passwords`` are tried before those of the settings.
    """

    def __init__(self, settings: Settings, passwords: Sequence[SecretStr] = ()) -> None:
        self._max_bytes = settings.max_file_mb << 20
        self._allowed = settings.allowed_networks
        self._seconds, self._memory_mb = settings.parse_timeout_seconds, settings.parse_memory_mb
        self._sandbox = partial(
            Sandbox,
            timeout_seconds=self._seconds,
            memory_mb=self._memory_mb,
            options=ParserOptions(
                max_bytes=self._max_bytes,
                passwords=tuple(one.get_secret_value() for one in (*passwords, *settings.document_passwords)),
                ocr=settings.ocr,
                ocr_languages=settings.ocr_languages,
                ocr_max_pages=settings.ocr_max_pages,
            ),
            idle=IDLE_WORKER,
        )
        self._rules = PathRules(settings.path_rules)
        self._sidecars = Sidecars()
        self._read: LRUCache[bytes, SidecarAnswer] = LRUCache(SIDECARS_REMEMBERED)
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

        What its sidecars state wins over its front matter, that over path rules, and these over what else is found in
        it. A date that the document itself carries wins over ``raw.modified``.

        Raises SourceError, naming the source, for one that is damaged, protected, without text, no document at all, or
        beyond the limits on time and memory.
        """
        source = ParserInput(raw.ref.source, raw.data, raw.content_type)
        try:
            with self._parser() as sandbox:
                parsed = sandbox.parse(source)
        except SourceError as error:
            if error.lacking != LIBREOFFICE:
                raise
            parsed = self._parse_older(source, str(error.sentence.values["kind"]))
        title = "" if parsed.title == source.stem else parsed.title  # a file's name follows the file
        own = OwnFacts(title, parsed.language, parsed.modified, parsed.note, parsed.stated)
        return Document(
            id=raw.ref.id,
            source=raw.ref.source,
            type=parsed.type,
            text=parsed.text,
            sections=parsed.sections,
            content_hash=raw.content_hash,
            pages=parsed.pages,
            pages_without_text=parsed.pages_without_text,
            lacking=parsed.lacking,
            own=to_plain_json(own).decode(),
            **self.facts(own, raw),
        )

    def facts(self, own: OwnFacts, raw: RawSource) -> dict[str, Any]:
        """Those of a document's fields that sidecars and path rules may change, as they say now."""
        beside = self.beside(raw.ref)
        sidecars = [self._read_sidecar(one) for one in beside.sidecars]
        stated = merged((*(one.stated for one in sidecars), own.stated, beside.rules))
        said = [note for one in sidecars if (note := decoded(one.note)) is not None]
        return {
            "title": stated.title or own.title or ParserInput(raw.ref.source, b"").readable_stem,
            "language": stated.language or own.language,
            "modified": stated.modified or own.modified or raw.modified,
            "note": noted(own.note, (*said, *beside.notes)),
            "tags": stated.tags,
            "collections": stated.collections,
            "fields": stated.fields,
            "stated": beside.hash,
        }

    def _read_sidecar(self, sidecar: Sidecar) -> SidecarAnswer:
        """What a sidecar states; one of a folder is asked about for each of its files, and read once."""
        known = self._read.get(sidecar.data)
        if known is None:
            try:
                with self._parser() as sandbox:
                    known = sandbox.sidecar(ParserInput(sidecar.name, sidecar.data))
            except SourceError as error:
                why = Message("stated_unreadable", where=sidecar.name, why=error.sentence)
                known = SidecarAnswer(Stated(), why.encoded())
            self._read[sidecar.data] = known
        return known

    def beside(self, ref: SourceRef) -> Beside:
        """What sidecars and path rules state of ``ref`` now."""
        sidecars, notes = self._sidecars.of(ref)
        return Beside(sidecars, self._rules.of(ref.source), notes)

    def _parse_older(self, source: ParserInput, kind: str) -> Parsed:
        """An Office 97-2003 document, by way of a newer one."""
        made = newer(
            source.data,
            kind,
            source.name,
            seconds=self._seconds,
            memory_mb=self._memory_mb,
            max_bytes=self._max_bytes,
        )
        with self._parser() as sandbox:
            parsed = sandbox.parse(dataclasses.replace(source, data=made))
        return dataclasses.replace(parsed, type=SourceType(kind))

    def members(self, raw: RawSource) -> Iterator[RawSource | BadTarget]:
        """What is in an archive, member by member; of one that cannot be unpacked, why.

        Raises SourceError where the archive itself cannot be read, perhaps after some of its members.
        """
        start, ref = 0, raw.ref
        while True:
            with self._parser() as sandbox:
                lot = sandbox.unpack(ParserInput(ref.source, raw.data), start)
            archive = ref.archive or ref.source
            for member in lot.members:
                source = f"{ref.source}/{member.name}"
                id_ = document_id(source, ref.space)
                if (why := decoded(member.error)) is not None:
                    yield BadTarget(source, id_, SourceError(why), ref.space, archive)
                    continue
                inside = SourceRef(source, id_, ref.space, archive=archive)
                yield RawSource(inside, member.data, _sha256(member.data), raw.modified)
            if lot.is_last or lot.following <= start:
                return
            start = lot.following

    def site(self, task: str, source: ParserInput, candidates: Sequence[str] = ()) -> SiteAnswer:
        """What a site's own file says: ``site_files.read_site`` has the tasks; raises SourceError."""
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
        from searchapp.sources.web import MOST_REDIRECTS, fetch

        address = ref.source
        for _ in range(MOST_REDIRECTS + 1):
            # The mark of the page that a refresh leads to says nothing of the one that does.
            is_held = version is not None and address == (version.refreshed_to or ref.source)
            page = fetch(
                address,
                max_bytes=self._max_bytes,
                allowed=self._allowed,
                version=version if is_held else None,
                given_up=given_up,
            )
            if version is not None and page.not_modified:
                hash_ = version.content_hash
                return RawSource(ref, b"", hash_, page.modified, "", page.url, version, not_modified=True)
            if not (onward := self._refresh(page)):
                refreshed = "" if address == ref.source else address
                held = PageVersion(_sha256(page.data), page.etag, page.last_modified, refreshed_to=refreshed)
                return RawSource(ref, page.data, held.content_hash, page.modified, page.content_type, page.url, held)
            address = onward
        raise SourceError("too_many_redirects", url=shown(ref.source), most=MOST_REDIRECTS)

    def _refresh(self, page: Fetched) -> str:
        """The address that a web page sends its readers on to; empty where it does not."""
        if not _MAY_REFRESH.search(page.data[:LARGEST_HEAD]):
            return ""  # hardly any does, and a look into the others would take a while
        return next(iter(self.site("refresh", ParserInput(page.url, page.data, page.content_type)).addresses), "")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
