"""What may be scheduled: the folder, address or file that somebody names is read as the store spells it, or refused."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.schedules.schedule import CLUSTERED, KEEP_ALL, THUMBS, Keep, ScheduleKind
from searchapp.schedules.time_of_day import Every, TimeOfDay, read_time_of_day
from searchapp.settings import Settings
from searchapp.sources.source import is_web_address, normalise_address


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants done again and again; ``read_wanted`` makes one."""

    kind: ScheduleKind
    target: str
    every: Every
    depth: int = 0
    groups: tuple[str, ...] | None = None
    keep: Keep = KEEP_ALL
    least: float = 0.0
    at: TimeOfDay | None = None


def read_wanted(wanted: Wanted, settings: Settings, allowed: Sequence[Path] | None) -> Wanted:
    """It with its target as sources are spelt; what its kind has no use for is refused.

    With ``allowed`` a folder or file must lie in one of these. Raises UsageError and SourceError.
    """
    kind, target = wanted.kind, wanted.target
    if kind in CLUSTERED and not settings.elasticsearch_url:
        raise UsageError("schedule_needs_elasticsearch", kind=str(kind))
    if kind is ScheduleKind.SNAPSHOT and not settings.snapshot_repository:
        raise UsageError("snapshot_repository_unset")
    foreign = {
        "depth": wanted.depth and kind is not ScheduleKind.SITE,
        "group": wanted.groups and kind not in (ScheduleKind.FOLDER, ScheduleKind.SITE),
        "keep": wanted.keep != KEEP_ALL and kind is not ScheduleKind.SNAPSHOT,
        "least": wanted.least and kind is not ScheduleKind.JUDGED,
        "target": target and kind not in (ScheduleKind.FOLDER, ScheduleKind.SITE, ScheduleKind.JUDGED),
    }
    if names := [name for name, is_set in foreign.items() if is_set]:
        raise UsageError("schedule_option_foreign", option=names, kind=str(kind))
    if kind is ScheduleKind.JUDGED:
        target = target or THUMBS
        target = target if target == THUMBS else _judged(target, allowed)
    elif kind in (ScheduleKind.FOLDER, ScheduleKind.SITE):
        target = read_target(target, allowed)
        if is_web_address(target) != (kind is ScheduleKind.SITE):
            raise UsageError("schedule_of_other_kind", name=target, kind=str(kind))
    return dataclasses.replace(wanted, target=target, at=read_time_of_day(wanted.at, wanted.every))


def read_target(text: str, allowed: Sequence[Path] | None) -> str:
    """The target as sources are spelt: an address, or the path of a folder that is there.

    With ``allowed`` the folder must be one of these or lie in one, links followed. Raises SourceError and UsageError.
    """
    if is_web_address(text) or "://" in text:
        return normalise_address(text)
    path = Path(text)
    _require_allowed(path, allowed)
    if not path.is_dir():
        raise UsageError("schedule_not_a_folder", name=text)
    return str(path.absolute())


def kind_of(target: str) -> ScheduleKind:
    """What is meant where only a target is named."""
    return ScheduleKind.SITE if is_web_address(target) or "://" in target else ScheduleKind.FOLDER


def _judged(text: str, allowed: Sequence[Path] | None) -> str:
    path = Path(text)
    _require_allowed(path, allowed)
    if not path.exists():
        raise UsageError("schedule_not_judged", name=text)
    return str(path.absolute())


def _require_allowed(path: Path, allowed: Sequence[Path] | None) -> None:
    if allowed is None:
        return
    real = os.path.realpath(path)
    roots = [os.path.realpath(one) for one in allowed]
    # Whether there is such a folder elsewhere is not told.
    if not path.is_absolute() or not any(real == one or real.startswith(one.rstrip("/") + "/") for one in roots):
        raise UsageError("folder_not_allowed")
