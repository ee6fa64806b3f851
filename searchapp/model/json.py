"""Nouns as JSON: pydantic reads their fields, so that none of them is written down a second time.

A field that leaves in another form than it has here says so beside its type (``Rounded``, ``Moment``, ``MomentText``,
``HIDDEN``), and so does one whose value is checked when it is read (``Checked``). These are light; pydantic itself
is loaded with the first noun that is written or read.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from searchapp.messages import shown

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
    from pydantic_core import CoreSchema

T = TypeVar("T")

HIDDEN: Mapping[str, Any] = {"exclude": True}
"""The metadata of a field that is ours alone: neither the API nor ``--json`` shows it."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """Marks a number of which so many decimals leave: enough to tell two apart, no noise of floating point."""

    digits: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _written(handler(source), functools.partial(_rounded, digits=self.digits))


@dataclass(frozen=True, slots=True)
class Checked:
    """Marks a value that is passed through ``check`` when it is read, which may change it or raise ValueError."""

    check: Callable[[Any], Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(self.check, handler(source))


class _Shown:
    """Marks a message that is kept encoded and leaves in the reader's language."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _written(handler(source), shown)


class _Iso:
    """Marks a time that leaves with its own offset; pydantic would write UTC as ``Z``, which ours never was."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _written(handler(source), dt.datetime.isoformat)


class _DateTime:
    """Marks a text that is a time, for who reads the description."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {**handler(schema), "format": "date-time"}


MessageText: TypeAlias = Annotated[str, _Shown()]
"""What ``Message.encoded`` makes, which leaves as a sentence; any other text leaves as it is."""

Moment: TypeAlias = Annotated[dt.datetime, _Iso()]
"""A time, which leaves in ISO 8601 with its offset."""

MomentText: TypeAlias = Annotated[str, _DateTime()]
"""A time in ISO 8601, with its offset."""

Score: TypeAlias = Annotated[float, Rounded(6)]


def to_json(value: Any, type_: Any = None) -> Any:
    """``value`` as JSON values; it is of ``type_``, or a noun of its own type."""
    wanted: Any = type_ or type(value)
    return _adapter(wanted).dump_python(value, mode="json", warnings=False)


def to_plain_json(noun: Any) -> bytes:
    """Every field of ``noun`` as it is, the hidden ones too: for ``from_json``, in a process of ours or a file."""
    return json.dumps(noun, default=_plain).encode()


def from_json(type_: type[T], text: str | bytes) -> T:
    """The noun in ``text``, every value of exactly its type; raises ValueError where one is not, or is not there."""
    wanted: Any = type_
    found: T = _adapter(wanted).validate_json(text, strict=True)
    return found


@functools.cache
def _adapter(type_: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(type_)


def _written(schema: CoreSchema, write: Any) -> CoreSchema:
    from pydantic_core import core_schema

    return {**schema, "serialization": core_schema.plain_serializer_function_ser_schema(write, when_used="json")}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no part of a noun")


def _rounded(value: float, digits: int) -> float:
    return round(value, digits)
