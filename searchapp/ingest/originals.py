"""The original bytes behind documents, which citations open: files in place, all others as copies.

These are uploads, web pages, and the members of archives.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import re
import uuid
from hashlib import sha256
from pathlib import Path
from typing import IO

from searchapp.errors import unwritable
from searchapp.model import DocumentEntry, SourceType, Space
from searchapp.sources import PageVersion, RawSource

SUFFIXES = {kind: f".{kind}" for kind in SourceType} | {
    SourceType.MARKDOWN: ".md",
    SourceType.TEXT: ".txt",
    SourceType.EMAIL: ".eml",
}
VERSION_SUFFIX = ".version.json"
COPY_BYTES = 1 << 20
NAME_CHARACTERS = 150
_UNSAFE = re.compile(r"[^\w.()（）【】 +@=,-]+")


class Originals:
    """Uploads and kept web pages below the data folder, and the way from a registry entry to its file."""

    def __init__(self, data_dir: Path) -> None:
        self._uploads = data_dir.absolute() / "uploads"
        self._pages = data_dir.absolute() / "pages"

    def save_upload(self, filename: str, stream: IO[bytes], space: Space = None) -> str:
        """Keep an upload and return its path, which is its source.

        The same bytes and name give the same path, for each ``space`` (``document_id``) one of their own.
        """
        name = (
            _UNSAFE.sub("_", filename.replace("\\", "/").rpartition("/")[2]).strip(". ")[-NAME_CHARACTERS:] or "upload"
        )
        arriving = self._uploads / f".arriving-{uuid.uuid4().hex}"
        try:
            self._uploads.mkdir(parents=True, exist_ok=True)
            digest = sha256(b"" if space is None else json.dumps(sorted(set(space))).encode())
            with arriving.open("wb") as file:
                while block := stream.read(COPY_BYTES):
                    digest.update(block)
                    file.write(block)
            folder = self._uploads / digest.hexdigest()[:16]
            folder.mkdir(exist_ok=True)
            arriving.replace(folder / name)
        except OSError as error:
            raise unwritable(self._uploads, error) from error
        finally:
            with contextlib.suppress(OSError):
                arriving.unlink(missing_ok=True)
        return str(folder / name)

    def keep_page(self, raw: RawSource, type_: SourceType) -> None:
        """Keep the bytes of a web page, which may change or go, as they were when it was read, and its version."""
        self._keep(raw.ref.id, SUFFIXES[type_], raw.data)
        self.keep_version(raw)

    def keep_member(self, raw: RawSource, type_: SourceType) -> None:
        """Keep the bytes of an archive's member, which only a confined process may unpack; an archive has members."""
        if type_ is not SourceType.ARCHIVE:
            self._keep(raw.ref.id, SUFFIXES[type_], raw.data)

    def keep_version(self, raw: RawSource) -> None:
        """Remember the version of a web page: the same bytes may get a new mark, or a crawl know its links."""
        version = raw.version
        if version is None or version == (held := self.version(raw.ref.id)):
            return
        if version.links is None and held is not None and held.content_hash == version.content_hash:
            version = dataclasses.replace(version, links=held.links, canonical=held.canonical, sketch=held.sketch)
        self._keep(raw.ref.id, VERSION_SUFFIX, json.dumps(dataclasses.asdict(version)).encode())

    def _keep(self, document_id: str, suffix: str, data: bytes) -> None:
        arriving = self._pages / f"{document_id}.{uuid.uuid4().hex}.arriving"
        try:
            self._pages.mkdir(parents=True, exist_ok=True)
            arriving.write_bytes(data)
            arriving.replace(self._pages / f"{document_id}{suffix}")
        except OSError as error:
            raise unwritable(self._pages, error) from error
        finally:
            with contextlib.suppress(OSError):
                arriving.unlink(missing_ok=True)

    def version(self, document_id: str) -> PageVersion | None:
        """What is remembered of a web page, to ask its server whether it has changed; None where nothing is."""
        try:
            values = json.loads((self._pages / f"{document_id}{VERSION_SUFFIX}").read_bytes())
            links, sketch = values.pop("links"), values.pop("sketch", None)
            return PageVersion(
                **values,
                links=None if links is None else tuple(links),
                sketch=None if sketch is None else tuple(sketch),
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None  # never kept, or damaged: the page is fetched whole

    def path(self, entry: DocumentEntry) -> Path | None:
        """The local file behind an entry: the kept page or member, or the file at its source; None when it is gone."""
        file = Path(entry.source)
        if "://" not in entry.source and file.is_file():
            return file
        kept = self._pages / f"{entry.id}{SUFFIXES.get(SourceType(entry.type), '')}"
        return kept if kept.is_file() else None

    def forget(self, entry: DocumentEntry, deleted: dt.datetime | None = None) -> None:
        """Remove our own copy of a deleted document; a file of the user's is never touched.

        An upload that came again since it was ``deleted`` stays.
        """
        for suffix in (*SUFFIXES.values(), VERSION_SUFFIX):
            (self._pages / f"{entry.id}{suffix}").unlink(missing_ok=True)
        upload = Path(entry.source)
        if upload.parent.parent != self._uploads:
            return
        with contextlib.suppress(OSError):  # it is gone already, or the same bytes came under another name too
            if deleted is None or upload.stat().st_mtime <= deleted.timestamp():
                upload.unlink()
            upload.parent.rmdir()
