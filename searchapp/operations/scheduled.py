"""What schedules do, by kind: each does what its command does, and says in a sentence what came of it."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from pathlib import Path
from typing import cast

from searchapp.errors import NotFoundError, StorageError
from searchapp.findings import Finding, Severity
from searchapp.judged_runs import JudgedRun, settings_hash
from searchapp.messages import Message, joined
from searchapp.model import IngestOutcome, IngestState, SearchMode
from searchapp.operations.overview import live_name
from searchapp.redaction import redactor
from searchapp.schedules import Broken, Job, Result, Runner, RunOutcome, Schedule, ScheduleKind, breaking
from searchapp.schedules.schedule import THUMBS
from searchapp.wiring import Application

NAMED = 5
"""Changes and checks that a sentence names."""


def runner_of(application: Application) -> Runner:
    """What runs the schedules of an application."""
    settings = application.settings
    return Runner(
        application.schedules,
        jobs_of(application),
        application.store,
        application.audit,
        data_dir=settings.data_dir,
        lease_seconds=settings.lease_seconds,
        limit_seconds=settings.schedule_limit_minutes * 60,
        redact=redactor(settings),
    )


def jobs_of(application: Application) -> Mapping[ScheduleKind, Job]:
    """What is done for each kind."""

    def job(does: Callable[[Application, Schedule, threading.Event], Result]) -> Job:
        return lambda schedule, stopping: does(application, schedule, stopping)

    return {
        ScheduleKind.FOLDER: job(read),
        ScheduleKind.SITE: job(read),
        ScheduleKind.SNAPSHOT: job(snapshot),
        ScheduleKind.DRIFT: job(drift),
        ScheduleKind.DOCTOR: job(doctor),
        ScheduleKind.JUDGED: job(judged),
    }


def read(application: Application, schedule: Schedule, stopping: threading.Event) -> Result:
    """Ingest what is new or changed, and remove what is gone."""
    from searchapp.ingest import Sync
    from searchapp.schedules.target import read_target

    read_target(schedule.target, None)  # a folder that is away is not read as an empty one
    counts = Counter[IngestState]()
    outcomes = application.ingester.ingest(
        [schedule.target], groups=schedule.groups, sync=Sync.CAREFUL, depth=schedule.depth, stopping=stopping
    )
    with closing(cast("Generator[IngestOutcome]", outcomes)):
        for document in outcomes:
            counts[document.state] += 1
            if stopping.is_set():
                raise Broken
    figures = {
        "indexed": counts[IngestState.INDEXED],
        "unchanged": counts[IngestState.UNCHANGED],
        "deleted": counts[IngestState.DELETED],
        "failed": counts[IngestState.FAILED] + counts[IngestState.QUARANTINED],
    }
    outcome = RunOutcome.WARNED if figures["failed"] else RunOutcome.DONE
    return Result(outcome, Message("schedule_read", **figures), figures)


def snapshot(application: Application, schedule: Schedule, stopping: threading.Event) -> Result:
    """Take one, and remove those that need not be kept."""
    from searchapp.cluster import snapshots

    taken = snapshots.create(application, breaking(stopping), scheduled=True)
    keep = schedule.keep
    removed = snapshots.thin_out(application, keep, scheduled=True).removed if keep.anything else ()
    figures = {"passages": taken.chunks or 0, "documents": taken.documents or 0, "removed": len(removed)}
    return Result(RunOutcome.DONE, Message("schedule_snapshot", name=taken.name, **figures), figures)


def drift(application: Application, schedule: Schedule, stopping: threading.Event) -> Result:
    """Look whether ``es apply`` would change anything; nothing is changed."""
    from searchapp.cluster.plan import plan

    changes = plan(application).changes
    figures = {"changes": len(changes), "edited": sum(one.edited for one in changes)}
    if not changes:
        return Result(RunOutcome.DONE, Message("schedule_no_drift"), figures)
    names = list(dict.fromkeys(f"{one.kind} {one.name}" for one in changes))[:NAMED]
    return Result(RunOutcome.WARNED, Message("schedule_drift", n=len(changes), names=names), figures)


def doctor(application: Application, schedule: Schedule, stopping: threading.Event) -> Result:
    """Look at everything that can be wrong, but for what schedules themselves say."""
    from searchapp.doctor import examine
    from searchapp.doctor.checks import SCHEDULES

    def tell(finding: Finding) -> None:
        if stopping.is_set():
            raise Broken

    # Without what schedules say: else a failed run would be found for ever, by its own next run.
    findings = examine(application, leave_out=(SCHEDULES,), tell=tell).findings
    counts = Counter(finding.severity for finding in findings)
    names = [finding.check for finding in findings if finding.severity in (Severity.ERROR, Severity.WARNING)]
    figures = {"errors": counts[Severity.ERROR], "warnings": counts[Severity.WARNING]}
    if not names:
        return Result(RunOutcome.DONE, Message("schedule_healthy"), figures)
    found = Message("schedule_found", checks=list(dict.fromkeys(names))[:NAMED], **figures)
    return Result(RunOutcome.WARNED, found, figures)


def judged(application: Application, schedule: Schedule, stopping: threading.Event) -> Result:
    """Ask judged queries, and compare nDCG@10 with what is wanted at least."""
    from searchapp.evaluation import evaluate, read_dataset
    from searchapp.judgements import usable, write_qrels

    with tempfile.TemporaryDirectory(prefix="searchapp-judged-") as folder:
        path = Path(schedule.target)
        if schedule.target == THUMBS:
            path = Path(folder)
            kept = usable(application.judgements.all())
            if not kept:
                raise NotFoundError("judgements_unusable")
            write_qrels(kept, path)
        try:
            dataset = read_dataset(path)
        except (OSError, ValueError) as error:
            raise StorageError("judgements_unreadable", path=path.name, why=str(error)) from error
        done = evaluate(application, dataset, (SearchMode.HYBRID,), breaking(stopping), embedder=application.embedder)
    measured = done.results[SearchMode.HYBRID]
    reached = measured.ndcg_at_10
    application.judged_runs.remember(
        JudgedRun(
            ended=application.schedules.now(),
            target=schedule.target,
            ndcg_at_10=reached,
            recall_at_100=measured.recall_at_100,
            queries=done.queries,
            unknown=len(done.unknown),
            least=schedule.least,
            index="" if dataset.has_corpus else live_name(application),
            model=str(application.embedder.fingerprint if dataset.has_corpus else application.store.fingerprint()),
            settings=settings_hash(done.settings),
        )
    )
    figures = {"ndcg@10": round(reached, 4), "queries": done.queries, "unknown": len(done.unknown)}
    told = Message("schedule_judged", ndcg=reached, queries=done.queries)
    if reached < schedule.least:
        return Result(RunOutcome.WARNED, joined(told, Message("schedule_judged_low", least=schedule.least)), figures)
    return Result(RunOutcome.DONE, told, figures)
