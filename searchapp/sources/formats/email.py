"""Letters: EML (RFC 5322 and MIME) and Outlook's MSG. Who wrote to whom comes first, then what; attachments by name."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import io
from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.containers import OLE_MAGIC
from searchapp.sources.encoding import decode
from searchapp.sources.formats.markup import body_of, parse_markup, walk
from searchapp.sources.parsed import Parsed, ParserInput

_SHOWN = ("From", "To", "Cc", "Date")
_MSG_TEXT, _MSG_BYTES = "001F", "001E"
_MSG_SUBJECT, _MSG_SENDER, _MSG_ADDRESS, _MSG_TO, _MSG_BODY, _MSG_HEADERS, _MSG_ATTACHMENT = (
    "0037", "0C1A", "0C1F", "0E04", "1000", "007D", "3707",
)  # fmt: skip
"""Property numbers of [MS-OXPROPS]; a stream's name is the number and the type of its value."""


def parse_email(source: ParserInput) -> Parsed:
    """Read a letter; its plain text is preferred to its HTML.

    Raises SourceError for one that is damaged.
    """
    return _outlook(source) if source.data.startswith(OLE_MAGIC) else _internet(source)


def _internet(source: ParserInput) -> Parsed:
    letter = email.message_from_bytes(source.data, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)  # noqa: S101 - the default policy makes these
    builder = DocumentBuilder()
    headers = [(name, _header(letter, name)) for name in _SHOWN]
    _add_head(builder, headers, (part.get_filename() or "" for part in letter.iter_attachments()))
    body = letter.get_body(("plain", "html"))
    if body is not None:
        data = body.get_payload(decode=True)
        text = decode(data if isinstance(data, bytes) else b"", body.get_content_charset() or "")
        _add_body(builder, text, is_html=body.get_content_subtype() == "html")
    return builder.build(
        SourceType.EMAIL,
        title=_header(letter, "Subject"),
        stem=source.stem,
        modified=_date(_header(letter, "Date")),
    )


def _header(letter: EmailMessage, name: str) -> str:
    try:
        return one_line(str(letter[name] or ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""  # the standard library stumbles over some malformed headers


def _outlook(source: ParserInput) -> Parsed:
    import olefile

    builder = DocumentBuilder()
    try:
        with olefile.OleFileIO(io.BytesIO(source.data)) as container:

            def value(number: str, folder: str = "") -> str:
                for kind, encoding in ((_MSG_TEXT, "utf-16-le"), (_MSG_BYTES, "")):
                    name = f"{folder}__substg1.0_{number}{kind}"
                    if container.exists(name):
                        data = container.openstream(name).read()
                        return data.decode(encoding, errors="replace") if encoding else decode(data)
                return ""

            folders = {f"{path[0]}/" for path in container.listdir() if path[0].startswith("__attach")}
            headers = email.message_from_string(value(_MSG_HEADERS), policy=email.policy.default)
            date = one_line(str(headers["Date"] or ""))
            sender, address = one_line(value(_MSG_SENDER)), one_line(value(_MSG_ADDRESS))
            names = [
                ("From", f"{sender} <{address}>" if "@" in address and address != sender else sender),
                ("To", one_line(value(_MSG_TO))),
                ("Date", date),
            ]
            _add_head(builder, names, (value(_MSG_ATTACHMENT, folder) for folder in sorted(folders)))
            _add_body(builder, value(_MSG_BODY), is_html=False)
            title = value(_MSG_SUBJECT)
    except (OSError, ValueError, IndexError) as error:
        raise SourceError("outlook_message_damaged", name=source.name) from error
    return builder.build(SourceType.EMAIL, title=title, stem=source.stem, modified=_date(date))


def _add_head(builder: DocumentBuilder, headers: Iterable[tuple[str, str]], attachments: Iterable[str]) -> None:
    lines = [f"{name}: {value}" for name, value in headers if value]
    names = ", ".join(filter(None, map(one_line, attachments)))
    builder.add("\n".join([*lines, *([f"Attachments: {names}"] if names else [])]))


def _add_body(builder: DocumentBuilder, text: str, *, is_html: bool) -> None:
    if not is_html:
        builder.add(text, verbatim=True)
    elif text.strip():
        walk(body_of(parse_markup(text.replace("\x00", ""))), builder)


def _date(value: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or dt.UTC).astimezone(dt.UTC)
