"""Files inside a document (attachments, embedded objects, a portfolio's files): their text follows the document's own.

What is not read is said by name in the document's note, also where a bound is reached: so many files at all depths,
so deep, and together no more bytes than one document may unpack to.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.packaged import unwrap
from searchapp.sources.parsed import Parsed, ParserInput

MOST_FILES = 100
"""Read within one document, at all depths: each may take as long as a document."""

DEEPEST = 3
LONGEST_LIST = 20
"""Names that a note tells."""


def _read(source: ParserInput) -> Parsed:
    from searchapp.sources.formats import parse

    return parse(source)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a document. ``name`` may be empty; ``content_type`` is what the document calls it.

    ``read`` is for one that is no file of its own, such as a letter in an Outlook message, which has no ``data``.
    """

    name: str
    data: bytes = b""
    content_type: str = ""
    read: Callable[[ParserInput], Parsed] = _read


def may_read(source: ParserInput, size: int) -> bool:
    """Whether one more file of ``size`` bytes may be read inside ``source``; if so, it is counted."""
    taken = source.taken
    if source.depth >= DEEPEST or taken.files >= MOST_FILES or taken.bytes + size > source.options.max_bytes:
        return False
    taken.files += 1
    taken.bytes += size
    return True


def inside(source: ParserInput, member: Member) -> ParserInput:
    """``member`` as a parser's input, one level deeper than ``source`` and within the same bounds."""
    return dataclasses.replace(
        source,
        name=one_line(member.name).replace("/", "_") or "part",
        data=member.data,
        content_type=member.content_type,
        depth=source.depth + 1,
    )


def read_members(builder: DocumentBuilder, source: ParserInput, members: Iterable[Member]) -> None:
    """Add the text of ``members`` to ``builder``, each under its name as a heading, and note those that hold none."""
    unread, beyond = [], []
    for packed in members:
        name, data = unwrap(packed.name, packed.data)
        member = dataclasses.replace(packed, name=name, data=data)
        name = one_line(member.name) or member.content_type
        if not may_read(source, len(member.data)):
            beyond.append(name)
            continue
        source.progress()
        inner = inside(source, member)
        try:
            parsed = member.read(inner)
        except SourceError as error:
            builder.lacking = builder.lacking or error.lacking
            unread.append(name)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - parsing libraries raise anything at all on broken input
            unread.append(name)
        else:
            title = parsed.title if parsed.title != inner.stem else ""
            builder.include(parsed, ": ".join(dict.fromkeys(filter(None, (one_line(member.name), title)))))
    for code, names in (("members_unread", unread), ("members_beyond", beyond)):
        if names:
            builder.note(Message(code, names=names[:LONGEST_LIST], more=int(len(names) > LONGEST_LIST)))
