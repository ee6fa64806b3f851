"""``searchapp schedules``: list, add, pause, resume, run, history, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list, waiting
from searchapp.cli.completion import values
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.cli.schedule_lines import outcome_of, show_schedule, tell_schedule

if TYPE_CHECKING:
    pass

app = typer.Typer(
    help="What workers, or the running page, do again and again: folders and sites read, snapshots, checks.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As list shows it.")]
EveryOption = Annotated[
    str,
    typer.Option(
        "--every",
        metavar="hour|day|week",
        help="How often it is done.",
        autocompletion=values("searchapp.schedules:Every"),
    ),
]
AtOption = Annotated[
    str, typer.Option("--at", metavar="HH:MM", help="At what time of the day; else a whole time after the last.")
]
OnOption = Annotated[
    str,
    typer.Option(
        "--on",
        metavar="mon|tue|wed|thu|fri|sat|sun",
        help="With a time and --every week: on what day. Default: the next that comes.",
        autocompletion=values("searchapp.schedules:Weekday"),
    ),
]
ZoneOption = Annotated[
    str,
    typer.Option(
        "--zone",
        metavar="NAME",
        help="With a time: by whose clocks, as Europe/Berlin. Default: those of the machine that runs it.",
    ),
]


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List what is scheduled, how it went last and when it is due.

    Example: searchapp schedules list
    """
    from searchapp.model.json import to_json

    found = application().schedules.all()
    if as_json:
        print_list("schedules", [to_json(one) for one in found])
        return
    for one in found:
        show_schedule(one)
    if not found:
        console().print("Nothing is scheduled yet: searchapp schedules add FOLDER|URL")


@app.command()
def add(
    target: Annotated[
        str,
        typer.Argument(
            metavar="[FOLDER|URL|JUDGED]",
            help="A folder of this machine, or a web address; of a judged schedule its file or folder of judged "
            "queries, or thumbs (those of the page).",
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="folder|site|snapshot|drift|doctor|judged",
            help="What is done; a folder or site need not be said.",
            autocompletion=values("searchapp.schedules:ScheduleKind"),
        ),
    ] = "",
    every: EveryOption = "day",
    at: AtOption = "",
    on: OnOption = "",
    zone: ZoneOption = "",
    depth: Annotated[int, typer.Option("--depth", min=0, max=20, help="Links deep that a site is read.")] = 0,
    group: Annotated[
        list[str] | None, typer.Option("--group", metavar="NAME", help="Only this group may read it. Several times.")
    ] = None,
    keep_daily: Annotated[
        int,
        typer.Option(
            "--keep-daily",
            metavar="DAYS",
            min=0,
            max=1000,
            help="Of a snapshot: keep the newest of each of so many days.",
        ),
    ] = 0,
    keep_weekly: Annotated[
        int, typer.Option("--keep-weekly", metavar="WEEKS", min=0, max=1000, help="And of so many weeks.")
    ] = 0,
    keep_monthly: Annotated[
        int,
        typer.Option(
            "--keep-monthly",
            metavar="MONTHS",
            min=0,
            max=1000,
            help="And of so many months. Without any, all are kept.",
        ),
    ] = 0,
    least: Annotated[
        float,
        typer.Option(
            "--least", metavar="NDCG", min=0, max=1, help="Of a judged schedule: the nDCG@10 below which it warns."
        ),
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Have something done every hour, day or week, by the workers, or by the running page where there is no Redis.

    Of a folder or site what is new or changed is read, what is gone is removed ("ingest --watch" follows a folder
    within seconds instead). A snapshot goes into SEARCHAPP_SNAPSHOT_REPOSITORY. The checks change nothing: drift tells
    what "es plan" would change, doctor what "doctor" finds, judged the nDCG@10 of judged queries ("eval").

    Examples:
      searchapp schedules add ~/papers --every hour

      searchapp schedules add https://example.org/docs/ --depth 3 --every week

      searchapp schedules add --kind snapshot --at 03:00 --zone Europe/Berlin --keep-daily 7 --keep-weekly 4

      searchapp schedules add --kind drift --every week --at 06:30 --on mon

      searchapp schedules add questions.tsv --kind judged --least 0.7

    """
    from pathlib import Path

    from searchapp.access import read_groups
    from searchapp.audit import local_user, note
    from searchapp.errors import UsageError
    from searchapp.schedules import Every, Keep, ScheduleKind, TimeOfDay, Wanted, Weekday, kind_of, read_wanted
    from searchapp.schedules.schedule import THUMBS

    _require_known(every, on, kind)
    if not target and not kind:
        raise UsageError("schedule_of_nothing")
    if (on or zone) and not at:
        raise UsageError("schedule_time_missing")
    is_path = target and "://" not in target and target != THUMBS
    place = str(Path(target).expanduser().absolute()) if is_path else target
    running = application()
    wanted = Wanted(
        ScheduleKind(kind) if kind else kind_of(place),
        place,
        Every(every),
        depth=depth,
        groups=read_groups(group),
        keep=Keep(keep_daily, keep_weekly, keep_monthly),
        least=least,
        at=TimeOfDay(at, Weekday(on) if on else None, zone) if at else None,
    )
    one = running.schedules.add(read_wanted(wanted, running.settings, None), local_user())
    note(f"{one.id} {one.name}", groups=one.groups)
    tell_schedule(one, as_json)


@app.command()
def change(
    id: IdArgument,  # noqa: A002 - the argument's name in --help
    every: EveryOption = "",
    at: AtOption = "",
    on: OnOption = "",
    zone: ZoneOption = "",
    any_time: Annotated[
        bool, typer.Option("--any-time", help="At no time of the day, but a whole time after the last.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Do it more or less often, or at another time of the day; what is not named stays.

    Examples:
      searchapp schedules change 3f9c21d07b4e --at 04:30

      searchapp schedules change 3f9c21d07b4e --every week --on sun

    """
    from searchapp.errors import UsageError
    from searchapp.schedules import Every, TimeOfDay, Weekday

    if any_time and (at or on or zone):
        raise UsageError("schedule_any_time_and_at")
    _require_known(every or Every.DAY, on)
    book = application().schedules
    before = book.get(id).at
    if (on or zone) and not at and before is None:
        raise UsageError("schedule_time_missing")
    time = None
    if at or on or zone:
        kept = before or TimeOfDay(at)
        # A weekday is of what is done every week: a time that becomes daily leaves it behind.
        day = Weekday(on) if on else None if every == Every.DAY else kept.on
        time = TimeOfDay(at or kept.time, day, zone or kept.zone)
    tell_schedule(book.change(id, every=Every(every) if every else None, at=time, at_any_time=any_time), as_json)


@app.command()
def pause(id: IdArgument, as_json: JsonOption = False) -> None:  # noqa: A002 - the argument's name in --help
    """Do it no more until "resume"; what it brought stays.

    Example: searchapp schedules pause 3f9c21d07b4e
    """
    tell_schedule(application().schedules.change(id, paused=True), as_json)


@app.command()
def resume(id: IdArgument, as_json: JsonOption = False) -> None:  # noqa: A002
    """Do it again, at once where its time has passed.

    Example: searchapp schedules resume 3f9c21d07b4e
    """
    tell_schedule(application().schedules.change(id, paused=False), as_json)


@app.command("run")
def run_(id: IdArgument, as_json: JsonOption = False) -> None:  # noqa: A002
    """Run it now, in this command. Exit code 1: it failed; 3: it found something, or some documents failed.

    Example: searchapp schedules run 3f9c21d07b4e
    """
    from searchapp.audit import note
    from searchapp.model.json import to_json
    from searchapp.operations import runner_of
    from searchapp.schedules import RunOutcome

    running = application()
    schedule = running.schedules.get(id)
    note(f"{schedule.id} {schedule.name}", groups=schedule.groups)
    with waiting(f"Running {schedule.name}", as_json):
        done = runner_of(running).run(id)
    if as_json:
        print_json(to_json(done))
    else:
        console().print(outcome_of(done), soft_wrap=True)
    if done.outcome is not RunOutcome.DONE:
        raise typer.Exit(1 if done.outcome is RunOutcome.FAILED else SOME_FAILED)


@app.command()
def history(id: IdArgument, as_json: JsonOption = False) -> None:  # noqa: A002
    """Show how its latest twenty runs went, the newest first.

    Example: searchapp schedules history 3f9c21d07b4e
    """
    from searchapp.model.json import to_json

    runs = application().schedules.runs(id)
    if as_json:
        print_list("runs", [to_json(one) for one in runs])
        return
    for one in runs:
        console().print(f"{one.began:%Y-%m-%d %H:%M} UTC  {outcome_of(one)}", soft_wrap=True)
    if not runs:
        console().print("It has not been run yet.")


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as list shows them.")],
    as_json: JsonOption = False,
) -> None:
    """Do it no longer; what it brought stays.

    Example: searchapp schedules remove 3f9c21d07b4e
    """
    book = application().schedules
    for id_ in ids:
        book.remove(id_)
        if as_json:
            print_json({"id": id_, "removed": True})
        else:
            console().print(f"removed {id_}")


def _require_known(every: str, on: str, kind: str = "") -> None:
    """Raises UsageError where an option is none of its words."""
    from searchapp.errors import UsageError
    from searchapp.schedules import Every, ScheduleKind, Weekday

    for value, words in ((every, Every), (on, Weekday), (kind, ScheduleKind)):
        if value and value not in set(words):
            raise UsageError("schedule_every_unknown", every=value[:40], all=tuple(words))
