"""Whether the templates and the indices are as es/ and the settings say."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.plan import plan
from searchapp.findings import Finding, ok, warning
from searchapp.stores.elasticsearch.changes import Effect
from searchapp.wiring import Application

NAME = "templates"


def check(application: Application) -> Iterator[Finding]:
    """Edits by hand one by one, everything else as a count. Raises as ``plan`` does."""
    found = plan(application)
    for change in found.edited:
        yield warning(
            NAME, f"The {change.kind} {change.name} was edited by hand in the cluster.",
            "searchapp es plan shows the edit. " + change.remedy,
        )  # fmt: skip
    in_place = [change for change in found.changes if change.effect is not Effect.NEW_INDEX and not change.edited]
    if in_place:
        names = ", ".join(sorted({change.name for change in in_place}))
        yield warning(
            NAME, f"{len(in_place)} change(s) of es/ and the settings are not in the cluster yet: {names}.",
            "searchapp es plan shows them, searchapp es apply makes them.",
        )  # fmt: skip
    for change in found.of(Effect.NEW_INDEX):
        if change.what != "embedding model":  # which the check of the model names
            yield warning(NAME, f"{change.name}: {change.what} is not as it should be.", change.remedy)
    if not found.changes:
        yield ok(NAME, "Templates, mappings and settings are as es/ says.")
