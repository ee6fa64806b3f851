"""Data (JSON, JSON lines): a line a value, each with the path of keys that leads to it.

So a passage that is cut from the middle of a file still says what its values are. What is none of these by its syntax
(a template, JSON with comments, half a file) is text all the same, and is kept as such with a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.drawn_tables import add_paragraphs
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

SHORT_LIST = 200
"""Plain values of a list stand in one line of so many characters."""

DEEPEST = 200
"""Levels of a file. What nests deeper was not written to be read."""


class Records:
    """Gathers lines of paths and values: those of one top-level key stand under it, each record is a paragraph."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._lines: list[str] = []
        self._comments: list[str] = []
        self._record: tuple[str, str] | None = None
        self._listed: str | None = None

    def add(self, path: Sequence[str | int], value: str) -> None:
        """Add a value; ``path`` has the names of keys and the numbers of items."""
        head = str(path[0]) if len(path) > 1 and isinstance(path[0], str) else ""
        # The first number in a path tells the records of a list apart, unless it is that of a plain value.
        number = next((str(part) for part in path[:-1] if isinstance(part, int)), "")
        if self._record != (head, number):
            self.flush()
            self._record = (head, number)
        name = ".".join(part for part in path if isinstance(part, str))
        is_item = isinstance(path[-1], int) if path else False
        if is_item and name == self._listed and not self._comments and len(value) + len(self._lines[-1]) < SHORT_LIST:
            self._lines[-1] += f", {value}"
        else:
            self._lines += [*self._comments, f"{name}: {value}" if name else value]
        self._listed = name if is_item else None
        self._comments = []

    def comment(self, text: str) -> None:
        """Add what the file says of the value that comes next."""
        self._comments.append(text)

    def flush(self) -> None:
        """End the record."""
        head = self._record[0] if self._record else ""
        self._builder.add("\n".join(self._lines), headings=[head] if head else [], verbatim=True)
        self._lines, self._listed = [], None

    def finish(self) -> None:
        """End the last record, and add what is said behind it."""
        self._lines += self._comments
        self.flush()


def parse_json(source: ParserInput) -> Parsed:
    """Read JSON, or lines of it."""
    text = lines_of(source.data)
    builder = DocumentBuilder()
    records = Records(builder)
    bad = 0
    try:
        values = list(leaves(read_json(text)))
    except ValueError:
        values, bad = _of_lines(text)
        if not values:
            return as_text(source, text, SourceType.JSON, "JSON")
    for path, value in values:
        records.add(path, value)
    records.finish()
    if bad:
        builder.note(Message("lines_not_read", n=bad, format="JSON"))
    return builder.build(SourceType.JSON, title=source.stem, stem=source.stem)


def _of_lines(text: str) -> tuple[list[tuple[tuple[str | int, ...], str]], int]:
    """The values of lines of JSON, and how many lines are none; nothing where hardly any line is."""
    values: list[tuple[tuple[str | int, ...], str]] = []
    bad = good = 0
    for number, line in enumerate(filter(str.strip, text.split("\n"))):
        try:
            values += leaves(read_json(line), number)
            good += 1
        except ValueError:
            values.append(((number,), line))
            bad += 1
        if bad > 2 * good + 10:
            break
    return (values, bad) if good > bad else ([], 0)


def read_json(text: str) -> Any:
    """The value of some JSON, its numbers as they are written. Raises ValueError for anything else."""
    try:
        return json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str, parse_constant=str)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error


def leaves(value: Any, *start: int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """All values below ``value``, in order, and the path to each. Raises ValueError where it nests too deep."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [(start, value)]
    while waiting:
        path, one = waiting.pop()
        if isinstance(one, dict | list) and one:
            if len(path) >= DEEPEST:
                raise ValueError("it nests too deep")
            items = one.items() if isinstance(one, dict) else enumerate(one)
            waiting.extend(reversed([((*path, key), child) for key, child in items]))
        else:
            yield path, one if isinstance(one, str) else json.dumps(one)


def as_text(source: ParserInput, text: str, kind: SourceType, name: str) -> Parsed:
    """What is no data of the format ``name``, after all."""
    builder = DocumentBuilder()
    builder.note(Message("kept_as_text", format=name))
    add_paragraphs(builder, text)
    return builder.build(kind, title=source.stem, stem=source.stem)
