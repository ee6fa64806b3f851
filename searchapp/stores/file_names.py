"""The name by which people look for a file."""

from __future__ import annotations

import re

_NAME = re.compile(r"[^/\\?#]*[^/\\?#.]\.[A-Za-z0-9]{1,8}(?=$|[?#])")
_PART_ENDS = re.compile(r"[._\-+]+")


def file_name(source: str) -> str:
    """A path's or address's file name, as it is and in its parts: "report-2024.pdf report 2024 pdf".

    Text analysis keeps "report.pdf" in one piece, so that the parts must be told. Empty where the source names no file.
    """
    where = source.partition("://")[2].partition("/")[2] if "://" in source else source
    found = _NAME.search(where)
    if found is None:
        return ""
    name = found.group()
    return f"{name} {' '.join(part for part in _PART_ENDS.split(name) if part)}"
