"""The nearest vectors: all are compared in a small table, in a large one those of the partitions nearest to the query.

An inverted file of scalar-quantised vectors: trained within seconds, unlike product quantisation or a graph, and with
``REFINE`` times as many ranked again by their whole vectors it finds what comparing all finds (docs/performance.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from searchapp.model import Vector

EXACT_UP_TO = 5_000
"""Passages whose vectors are all compared: that takes some 10 ms, as a search of the index does."""

RETRAIN_AT = 2
"""How many times as many passages as it was trained with an index may serve; partitions grow with them."""

PROBES = 40
"""Partitions that are looked through, some 330,000 passages of a million: of the nearest ten they hold 9.97."""

REFINE = 2

_NAME = "vector_of_{rows}"
_NAMED = re.compile(r"vector_of_(\d+)")


def nearest(table: Any, vector: Vector, columns: Sequence[str], every: bool = False) -> Any:
    """The query for the rows nearest to ``vector``, with ``columns`` and ``_distance`` (1 - cosine).

    ``every``: look through every partition, as a filter may leave few passages in the nearest ones.
    """
    asked = table.search(vector, vector_column_name="vector").distance_type("cosine")
    asked = asked.minimum_nprobes(PROBES).maximum_nprobes(0) if every else asked.nprobes(PROBES)
    return asked.refine_factor(REFINE).select([*columns, "_distance"])


def index_vectors(table: Any) -> None:
    """Make the index that a table of this size wants; nothing where it is there already."""
    rows = table.count_rows()
    trained = {name: int(found[1]) for one in table.list_indices() if (found := _NAMED.fullmatch(name := one.name))}
    newest = max(trained.values(), default=0)
    if rows > EXACT_UP_TO and rows >= RETRAIN_AT * newest:
        from lancedb.index import IvfSq

        newest = rows
        table.create_index(
            "vector", config=IvfSq(distance_type="cosine", max_iterations=20), name=_NAME.format(rows=rows)
        )
    for name, size in trained.items():
        if size != newest:
            table.drop_index(name)
