"""What the tests of formats share: a text is parsed as a file of a name."""

from __future__ import annotations

from searchapp.errors import SourceError
from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput


def read(name: str, data: str | bytes) -> Parsed:
    return parse(ParserInput(f"/in/{name}", data.encode() if isinstance(data, str) else data))


def sections(parsed: Parsed) -> list[tuple[str, str]]:
    """Of each section its last heading, and its text."""
    return [(one.headings[-1] if one.headings else "", parsed.text[one.start : one.end]) for one in parsed.sections]


def headings(parsed: Parsed) -> list[tuple[str, ...]]:
    return [one.headings for one in parsed.sections]


def note(parsed: Parsed) -> str:
    return shown(parsed.note, "en")


def refused(name: str, data: str | bytes) -> str:
    """The code of the sentence with which it is refused; empty where it is read."""
    try:
        read(name, data)
    except SourceError as error:
        return error.reason
    return ""
