"""Archives (ZIP, tar, mbox): a list of what is in them, and the members one after the other, each within limits.

Nothing is ever written under a member's name, and the name is made one below the archive: ``../../etc/passwd`` is
``etc/passwd`` in it.
"""

from __future__ import annotations

import copy
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import NamedTuple

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.containers import BROKEN, ENCRYPTED, METHODS, ZIP_MAGIC, gunzip
from searchapp.sources.encoding import decode
from searchapp.sources.files import is_supported
from searchapp.sources.formats.mbox import letters
from searchapp.sources.parsed import MOST_MEMBERS, Member, Members, Parsed, ParserInput, member_name
from searchapp.sources.passed_over import PassedOver, is_generated, is_unseen
from searchapp.sources.sniff import likely_type

ANSWER_BYTES = 16 << 20
"""Members are handed over in lots: the archive is unpacked up to there once for each."""

_STEP = 1 << 20
_UTF8_NAME = 0x800
_FAILURES = (*BROKEN, tarfile.TarError, RuntimeError)  # which RecursionError is one of


class _Packed(NamedTuple):
    name: str
    read: Callable[[int], bytes]
    """Its bytes; raises SourceError for more than so many, and what else is wrong with them."""


def parse_archive(source: ParserInput) -> Parsed:
    """The archive as a document: the names in it. What is in the members is theirs.

    Raises SourceError for one that is damaged, or holds nothing.
    """
    builder = DocumentBuilder()
    passed = PassedOver()
    names = [one.name for one in _packed(source, passed)]
    builder.add("\n".join(names[:MOST_MEMBERS]), verbatim=True)
    if len(names) > MOST_MEMBERS:
        builder.note(Message("archive_cut", n=MOST_MEMBERS, total=len(names)))
    if (sentence := passed.message()) is not None:
        builder.note(sentence)
        builder.add("\n".join(name for kind in passed.kinds() for name in kind["names"]), verbatim=True)
    return builder.build(SourceType.ARCHIVE, title=source.stem + source.suffix, stem=source.stem)


def unpack(source: ParserInput, start: int) -> Members:
    """Members from number ``start`` on, as many as fit into an answer; of one that cannot be unpacked, why.

    Raises SourceError where the archive itself cannot be read.
    """
    most = source.options.max_bytes
    source = ParserInput(source.name, gunzip(source.data, source.name, most), options=source.options)
    packed = list(_packed(source, PassedOver()))[:MOST_MEMBERS]
    found: list[Member] = []
    room = min(ANSWER_BYTES, most)
    for number, one in enumerate(packed[start:], start=start):
        try:
            data = one.read(most)
        except SourceError as error:
            found.append(Member(one.name, b"", error.sentence.encoded()))
            continue
        if not data and likely_type(one.name) is SourceType.CODE:
            continue  # the mark of a package
        if found and len(data) > room:
            return Members(tuple(found), number)
        room -= len(data)
        found.append(Member(one.name, data))
    return Members(tuple(found), len(packed), is_last=True)


def _packed(source: ParserInput, passed: PassedOver) -> Iterator[_Packed]:
    """The members that are documents by their names, each name once: the last one of a name replaces the others."""
    try:
        if source.data.startswith(ZIP_MAGIC):
            found = _zipped(source)
        elif source.suffix == ".mbox":
            found = {name: partial(_held, data) for name, data in letters(source.data)}
        else:
            found = _tarred(source)
    except _FAILURES as error:
        raise SourceError("archive_damaged", name=source.name) from error
    for name, read in found.items():
        folders = PurePosixPath(name).parts[:-1]
        if not name or any(map(is_unseen, (*folders, PurePosixPath(name).name))):
            continue
        generated = next((at for at, part in enumerate(folders, start=1) if is_generated(part)), 0)
        if generated:
            passed.add("/".join(folders[:generated]) + "/")
        elif is_supported(PurePosixPath(name)):
            yield _Packed(name, read)
        else:
            passed.add(name)


def _zipped(source: ParserInput) -> dict[str, Callable[[int], bytes]]:
    container = zipfile.ZipFile(io.BytesIO(source.data))
    members = [one for one in container.infolist() if not one.is_dir()]
    if sum(one.compress_size for one in members) > len(source.data):  # they share their bytes
        raise zipfile.BadZipFile
    # Names without the flag are in the encoding of whoever packed them: told from all of them together.
    old = [one.orig_filename.encode("cp437", "replace") for one in members if not one.flag_bits & _UTF8_NAME]
    told = iter(decode(b"\n".join(old)).split("\n"))
    names = [one.orig_filename if one.flag_bits & _UTF8_NAME else next(told, one.filename) for one in members]

    def reading(member: zipfile.ZipInfo) -> Callable[[int], bytes]:
        def read(most: int) -> bytes:
            if member.flag_bits & ENCRYPTED:
                raise SourceError("password_unsupported", name=member_name(member.filename))
            if member.compress_type not in METHODS:
                raise SourceError("archive_damaged", name=member_name(member.filename))
            unbounded = copy.copy(member)
            unbounded.file_size = 1 << 62  # what it declares is not believed
            try:
                with container.open(unbounded) as part:
                    return _bounded(part, most, member.filename)
            except _FAILURES as error:
                raise SourceError("archive_damaged", name=member_name(member.filename)) from error

        return read

    return {member_name(name): reading(member) for name, member in zip(names, members, strict=True)}


def _tarred(source: ParserInput) -> dict[str, Callable[[int], bytes]]:
    container = tarfile.open(fileobj=io.BytesIO(source.data), mode="r:")  # noqa: SIM115 - its members are read later
    members = [one for one in container if one.isreg()]  # a link has no bytes of its own
    raw = [one.name.encode("utf-8", "surrogateescape").replace(b"\n", b" ") for one in members]
    names = decode(b"\n".join(raw)).split("\n")

    def reading(member: tarfile.TarInfo) -> Callable[[int], bytes]:
        def read(most: int) -> bytes:
            try:
                part = container.extractfile(member)
                return b"" if part is None else _bounded(part, most, member.name)
            except _FAILURES as error:
                raise SourceError("archive_damaged", name=member_name(member.name)) from error

        return read

    return {member_name(name): reading(member) for name, member in zip(names, members, strict=True)}


def _held(data: bytes, most: int) -> bytes:
    return data[:most]


def _bounded(part: object, most: int, name: str) -> bytes:
    data = bytearray()
    while piece := part.read(_STEP):  # type: ignore[attr-defined]
        data += piece
        if len(data) > most:
            raise SourceError("unpacked_too_large", name=member_name(name), mb=most >> 20)
    return bytes(data)
