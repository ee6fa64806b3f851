"""Tables that a benchmark puts into a page of the documentation, between two comments that name them."""

from __future__ import annotations

import sys
from pathlib import Path


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->``.

    Ends the program when the page has no such place.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        sys.exit(f"{page} has no place for this table: it lacks '{begin}' or '{end}'.")
    page.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
