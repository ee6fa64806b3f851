"""YAML: a line a value, with its path of keys; read by its events, so that nothing is ever made of it."""

from __future__ import annotations

import re
from typing import Any

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.structured import DEEPEST, Records, as_text
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

_COMMENT = re.compile(r"[ \t]*#+[ \t]?(.*)")


def parse_yaml(source: ParserInput) -> Parsed:
    """Read YAML: nothing is constructed, an alias is no more than its name, comments stay."""
    text = lines_of(source.data).lstrip("\ufeff")
    builder = DocumentBuilder()
    try:
        _Reader(Records(builder), text).read()
    except (ValueError, RecursionError):
        return as_text(source, text, SourceType.YAML, "YAML")
    return builder.build(SourceType.YAML, title=source.stem, stem=source.stem)


class _Reader:
    def __init__(self, records: Records, text: str) -> None:
        self._records = records
        self._text = text
        self._lines = text.split("\n")
        self._comments = [at for at, line in enumerate(self._lines) if "#" in line and _COMMENT.match(line)][::-1]
        self._path: list[str | int] = []
        self._key_is_next: list[bool] = []  # of each open collection; a list never has one
        self._document = -1

    def read(self) -> None:
        """Add all values; raises ValueError for what is no YAML, or nests too deep."""
        import yaml

        try:
            for event in yaml.parse(self._text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
                match event:
                    case yaml.DocumentStartEvent():
                        self._document += 1
                        self._path = [self._document] if self._document else []
                    case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                        self._open(is_mapping=isinstance(event, yaml.MappingStartEvent))
                    case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                        self._path.pop()
                        self._key_is_next.pop()
                        self._after_value()
                    case yaml.ScalarEvent():
                        self._value(event.value, event)
                    case yaml.AliasEvent():
                        self._value(f"*{event.anchor}", event)
        except yaml.YAMLError as error:
            raise ValueError("no YAML") from error
        self._add_comments(len(self._lines))
        self._records.finish()

    def _open(self, *, is_mapping: bool) -> None:
        if len(self._key_is_next) >= DEEPEST:
            raise ValueError("it nests too deep")
        self._next_item()
        self._key_is_next.append(is_mapping)
        self._path.append("" if is_mapping else -1)

    def _value(self, value: str, event: Any) -> None:
        start, end = event.start_mark, event.end_mark
        self._add_comments(start.line)
        while self._comments and self._comments[-1] < end.line:
            self._comments.pop()  # it stands in a text of several lines
        if self._key_is_next and self._key_is_next[-1]:
            self._path[-1], self._key_is_next[-1] = value, False
            return
        self._next_item()
        rest = self._lines[end.line][end.column :].strip() if end.line < len(self._lines) else ""
        self._records.add(self._path, value.rstrip("\n") + (f"  {rest}" if rest.startswith("#") else ""))
        self._after_value()

    def _add_comments(self, until: int) -> None:
        """Add the comments above a line that were not added yet."""
        while self._comments and self._comments[-1] < until:
            found = _COMMENT.match(self._lines[self._comments.pop()])
            self._records.comment(found[1] if found else "")

    def _next_item(self) -> None:
        """Count the item of the list that is open, if one is."""
        if self._key_is_next and isinstance(self._path[-1], int):
            self._path[-1] += 1

    def _after_value(self) -> None:
        """After a value of a mapping comes its next key."""
        if self._key_is_next and isinstance(self._path[-1], str):
            self._key_is_next[-1] = True
