"""A plan in a file: ``es plan --out FILE`` writes it, ``es apply FILE`` holds it against the cluster.

The file is a condition and never an instruction: what is applied is planned anew from es/ and the settings, and only
where nothing has moved since the file was written. Its digest notices edits; it does not keep out whoever makes one up.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from searchapp import __version__
from searchapp.cluster.plan import Change, Plan
from searchapp.cluster.price import Price
from searchapp.cluster.state import ClusterState, digest
from searchapp.errors import ChangedError, UsageError, unwritable
from searchapp.limits import PLAN_BYTES
from searchapp.private_folder import write_whole

FORMAT = 1
"""Version of the file's own layout."""


class SavedPlan(BaseModel):
    """What the file holds. ``changes`` and ``price`` are for people: nothing is read back from them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: int
    searchapp: str
    made: str
    cluster: str
    cluster_name: str
    wanted: str
    objects: dict[str, str]
    changes: list[dict[str, Any]] = Field(default_factory=list)
    price: dict[str, Any] | None = None
    digest: str = ""

    @property
    def content_digest(self) -> str:
        """Of everything but the digest itself."""
        return digest(self.model_dump(exclude={"digest"}))


def write_plan(path: Path, planned: Plan, state: ClusterState, price: Price | None) -> SavedPlan:
    """Write the plan, whole or not at all, for its owner alone. Raises StorageError where the folder takes none."""
    made = SavedPlan(
        format=FORMAT,
        searchapp=__version__,
        made=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        cluster=state.cluster,
        cluster_name=state.name,
        wanted=state.wanted,
        objects=dict(state.objects),
        changes=[change_json(change) for change in planned.changes],
        price=None if price is None else dataclasses.asdict(price),
    )
    made = made.model_copy(update={"digest": made.content_digest})
    try:
        write_whole(path, json.dumps(made.model_dump(), ensure_ascii=False, indent=1))
    except OSError as error:
        raise unwritable(path.parent, error, "--out") from error
    return made


def read_plan(path: Path) -> SavedPlan:
    """Read a plan back. Raises UsageError: no plan, a plan of another searchapp, or one that was edited."""
    try:
        with path.open("rb") as file:
            content = file.read(PLAN_BYTES + 1)
    except OSError as error:
        raise UsageError("plan_unreadable", file=path, why=(error.strerror or "input error").lower()) from error
    try:
        if len(content) > PLAN_BYTES:
            raise UsageError("plan_not_a_plan", file=path)
        values = json.loads(content)
        if isinstance(values, dict) and {"format", "searchapp"} <= values.keys():
            _refuse_another_version(path, values)
        saved = SavedPlan.model_validate(values)
    except (ValueError, RecursionError, ValidationError) as error:
        raise UsageError("plan_not_a_plan", file=path) from error
    if saved.digest != saved.content_digest:
        raise UsageError("plan_edited", file=path)
    return saved


def _refuse_another_version(path: Path, values: dict[str, Any]) -> None:
    there = str(values["searchapp"])[:40]
    if values["format"] != FORMAT or there != __version__:
        raise UsageError("plan_of_another_version", file=path, there=there, here=__version__)


def refuse_if_moved(saved: SavedPlan, now: ClusterState) -> None:
    """Hold a plan against the cluster as it is now.

    Raises UsageError for a plan of another cluster or of other settings, ChangedError where the cluster moved since.
    """
    if saved.cluster != now.cluster:
        raise UsageError("plan_of_another_cluster", there=saved.cluster_name, here=now.name)
    if saved.wanted != now.wanted:
        raise UsageError("plan_of_other_settings")
    if moved := now.moved_since(saved.objects):
        raise ChangedError("cluster_moved_since_plan", made=saved.made, objects=moved[:5], n=len(moved))


def change_json(change: Change) -> dict[str, Any]:
    """A change for programs."""
    return {
        "kind": change.kind,
        "name": change.name,
        "what": change.what,
        "effect": str(change.effect),
        "edited_by_hand": change.edited,
        "remedy": str(change.remedy),
        "diff": list(change.diff),
    }
