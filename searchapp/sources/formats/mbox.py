"""Mailboxes (mbox, RFC 4155): the letters in them, each under a name that stays when others come and go."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from hashlib import sha256

from searchapp.sources.builder import one_line

LONGEST_SUBJECT = 60
_HEADER_BYTES = 1 << 16

_BEGINNING = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\r\n]*\r?\n")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_NO_NAME = re.compile(r"[^\w一-鿿 .,()+@=-]+")


def letters(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A name for each letter, and its bytes."""
    found = list(_BEGINNING.finditer(data))
    for beginning, following in zip(found, [*found[1:], None], strict=True):
        letter = data[beginning.end() : following.start() if following else len(data)]
        letter = _QUOTED.sub(rb"\1", letter)
        # By what it holds, not by its number: a letter that is deleted before it must not rename it.
        yield f"{_subject(letter)}{sha256(letter).hexdigest()[:10]}.eml", letter


def _subject(letter: bytes) -> str:
    try:
        headers = email.message_from_bytes(letter[:_HEADER_BYTES].partition(b"\n\n")[0], policy=email.policy.default)
        subject = one_line(str(headers["Subject"] or ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""  # the standard library stumbles over some malformed headers
    name = " ".join(_NO_NAME.sub(" ", subject).split())[:LONGEST_SUBJECT].strip(". ")
    return f"{name} " if name else ""
