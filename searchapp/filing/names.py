"""The names of collections and tags, and how many of everything there may be."""

from __future__ import annotations

import unicodedata

from searchapp.errors import UsageError

LONGEST_NAME = 200
"""As long as what front matter may state of a document."""

LONGEST_DESCRIPTION = 1000
MOST_COLLECTIONS = 1000
MOST_GIVEN = 32
"""Tags by hand of one document, and collections that it was put in: stores keep them beside each of its chunks."""

MOST_DOCUMENTS = 1000
"""Documents that one request names: Elasticsearch files them in a few seconds."""

_UNSEEN = ("Cc", "Cs", "Co", "Cn")


def read_name(text: str) -> str:
    """``text`` as the name of a collection or tag, white space folded. Raises UsageError where it cannot be one."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(one) in _UNSEEN for one in name):
        raise UsageError("label_unusable", name=name[:60].encode("utf-8", "replace").decode(), most=LONGEST_NAME)
    return name


def read_tag(text: str) -> str:
    """``text`` as a tag, as front matter has it: without the number sign. Raises as ``read_name``."""
    return read_name(text.strip().removeprefix("#"))
