"""A letter as a document: who wrote to whom comes first, then what, then the files and letters attached to it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.formats.markup import body_of, parse_markup, walk
from searchapp.sources.formats.plain_html import plain_html
from searchapp.sources.members import Member, read_members
from searchapp.sources.parsed import Parsed, ParserInput

FULLER = 2.0
"""A web page that says so many times more than the plain text beside it is read in its place."""

LEAST_SHARED = 0.5
"""Share of a plain text's words that the page beside it holds too, where both say the same."""

LONGEST_STUB = 40
"""Words of a plain text that only points to the page beside it."""

_WORDS = re.compile(r"[a-z0-9]+|[^\W\x00-\x7f]")


class Body(NamedTuple):
    """A piece of a letter's text."""

    text: str
    is_html: bool = False

    def words(self) -> Sequence[str]:
        """Its words; in scripts without spaces its characters."""
        return _WORDS.findall((plain_html(self.text) if self.is_html else self.text).lower())


@dataclass(slots=True)
class Letter:
    """What a letter holds. ``names`` are those of its attachments, ``members`` what of them may be read."""

    headers: Sequence[tuple[str, str]] = ()
    title: str = ""
    modified: dt.datetime | None = None
    bodies: list[Body] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    def attach(self, member: Member, *, is_read: bool = True) -> None:
        """Take in an attachment; one that is not text is only named."""
        self.names.append(member.name)
        if is_read:
            self.members.append(member)

    def parsed(self, source: ParserInput) -> Parsed:
        """The letter as a document; ``source`` is what it was read from."""
        builder = DocumentBuilder()
        lines = [f"{name}: {value}" for name, value in self.headers if value]
        names = ", ".join(filter(None, map(one_line, self.names)))
        builder.add("\n".join([*lines, *([f"Attachments: {names}"] if names else [])]))
        for body in self.bodies:
            if not body.is_html:
                builder.add(body.text, verbatim=True)
            elif body.text.strip():
                builder.end_headings(1)
                walk(body_of(parse_markup(body.text.replace("\x00", ""))), builder)
        read_members(builder, source, self.members)
        return builder.build(SourceType.EMAIL, title=self.title, stem=source.stem, modified=self.modified)


def fullest(ways: Sequence[Sequence[Body]]) -> Sequence[Body]:
    """The best of several ways to write the same: the plain one, unless another says more than it.

    Both, where they say different things.
    """
    told = [(way, some) for way in ways if (some := [word for body in way for word in body.words()])]
    plain, words = next((one for one in told if not any(body.is_html for body in one[0])), ((), []))
    page, page_words = max((one for one in told if one[0] is not plain), key=lambda one: len(one[1]), default=((), []))
    if not plain or not page:
        return plain or page
    known = set(page_words)
    if sum(word in known for word in words) < LEAST_SHARED * len(words):
        return page if len(words) <= LONGEST_STUB else [*plain, *page]
    return page if len(page_words) > FULLER * len(words) else plain


def date_of(value: str) -> dt.datetime | None:
    """A date as letters write it, in UTC; None for anything else."""
    try:
        found = parsedate_to_datetime(value)
        return found.replace(tzinfo=found.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
