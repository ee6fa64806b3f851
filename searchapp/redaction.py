"""Keeps secrets out of logs and error texts, wherever a library may have put them."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from searchapp.messages import Message
from searchapp.settings import Settings

HIDDEN = "[hidden]"
LEAST_CHARACTERS = 6
"""A shorter secret is a word that may stand anywhere."""

_PATTERNS = (
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),  # user:password@ in an address
    re.compile(r"(?<=_)[\w-]{43}\b"),  # the secret part of one of our keys
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]+|(?<=apikey )[\w.~+/=-]+|(?<=basic )[\w+/=-]{8,}"),
    re.compile(r"(?i)(?<=password=)[^&\s]+|(?<=api_key=)[^&\s]+|(?<=token=)[^&\s]+"),
)


def redactor(settings: Settings) -> Callable[[str], str]:
    """A function that replaces the secrets among ``settings``, and what looks like one, in a text."""
    secrets = list(_secrets(settings))
    known = sorted((secret for secret in secrets if len(secret) >= LEAST_CHARACTERS), key=len, reverse=True)

    def redact(text: str) -> str:
        for secret in known:
            text = text.replace(secret, HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(HIDDEN, text)
        return text

    return redact


def _secrets(settings: Settings) -> Iterator[str]:
    """The secret settings, and of addresses the password and the path, which a library may name without the rest."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        for one in value if isinstance(value, tuple) else (value,):
            text = one.get_secret_value() if isinstance(one, SecretStr) else one if name.endswith("_url") else ""
            if isinstance(one, SecretStr):
                yield text
            for address in text.split(",") if "://" in text else ():
                yield unquote(urlsplit(address).password or "")
                yield urlsplit(address).password or ""
                yield urlsplit(address).path if isinstance(one, SecretStr) else ""


def redacted(message: Message, redact: Callable[[str], str]) -> Message:
    """``message`` without the secrets in its values, so that it can be kept until somebody reads it."""

    def clean(value: Any) -> Any:
        if isinstance(value, Message):
            return redacted(value, redact)
        if isinstance(value, tuple):
            return tuple(clean(one) for one in value)
        return redact(value) if isinstance(value, str) else value

    other = Message(message.code, **{name: clean(value) for name, value in message.values.items()})
    other.part = message.part
    return other


def redact_logs(redact: Callable[[str], str]) -> None:
    """Pass every log record of this process through ``redact``, tracebacks too."""
    make = logging.getLogRecordFactory()

    def make_redacted(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            record.msg, record.args = redact(record.getMessage()), ()
        except (TypeError, ValueError):
            record.msg, record.args = redact(str(record.msg)), ()  # a library's format and arguments do not fit
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info))).rstrip("\n")
        return record

    logging.setLogRecordFactory(make_redacted)
