"""The audit log as a file for other programs: JSON lines, or a table (CSV)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import TextIO

from searchapp.audit.record import Record
from searchapp.model.json import to_json

COLUMNS = ("id", "when", "who", "where", "what", "on", "groups", "outcome", "error", "details")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes a cell that begins with one of these (OWASP, "CSV Injection")."""


def write_lines(records: Iterable[Record], to: TextIO) -> int:
    """One JSON object a record; returns how many."""
    written = 0
    for record in records:
        to.write(json.dumps(to_json(record), ensure_ascii=False) + "\n")
        written += 1
    return written


def write_csv(records: Iterable[Record], to: TextIO) -> int:
    """A heading and a row a record, details as JSON; returns how many records."""
    table, written = csv.writer(to, lineterminator="\n"), 0
    table.writerow(COLUMNS)
    for record in records:
        values = to_json(record)
        values |= {
            "groups": " ".join(record.groups or ()),
            "details": json.dumps(values["details"], ensure_ascii=False) if record.details else "",
        }
        table.writerow([_harmless(str(values[name])) for name in COLUMNS])
        written += 1
    return written


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
