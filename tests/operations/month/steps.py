"""What happens in the month beside its ordinary days; each step proves what it says, or fails."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from searchapp.schedules import RunOutcome
from tests.operations.month.stage import PREFIX, Stage
from tests.schedules.clocks import DAY, HOUR, MINUTE
from tests.waiting import eventually

LIVE = f"{PREFIX}-chunks"
REGISTRY = f"{PREFIX}-documents"
FLOOR = 0.6
"""nDCG@10 below which the judged questions warn; with half of the pages gone it is 0.5 at most."""


@dataclass(frozen=True)
class Step:
    """What happens on a day, after what was due on it has run."""

    day: int
    title: str
    act: Callable[[Stage], None]


def begin(stage: Stage) -> None:
    """An operator makes the index, and schedules what is done from now on."""
    stage.operator("es", "plan", code=4, say="changes:")
    stage.operator("es", "apply", say=f"index template {LIVE}")
    stage.operator("es", "plan", say="othing")
    add = ("schedules", "add")
    stage.operator(*add, str(stage.library.folder))
    stage.operator(*add, "--kind", "drift")
    stage.operator(*add, "--kind", "snapshot", "--keep-daily", "7", "--keep-weekly", "4", "--keep-monthly", "2")
    judged = ("--kind", "judged", "--every", "week", "--least", str(FLOOR))
    stage.operator(*add, str(stage.library.judged), *judged)
    stage.operator(*add, "--kind", "doctor", "--every", "week")
    outcomes = [run.outcome for run in stage.look()]
    # The doctor misses a language model, which the month has no use for.
    assert outcomes == [RunOutcome.DONE] * 4 + [RunOutcome.WARNED], outcomes


def two_operators(stage: Stage) -> None:
    """Two plan at once: what the second applies would be the plan of a cluster that is no longer so."""
    stage.store.client.indices.put_settings(index=REGISTRY, settings={"refresh_interval": "9s"})
    for name in ("ada", "bob"):
        stage.operator("es", "plan", "--out", f"{name}.json", code=4, say="changes:")
    stage.operator("es", "apply", "ada.json", say="updated")
    stage.operator("es", "apply", "bob.json", code=1, say="moved")
    stage.operator("es", "plan", say="othing")


def by_hand(stage: Stage) -> None:
    """Somebody edits a template in the cluster."""
    body = stage.store.client.indices.get_index_template(name=LIVE)["index_templates"][0]["index_template"]
    edited = {key: body[key] for key in ("index_patterns", "composed_of", "priority", "_meta")}
    edited["template"] = {"settings": {"number_of_shards": 3}}
    stage.store.client.indices.put_index_template(name=LIVE, body=edited)
    stage.note("somebody", "edits a template by hand", "", LIVE)


def drift_mended(stage: Stage) -> None:
    """The daily check has told of the edit; an operator looks at it and undoes it."""
    last = stage.schedule("drift").last
    assert last is not None and (last.outcome, last.figures["edited"]) == (RunOutcome.WARNED, 1), last
    stage.operator("es", "plan", code=4, say="edited by hand")
    stage.operator("es", "apply", code=1, say="dited by hand")
    stage.operator("es", "apply", "--overwrite", say="updated")
    stage.operator("es", "plan", say="othing")


def two_runs(stage: Stage) -> None:
    """An archive arrives; while one operator has it read, another is told that a schedule runs."""
    stage.library.archive(2025)
    folder = stage.schedule("folder").id
    first = threading.Thread(target=lambda: stage.runner.run(folder))
    first.start()
    eventually(lambda: stage.schedule("folder").running)
    stage.operator("schedules", "run", folder, code=1, say="runs")
    first.join()
    run = stage.application.schedules.runs(folder)[0]
    stage.tell(run)
    assert run.outcome is RunOutcome.DONE, run
    equal_counts(stage)


def node_killed(stage: Stage) -> None:
    """The node dies while two archives are read; it comes back, and what was lost is made up for."""
    for year in (2023, 2024):
        stage.library.archive(year)
    before = passages(stage)
    folder = stage.schedule("folder").id
    stage.application.schedules.call(folder)
    reading = threading.Thread(target=stage.look)
    reading.start()
    eventually(lambda: passages(stage) > before)
    stage.note("node", "is killed", "")
    stage.node.kill()
    reading.join()
    assert stage.look() == []
    stage.node.start()
    stage.note("node", "is started", "")
    stage.clock.go(6 * MINUTE)
    runs = stage.look()
    assert [run.outcome for run in runs] == [RunOutcome.DONE], runs
    assert stage.schedule("folder").failures == 0
    equal_counts(stage)


def passages(stage: Stage) -> int:
    """How many are in the index now, those of the last second too."""
    stage.store.refresh()
    return stage.store.count()


def clock_jumps(stage: Stage) -> None:
    """The clock goes ahead by a day and is put right, then back by an hour: nothing runs twice, or waits two days."""
    stage.clock.go(DAY)
    stage.note("clock", "jumps ahead by a day", "")
    assert RunOutcome.FAILED not in {run.outcome for run in stage.look()}
    for time, what in ((-DAY, "is put right"), (-HOUR, "goes back by an hour")):
        watching = stage.new_runner()
        watching.start()  # as a server does, which looks every few seconds
        stage.clock.go(time)
        stage.note("clock", what, "")
        eventually(lambda: all(is_due_within_a_day(stage, kind) for kind in ("folder", "drift", "snapshot")))
        watching.stop()
        assert stage.look() == []
    stage.clock.go(HOUR)


def is_due_within_a_day(stage: Stage, kind: str) -> bool:
    """Whether a daily schedule waits no longer than a day, less or more what clocks may differ."""
    due = stage.schedule(kind).next
    return due is not None and due <= stage.application.schedules.now() + DAY + 2 * MINUTE


def quality_falls(stage: Stage) -> None:
    """Half of the handbook is overwritten; the judged questions tell, the writers mend it, and they are content."""
    judged = stage.schedule("judged").id
    for change, outcome, code in ((stage.library.spoil, "warned", 3), (stage.library.mend, "done", 0)):
        change()
        stage.note("writers", {"warned": "empty half of the pages", "done": "bring them back"}[outcome], "")
        stage.operator("schedules", "run", stage.schedule("folder").id, say="unchanged")
        stage.operator("schedules", "run", judged, code=code, say="nDCG")
        last = stage.schedule("judged").last
        assert last is not None and last.outcome == outcome, last


def bad_model(stage: Stage) -> None:
    """A model of the same size is proposed that knows no meaning: only the judged questions can tell."""
    versions = sorted(stage.store.client.indices.get(index=stage.store.names.versions))
    gate = ("--gate", str(stage.library.judged))
    done = stage.operator("es", "reindex", "--model", "hashed:384", *gate, code=1, say="The gate failed")
    live, proposed = re.findall(r"hybrid\W+([\d.]+)", done.stdout)
    stage.note(
        "gate", "asks both models", "refused", f"hybrid nDCG@10 {live} of the live one, {proposed} of the proposed"
    )
    assert sorted(stage.store.client.indices.get(index=stage.store.names.versions)) == versions
    stage.operator("es", "plan", say="othing")
    equal_counts(stage)


def drill(stage: Stage) -> None:
    """An operator tries whether the latest snapshot would bring everything back."""
    before = sorted(stage.store.client.indices.get(index=f"{PREFIX}-*"))
    stage.operator("es", "snapshot", "drill", say="passages:")
    assert sorted(stage.store.client.indices.get(index=f"{PREFIX}-*")) == before


def deleted(stage: Stage) -> None:
    """Somebody deletes the index and the registry; the latest snapshot brings both back, the schedules with them."""
    known = [one.id for one in stage.application.schedules.all()]
    names = [stage.store.names.version(1), REGISTRY]
    stage.store.client.indices.delete(index=names)
    stage.note("somebody", "deletes the index", "", ", ".join(names))
    assert stage.application.schedules.all() == ()
    stage.operator("doctor", code=1, say="are lost")
    stage.operator("es", "snapshot", "restore", "latest", say="passages of")
    stage.operator("es", "plan", say="othing")
    assert [one.id for one in stage.application.schedules.all()] == known
    # In the snapshot the run that took it is under way still, and what ran after it is due: both are done again.
    assert {run.outcome for run in stage.look()} == {RunOutcome.DONE}
    stage.operator("schedules", "run", stage.schedule("folder").id, say="unchanged")
    equal_counts(stage)


def reckoning(stage: Stage) -> None:
    """What is left of the month: the snapshots that were to be kept, and every document once."""
    from searchapp.cluster import snapshots

    equal_counts(stage)
    kept = [f"{one.started:%d %b}" for one in snapshots.listed(stage.application)]
    # Seven days; of weeks the Sundays before; of the month before, its last day.
    assert kept == ["13 Apr", "12 Apr", "11 Apr", "10 Apr", "09 Apr", "08 Apr", "07 Apr", "04 Apr", "31 Mar", "28 Mar"]
    stage.note("operator", "counts snapshots", "kept", ", ".join(kept))
    stage.operator("schedules", "run", stage.schedule("judged").id, say="nDCG")


def equal_counts(stage: Stage) -> None:
    """The folder, the registry and the index hold the same documents, and the index as many passages as it should."""
    entries = list(stage.store.sources(str(stage.library.folder)))
    found = passages(stage)
    assert stage.library.count() == len(entries), (stage.library.count(), len(entries))
    assert sum(entry.chunks for entry in entries) == found, found
    stage.note("operator", "compares counts", "equal", f"{len(entries)} documents, {found} passages")


STEPS = (
    Step(1, "the installation", begin),
    Step(4, "two operators plan at once", two_operators),
    Step(6, "a template is edited by hand", by_hand),
    Step(7, "drift is told and mended", drift_mended),
    Step(9, "an archive arrives, and two want it read", two_runs),
    Step(11, "the node is killed while it is written", node_killed),
    Step(14, "the clock jumps", clock_jumps),
    Step(17, "pages are emptied, and quality falls", quality_falls),
    Step(20, "a bad model is proposed", bad_model),
    Step(23, "the snapshot is drilled", drill),
    Step(26, "the index is deleted", deleted),
    Step(30, "the reckoning", reckoning),
)
"""By day. What is due on a day runs before its steps."""

DAYS = 30
