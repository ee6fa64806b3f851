"""Every sentence that a person may be shown, by its code, in the language of the one who reads it.

``en.toml`` and ``zh.toml`` beside this file are the catalogues: an entry is a sentence, or a sentence and its remedy.
A code is stable and for programs; what stands in braces are the values that come with it.
"""

from __future__ import annotations

import functools
import json
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Part = Literal["message", "remedy", "whole"]
Value: TypeAlias = "str | int | float | Path | Message | Sequence[str | int | Message]"

_BETWEEN_SENTENCES: Mapping[Language, str] = {"en": " ", "zh": ""}
_BETWEEN_NAMES: Mapping[Language, str] = {"en": ", ", "zh": "、"}

DEEPEST = 12
"""Messages within messages that ``decoded`` takes: what a parser's process sends is not ours."""

_reader: ContextVar[Language] = ContextVar("searchapp_language", default="en")


def reader_language() -> Language:
    """The language of whom this thread or task answers now; English where nothing said otherwise."""
    return _reader.get()


def set_reader_language(language: Language) -> None:
    """From now on this thread or task answers somebody who reads ``language``."""
    _reader.set(language)


@contextmanager
def read_in(language: Language) -> Iterator[None]:
    """While open, messages are shown in ``language``."""
    before = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(before)


class Message:
    """A sentence by its code, with the values that it names; ``remedy`` is what to do about it, ``whole`` both.

    A value may be a message of its own, which is shown in the same language, or a sequence, which is shown as a list.
    """

    __slots__ = ("code", "part", "values")

    def __init__(self, code: str, /, **values: Value) -> None:
        self.code = code
        self.values: Mapping[str, Any] = {name: _plain(value) for name, value in values.items()}
        self.part: Part = "message"

    @property
    def remedy(self) -> Message:
        """What to do about it; shown as nothing where the catalogue has no remedy."""
        return self._of("remedy")

    @property
    def whole(self) -> Message:
        """The sentence and its remedy."""
        return self._of("whole")

    def text(self, language: Language | None = None) -> str:
        """The words in ``language``, or in the reader's."""
        language = language or reader_language()
        entry = catalogue(language).get(self.code)
        if entry is None:  # kept by a version that knew it
            return " ".join([self.code, *(f"{name}={value}" for name, value in self.values.items())])
        wanted = {"message": entry[:1], "remedy": entry[1:], "whole": entry}[self.part]
        filled = _Template(language)
        return _BETWEEN_SENTENCES[language].join(filter(None, (filled.vformat(one, (), self.values) for one in wanted)))

    def encoded(self) -> str:
        """As text that ``shown`` reads, for a place that keeps it until somebody reads it."""
        return json.dumps(_tree(self), ensure_ascii=False)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"Message({self.encoded()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and _tree(self) == _tree(other)

    def __hash__(self) -> int:
        return hash(self.encoded())

    def _of(self, part: Part) -> Message:
        other = Message(self.code)
        other.values, other.part = self.values, part
        return other


def joined(*messages: Message) -> Message:
    """Several sentences after each other, as one."""
    return Message("joined", sentences=messages) if len(messages) != 1 else messages[0]


def noted(note: str, more: Sequence[Message]) -> str:
    """A note that is kept encoded, or none, with further sentences."""
    if not more:
        return note
    first = decoded(note)
    before = () if first is None else first.values["sentences"] if first.code == "joined" else (first,)
    return joined(*before, *more).encoded()


def shown(kept: str, language: Language | None = None) -> str:
    """What ``encoded`` kept, in the reader's language; any other text as it is."""
    message = decoded(kept)
    return message.text(language) if message else kept


def decoded(kept: str) -> Message | None:
    """The message that ``encoded`` kept; None where ``kept`` is no such text."""
    if not kept.startswith('{"code": "'):
        return None
    try:
        found = _grown(json.loads(kept))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, Message) else None


@functools.cache
def catalogue(language: Language) -> Mapping[str, tuple[str, ...]]:
    """The sentence of each code, and its remedy where it has one."""
    import tomllib  # most runs of the command line show no sentence

    sections = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    entries: dict[str, tuple[str, ...]] = {}
    for section in sections.values():
        for code, entry in section.items():
            entries[code] = (entry,) if isinstance(entry, str) else tuple(entry)
    return entries


def _plain(value: Any) -> Any:
    """A value as JSON can keep it."""
    if isinstance(value, Message) or type(value) in (str, int, float):
        return value
    if isinstance(value, list | tuple):
        return tuple(_plain(one) for one in value)
    return str(value)


def _tree(value: Any) -> Any:
    if isinstance(value, Message):
        part = {} if value.part == "message" else {"part": value.part}
        return {"code": value.code, "values": {name: _tree(one) for name, one in value.values.items()}, **part}
    return [_tree(one) for one in value] if isinstance(value, tuple) else value


def _grown(tree: Any, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise ValueError(depth)
    if isinstance(tree, dict):
        values = {str(name): _grown(one, depth + 1) for name, one in tree["values"].items()}
        message = Message(str(tree["code"]))
        message.values = values  # a name of the constructor's own, such as "code", is a value like others
        part = tree.get("part", "message")
        return message._of(part) if part in get_args(Part) else message
    if isinstance(tree, list):
        return tuple(_grown(one, depth + 1) for one in tree)
    return tree if isinstance(tree, int | float) else str(tree)


class _Template(string.Formatter):
    """Fills a sentence: ``{n:,}`` as in Python, ``{n:page|pages}`` by number, a missing value by its name."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key), f"{{{key}}}")

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        if isinstance(value, tuple):
            sentences = any(isinstance(part, Message) for part in value)
            between = _BETWEEN_SENTENCES if sentences else _BETWEEN_NAMES
            return between[self._language].join(self.format_field(part, format_spec) for part in value)
        if isinstance(value, Message):
            return value.text(self._language)
        try:
            return format(value, format_spec)
        except (ValueError, OverflowError):  # a text where a number was expected, or an endless number
            return str(value)[:40]
