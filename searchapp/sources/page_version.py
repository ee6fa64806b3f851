"""What is remembered of a web page, so that the server need not send it again while it has not changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageVersion:
    """The version of a page that we hold: the server's own marks of it (RFC 9110, 8.8) and our hash of its bytes.

    ``links`` are the addresses that it names, for a crawl that goes on from an unchanged page; None where they were
    not looked for.
    """

    content_hash: str
    etag: str = ""
    last_modified: str = ""
    links: tuple[str, ...] | None = None
