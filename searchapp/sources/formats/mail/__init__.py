"""Letters: EML (RFC 5322 and MIME) in ``internet``, Outlook's MSG in ``outlook``; both make a ``Letter``."""

from __future__ import annotations

from searchapp.sources.containers import OLE_MAGIC
from searchapp.sources.parsed import Parsed, ParserInput


def parse_email(source: ParserInput) -> Parsed:
    """Read a letter with what is attached to it.

    Raises SourceError for one that is damaged.
    """
    if source.data.startswith(OLE_MAGIC):
        from searchapp.sources.formats.mail.outlook import parse_outlook

        return parse_outlook(source)
    from searchapp.sources.formats.mail.internet import parse_internet

    return parse_internet(source)
