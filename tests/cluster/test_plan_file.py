"""A plan in a file, without a cluster: what is written is read back, and nothing else is taken for a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from searchapp import __version__
from searchapp.cluster.changes import Effect
from searchapp.cluster.plan import Change, Plan
from searchapp.cluster.plan_file import read_plan, refuse_if_moved, write_plan
from searchapp.cluster.state import ClusterState
from searchapp.embedding import Fingerprint
from searchapp.errors import ChangedError, SearchAppError, StorageError, UsageError
from searchapp.limits import PLAN_BYTES

MODEL = Fingerprint("hashed", "64", "digest", 64, 256)
PLANNED = Plan(MODEL, (Change("index template", "a-chunks", "to create", Effect.IN_PLACE, ("+ 阀门",)),))
STATE = ClusterState("uuid-1", "ours", "wanted-1", {"index a": "1", "pipeline p": "2"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    write_plan(path, PLANNED, STATE, None)
    return path


def refusal(path: Path) -> SearchAppError:
    with pytest.raises(UsageError) as caught:
        read_plan(path)
    assert caught.value.exit_code == 2 and caught.value.remedy
    return caught.value


def changed(path: Path, **values: Any) -> Path:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return path


def test_what_is_written_is_read_back(file: Path) -> None:
    saved = read_plan(file)
    assert saved.objects == dict(STATE.objects) and saved.changes[0]["diff"] == ["+ 阀门"]
    refuse_if_moved(saved, STATE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["plan.json"]
    write_plan(file, PLANNED, STATE, None)  # in the place of the one before


@pytest.mark.parametrize(
    "values",
    [{"objects": {"index a": "other"}}, {"cluster": "uuid-2"}, {"changes": []}, {"made": "yesterday"}, {"digest": ""}],
)
def test_an_edit_is_noticed(file: Path, values: dict[str, Any]) -> None:
    assert refusal(changed(file, **values)).reason == "plan_edited"


@pytest.mark.parametrize("values", [{"searchapp": "0.0.1"}, {"format": 99}, {"format": "1"}])
def test_a_plan_of_another_version(file: Path, values: dict[str, Any]) -> None:
    error = refusal(changed(file, **values))
    assert error.reason == "plan_of_another_version" and __version__ in error.message


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b'"plan"', b"\xff\xfe", b"{}", b'{"format": 1}', b"[" * 100_000,
        b'{"format": 1, "searchapp": "' + __version__.encode() + b'", "objects": 7}',
        b" " * (PLAN_BYTES + 1),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert refusal(path).reason == "plan_not_a_plan"


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "missing.json").reason == "plan_unreadable"
    assert refusal(tmp_path).reason == "plan_unreadable"
    with pytest.raises(StorageError):
        write_plan(tmp_path / "missing" / "plan.json", PLANNED, STATE, None)
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError):
        write_plan(tmp_path / "folder", PLANNED, STATE, None)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("now", "kind", "reason"),
    [
        (ClusterState("uuid-2", "theirs", "wanted-1", STATE.objects), UsageError, "plan_of_another_cluster"),
        (ClusterState("uuid-1", "ours", "wanted-2", STATE.objects), UsageError, "plan_of_other_settings"),
        (ClusterState("uuid-1", "ours", "wanted-1", {"index a": "1"}), ChangedError, "cluster_moved_since_plan"),
        (
            ClusterState("uuid-1", "ours", "wanted-1", {**STATE.objects, "index b": "1"}),
            ChangedError, "cluster_moved_since_plan",
        ),
    ],
)  # fmt: skip
def test_a_plan_of_elsewhere_or_of_before(
    file: Path, now: ClusterState, kind: type[SearchAppError], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        refuse_if_moved(read_plan(file), now)
    assert caught.value.reason == reason and caught.value.remedy


def test_what_moved_is_named() -> None:
    moved = ClusterState("uuid-1", "ours", "wanted-1", {"index a": "9", "index b": "1"}).moved_since(STATE.objects)
    assert moved == ("index a", "index b", "pipeline p")
