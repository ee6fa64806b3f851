"""What is due is run and watched: it ends when its time is over, when its turn is lost, and with its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from searchapp.audit import Wanted as WantedRecords
from searchapp.audit import What
from searchapp.errors import ConflictError, ServiceUnavailableError, UsageError
from searchapp.messages import Message, shown
from searchapp.schedules import Book, Broken, Every, Job, Result, Runner, RunOutcome, Schedule, ScheduleKind, Wanted
from searchapp.schedules.turns import Turns
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.waiting import eventually

New = Callable[..., Runner]


class Jobs:
    """A job that waits until it may end, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.inside = 0
        self.most_inside = 0
        self.gate = threading.Event()
        self.deaf = False
        self.error: Exception | None = None

    def __call__(self, schedule: Schedule, stopping: threading.Event) -> Result:
        self.begun.append(schedule.id)
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        try:
            while not self.gate.wait(0.02):
                if stopping.is_set() and not self.deaf:
                    raise Broken
            if self.error is not None:
                raise self.error
            return Result(RunOutcome.DONE, Message("schedule_healthy"), {"errors": 0})
        finally:
            self.inside -= 1

    def of(self) -> Mapping[ScheduleKind, Job]:
        return dict.fromkeys(ScheduleKind, self)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.gate.set()


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64"))


@pytest.fixture
def book(application: Application) -> Book:
    return application.schedules


@pytest.fixture
def new(application: Application, jobs: Jobs, tmp_path: Path) -> New:
    """Runners, as several processes have them; ``apart`` they share no data folder, as on several machines."""

    def new(*, apart: str = "data", lease: float = 30.0, limit: float = 600.0) -> Runner:
        return Runner(
            application.schedules, jobs.of(), application.store, application.audit,
            data_dir=tmp_path / apart, lease_seconds=lease, limit_seconds=limit,
        )  # fmt: skip

    return new


@pytest.fixture
def one(book: Book) -> Schedule:
    return book.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_what_is_due_is_run_recorded_and_remembered(
    application: Application, book: Book, new: New, jobs: Jobs, one: Schedule
) -> None:
    jobs.gate.set()
    runner = new()
    done = runner.look()
    assert done is not None and (done.outcome, done.figures) == (RunOutcome.DONE, {"errors": 0})
    assert book.get(one.id).last == done and book.runs(one.id) == (done,)
    assert runner.look() is None and jobs.begun == [one.id]
    (record,) = application.audit.page(WantedRecords(what=(What.SCHEDULE_RUN,)), 10).records
    assert (record.who, record.details["outcome"]) == ("timer", "done") and one.id in record.on


def test_of_several_processes_that_look_at_once_one_runs_it(book: Book, new: New, jobs: Jobs, one: Schedule) -> None:
    book.add(Wanted(ScheduleKind.FOLDER, "/srv/a", Every.DAY), "ada")
    runners = [new(apart=f"machine {number}") for number in range(4)]

    def look(runner: Runner) -> None:
        for _ in range(6):
            try:
                runner.look()
            except ConflictError:
                continue

    jobs.gate.set()
    threads = [in_thread(lambda runner=runner: look(runner)) for runner in runners]  # type: ignore[misc]
    for thread in threads:
        thread.join()
    for runner in runners:
        runner.look()
    assert sorted(jobs.begun) == sorted(known.id for known in book.all())
    assert jobs.most_inside == 1


def test_a_run_that_does_not_end_is_ended_and_told_so(book: Book, new: New, one: Schedule) -> None:
    done = new(limit=0.1).run(one.id)
    assert done.outcome is RunOutcome.FAILED and "It was ended after" in shown(done.message)
    after = book.get(one.id)
    assert after.last == done and after.failures == 1 and not after.running


def test_a_run_that_hears_nothing_is_given_up(book: Book, new: New, jobs: Jobs, one: Schedule) -> None:
    jobs.deaf = True
    runner = new(limit=0.1)
    object.__setattr__(runner.supervision, "grace_seconds", 0.1)
    done = runner.run(one.id)
    assert done.outcome is RunOutcome.FAILED and jobs.inside == 1  # it hangs still, and others can run
    jobs.gate.set()
    assert runner.run(book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada").id).outcome is RunOutcome.DONE


def test_what_a_run_raises_is_its_outcome(book: Book, new: New, jobs: Jobs, one: Schedule) -> None:
    jobs.gate.set()
    jobs.error = UsageError("judged_query_empty")
    assert "The query is empty" in shown(new().run(one.id).message)
    jobs.error = ZeroDivisionError()
    done = new().run(one.id)
    assert done.outcome is RunOutcome.FAILED and shown(done.message).startswith("It failed unexpectedly.")
    assert book.get(one.id).failures == 2


def test_a_process_that_ends_breaks_its_run_off_and_it_is_due_as_before(
    book: Book, new: New, jobs: Jobs, one: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("searchapp.schedules.running.LOOK_SECONDS", 0.05)
    runner, other = new(), new()
    runner.start()
    eventually(lambda: jobs.inside)
    assert other.look() is None
    runner.stop()
    after = book.get(one.id)
    assert (after.running, after.last, after.failures, after.next) == (False, None, 0, one.next)
    jobs.gate.set()
    assert other.look() is not None


def test_a_schedule_that_is_removed_ends_while_it_runs(book: Book, new: New, jobs: Jobs, one: Schedule) -> None:
    runner = new(lease=0.3)
    thread = in_thread(lambda: runner.run(one.id))
    eventually(lambda: jobs.inside)
    book.remove(one.id)
    thread.join(60)
    assert not thread.is_alive() and book.read().lease is None and book.all() == ()


def test_who_cannot_renew_stops_before_others_begin(
    application: Application, book: Book, new: New, jobs: Jobs, one: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = new(lease=0.5)
    runs: list[object] = []
    thread = in_thread(lambda: runs.append(runner.run(one.id)))
    eventually(lambda: jobs.inside)

    def away(self: Turns, lease: object) -> None:
        raise ServiceUnavailableError("redis_away", place="here")

    monkeypatch.setattr(Turns, "beat", away)
    eventually(lambda: not jobs.inside)  # with its turn still its own
    thread.join(60)
    assert not thread.is_alive() and book.get(one.id).last is None


def test_a_command_is_refused_at_once_where_a_process_of_this_data_folder_runs_one(
    new: New, jobs: Jobs, one: Schedule
) -> None:
    thread = in_thread(lambda: new().run(one.id))
    eventually(lambda: jobs.inside)
    with pytest.raises(ConflictError):
        new(lease=3600).run(one.id)
    jobs.gate.set()
    thread.join(60)


def test_a_lease_of_another_machine_that_has_died_is_taken_over_after_its_bound(
    book: Book, new: New, jobs: Jobs, one: Schedule
) -> None:
    jobs.gate.set()
    assert Turns(book).take("another-machine", lambda lease: False) is not None
    assert new(apart="here", lease=0.4).run(one.id).outcome is RunOutcome.DONE  # waits, and takes over
    broken, done = book.runs(one.id)[::-1]
    assert broken.outcome is RunOutcome.FAILED and done.outcome is RunOutcome.DONE


def test_what_reads_waits_while_the_queue_is_paused_and_checks_go_on(
    application: Application, book: Book, new: New, jobs: Jobs, one: Schedule
) -> None:
    from searchapp.operations import pause, resume

    reading = book.add(Wanted(ScheduleKind.FOLDER, "/srv", Every.DAY), "ada")
    book.call(reading.id)
    pause(application.store, "ada")
    jobs.gate.set()
    runner = new()
    assert runner.look() is not None and jobs.begun == [one.id]
    assert runner.look() is None
    resume(application.store)
    assert runner.look() is not None and jobs.begun == [one.id, reading.id]


def test_secrets_in_what_went_wrong_are_hidden(
    application: Application, book: Book, jobs: Jobs, one: Schedule, tmp_path: Path
) -> None:
    jobs.gate.set()
    jobs.error = ServiceUnavailableError("redis_away", place="secret-word")
    runner = Runner(
        book, jobs.of(), application.store, application.audit,
        data_dir=tmp_path, lease_seconds=30, limit_seconds=600, redact=lambda text: text.replace("secret-word", "..."),
    )  # fmt: skip
    assert "secret-word" not in runner.run(one.id).message


def test_what_is_kept_of_a_run_is_bounded(book: Book, new: New, jobs: Jobs, one: Schedule) -> None:
    jobs.gate.set()
    jobs.error = ServiceUnavailableError("redis_away", place="x" * 100_000)
    assert len(new().run(one.id).message) < 2_000


def test_without_schedules_nothing_is_made_in_the_data_folder(new: New, tmp_path: Path) -> None:
    assert new(apart="untouched").look() is None
    assert not (tmp_path / "untouched").exists()
