"""The folder or web site that a document lies in, as one chooses among them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_UPLOAD = re.compile(r"[\\/]uploads[\\/][0-9a-f]{16}[\\/][^\\/]+$")


def folder(source: str) -> str:
    """A file's folder or an address's site, with the slash that ends it: what ``source`` begins with.

    Empty where there is none, and for uploads, whose folders are ours and say nothing.
    """
    if "://" in source:
        try:
            parts = urlsplit(source)
        except ValueError:  # brackets that hold no address
            return ""
        return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""
    if _UPLOAD.search(source):
        return ""
    separator = "\\" if "\\" in source and "/" not in source else "/"
    head, found, _ = source.rpartition(separator)
    return f"{head}{separator}" if found and head else ""
