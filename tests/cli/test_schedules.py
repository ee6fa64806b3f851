"""Schedules at the command line: added, run now, held still, looked back at, and removed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Type


def test_a_folder_is_followed_from_the_command_line(typed: Type, tmp_path: Path) -> None:
    assert "Nothing is scheduled yet" in typed("schedules", "list").out
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "a.txt").write_text("The notice period.")
    (folder / "b.txt").write_text("The notice board.")
    (tmp_path / "first.txt").write_text("With Elasticsearch there has to be an index first.")
    assert typed("ingest", "first.txt").code == 0
    made = json.loads(typed("schedules", "add", "library", "--every", "hour", "--json").out)
    assert (made["kind"], made["target"], made["every"]) == ("folder", str(folder), "hour")
    assert "not run yet" in typed("schedules", "list").out
    done = json.loads(typed("schedules", "run", made["id"], "--json").out)
    assert done["outcome"] == "done" and (done["figures"]["indexed"], done["figures"]["failed"]) == (2, 0)
    (folder / "b.txt").unlink()
    ran = typed("schedules", "run", made["id"])
    assert "0 new or changed, 1 unchanged, 1 removed, 0 failed" in ran.out and ran.code == 0
    assert "paused" in typed("schedules", "pause", made["id"]).out
    assert "next " in typed("schedules", "resume", made["id"]).out
    (listed,) = json.loads(typed("schedules", "list", "--json").out)["schedules"]
    assert (listed["id"], listed["last"]["figures"]["deleted"]) == (made["id"], 1)
    runs = json.loads(typed("schedules", "history", made["id"], "--json").out)["runs"]
    assert [run["figures"]["indexed"] for run in runs] == [0, 2]
    assert typed("schedules", "history", made["id"]).out.count("done:") == 2
    assert typed("schedules", "remove", made["id"]).code == 0
    assert json.loads(typed("schedules", "list", "--json").out) == {"total": 0, "schedules": []}
    documents = json.loads(typed("documents", "list", "--json").out)["documents"]
    assert sorted(Path(one["source"]).name for one in documents) == ["a.txt", "first.txt"]  # what it brought stays


def test_a_check_says_by_its_exit_code_what_it_found(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gloves\n\nGloves are worn.")
    assert typed("ingest", "a.md").code == 0
    (tmp_path / "judged.tsv").write_text("gloves\ta.md\t1\n")
    added = typed("schedules", "add", "judged.tsv", "--kind", "judged", "--least", "0.9", "--json")
    one = json.loads(added.out)
    good = json.loads(typed("schedules", "run", one["id"], "--json").out)
    assert (good["outcome"], good["figures"]["ndcg@10"]) == ("done", 1)
    (tmp_path / "judged.tsv").write_text("gloves\ta.md\t1\ngloves\tb.md\t3\n")
    low = typed("schedules", "run", one["id"])
    assert low.code == 3 and "warned: nDCG@10 is 0." in low.out
    (tmp_path / "judged.tsv").unlink()
    failed = typed("schedules", "run", one["id"])
    assert failed.code == 1 and "failed:" in failed.out and "judged.tsv" in failed.out
    thumbs = json.loads(typed("schedules", "add", "thumbs", "--kind", "judged", "--json").out)
    assert thumbs["target"] == "thumbs"


def test_a_time_of_the_day_is_waited_for(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gloves")
    assert typed("ingest", "a.md").code == 0
    options = ("--kind", "doctor", "--at", "03:00", "--zone", "Europe/Berlin")
    made = json.loads(typed("schedules", "add", *options, "--json").out)
    assert made["at"] == {"time": "03:00", "on": None, "zone": "Europe/Berlin"}
    assert "every day at 03:00 Europe/Berlin" in typed("schedules", "list").out
    assert json.loads(typed("schedules", "remove", made["id"], "--json").out)["removed"]
    weekly = typed("schedules", "add", "--kind", "doctor", "--every", "week", "--at", "06:30", "--on", "sun")
    assert "every week at sun 06:30" in weekly.out
    for words, wrong in {
        "25:00 is no time": ("--at", "25:00"),
        "every hour has no time": ("--at", "03:00", "--every", "hour"),
        "every day has no day": ("--at", "03:00", "--on", "sun"),
        "someday is none of": ("--at", "03:00", "--on", "someday"),
        "no time zone Europe/Atlantis": ("--at", "03:00", "--zone", "Europe/Atlantis"),
        "Add --at": ("--zone", "Europe/Berlin"),
    }.items():
        refused = typed("schedules", "add", "a.md", "--kind", "judged", *wrong)
        assert refused.code == 2 and words in refused.err


def test_another_time_of_the_day_keeps_what_is_not_named(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gloves")
    assert typed("ingest", "a.md").code == 0
    options = ("--kind", "doctor", "--every", "week", "--at", "03:00", "--on", "sun", "--zone", "Europe/Berlin")
    id_ = json.loads(typed("schedules", "add", *options, "--json").out)["id"]

    def changed(*how: str) -> dict[str, str | None] | None:
        done = typed("schedules", "change", id_, *how, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)["at"]

    assert changed("--at", "04:30") == {"time": "04:30", "on": "sun", "zone": "Europe/Berlin"}
    assert changed("--on", "wed", "--zone", "UTC") == {"time": "04:30", "on": "wed", "zone": "UTC"}
    assert changed("--every", "day") == {"time": "04:30", "on": None, "zone": "UTC"}
    assert changed("--any-time") is None
    for words, wrong in {
        "do not go with --any-time": ("--any-time", "--at", "03:00"),
        "Add --at": ("--zone", "UTC"),
        "25:00 is no time": ("--at", "25:00"),
        "minute is none of": ("--every", "minute"),
    }.items():
        refused = typed("schedules", "change", id_, *wrong)
        assert refused.code == 2 and words in refused.err, refused.err
    assert "every day  " in typed("schedules", "list").out
    assert typed("schedules", "change", "no-such-id", "--at", "03:00").code == 1


def test_what_cannot_be_scheduled_is_told(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    refused = [
        typed("schedules", "add", "library", "--every", "minute"),
        typed("schedules", "add", "nowhere"),
        typed("schedules", "add"),
        typed("schedules", "add", "--kind", "party"),
        typed("schedules", "add", "--kind", "snapshot"),  # no Elasticsearch, or no repository
        typed("schedules", "add", "library", "--keep-daily", "7"),
        typed("schedules", "run", "no-such-id"),
        typed("schedules", "remove", "no-such-id"),
        typed("schedules", "history", "no-such-id"),
    ]
    for one in refused:
        assert one.code in (1, 2) and one.err.strip() and "Traceback" not in one.err
    assert "minute" in refused[0].err and "nowhere" in refused[1].err and "party" in refused[3].err
    assert typed("schedules", "list", "--json").out.strip() == '{"total": 0, "schedules": []}'
