"""Folders that are followed, with the system's own notices of changes."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.ingest.sync import Changes, require_folders
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.ingest import chaos
from tests.waiting import eventually


def outcomes(settings: Settings) -> list[tuple[str, str, str]]:
    """What was told so far: name, state and note of each document."""
    lines = [json.loads(line) for line in chaos.log(settings).splitlines() if line.startswith("{")]
    return [(Path(line["source"]).name, line["state"], line["note"]) for line in lines if "state" in line]


@pytest.mark.slow
def test_a_folder_is_synchronised_and_then_every_change_is_followed(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "gone.md").write_text("# Gone before the watch\n\nAlpha.", encoding="utf-8")
    (library / "kept.md").write_text("# Kept\n\nBeta.", encoding="utf-8")
    settings = chaos.settings_for(tmp_path / "data", "", "unused")
    list(Application(settings).ingester.ingest([str(library)]))
    (library / "gone.md").unlink()
    watching = chaos.searchapp(settings, "ingest", str(library), "--watch", "--json")
    try:
        eventually(lambda: "Following" in chaos.log(settings))
        assert {("kept.md", "unchanged", ""), ("gone.md", "deleted", "")} == set(outcomes(settings))

        (library / ".hidden.md").write_text("# Hidden", encoding="utf-8")
        (library / "program.exe").write_bytes(b"MZ")
        (library / "new.md").write_text("# New\n\nGamma.", encoding="utf-8")
        eventually(lambda: ("new.md", "indexed", "") in outcomes(settings))

        (library / "new.md").write_text("# New\n\nDelta instead.", encoding="utf-8")
        eventually(lambda: outcomes(settings).count(("new.md", "indexed", "")) == 2)

        (library / "new.md").rename(library / "renamed.md")
        eventually(lambda: any(one[0] == "renamed.md" and "new.md" in one[2] for one in outcomes(settings)))

        elsewhere = tmp_path / "elsewhere"
        (elsewhere / "deep").mkdir(parents=True)
        (elsewhere / "deep" / "moved-in.md").write_text("# Moved in\n\nEpsilon.", encoding="utf-8")
        elsewhere.rename(library / "folder")
        eventually(lambda: ("moved-in.md", "indexed", "") in outcomes(settings))

        (library / "kept.md").unlink()
        eventually(lambda: ("kept.md", "deleted", "") in outcomes(settings))

        (library / "folder").rename(elsewhere)
        eventually(lambda: ("moved-in.md", "deleted", "") in outcomes(settings))
        watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 0
    finally:
        chaos.kill(watching)
    assert not {".hidden.md", "program.exe"} & {name for name, _, _ in outcomes(settings)}
    entries = Application(settings).store.entries(size=100).entries
    assert [Path(entry.source).name for entry in entries] == ["renamed.md"]


@pytest.mark.slow
def test_a_folder_that_goes_away_itself_keeps_its_documents(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "one.md").write_text("# One\n\nAlpha.", encoding="utf-8")
    settings = chaos.settings_for(tmp_path / "data", "", "unused")
    watching = chaos.searchapp(settings, "ingest", str(library), str(tmp_path / "other"), "--watch", "--json")
    assert watching.wait(60) == 2 and "other is not a folder" in chaos.log(settings)
    (tmp_path / "other").mkdir()
    watching = chaos.searchapp(settings, "ingest", str(library), str(tmp_path / "other"), "--watch", "--json")
    try:
        eventually(lambda: "Following" in chaos.log(settings))
        library.rename(tmp_path / "unplugged")
        (tmp_path / "other" / "two.md").write_text("# Two\n\nBeta.", encoding="utf-8")
        eventually(lambda: ("two.md", "indexed", "") in outcomes(settings))
        watching.send_signal(signal.SIGINT)
        assert watching.wait(60) == 0
    finally:
        chaos.kill(watching)
    assert Application(settings).store.count() == 2


def test_only_folders_are_watched(tmp_path: Path) -> None:
    for target in ("https://example.org/", str(tmp_path / "absent")):
        with pytest.raises(UsageError, match="is not a folder"):
            require_folders([target])


def test_later_changes_replace_earlier_ones() -> None:
    here, away = Changes(present=frozenset("ab")), Changes(present=frozenset("c"), gone=frozenset("a"))
    assert here | away == Changes(frozenset("bc"), frozenset("a"))
    assert here | away | here == Changes(frozenset("abc"), frozenset())
