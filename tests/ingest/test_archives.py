"""Members of archives are documents for as long as they are in it, and no longer."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from searchapp.ingest.sync import Sync
from searchapp.model import IngestState, SourceType, document_id
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.sources.formats.test_archive import zipped

GATE, GLOVES = "# Gate\n\nThe gate opens at nine.", "# 手套\n\n必须戴手套。"


@pytest.fixture
def app(tmp_path: Path) -> Application:
    application = Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", max_file_mb=1))
    yield application
    application.trash.close()
    application.store.drop()


def ingest(app: Application, *targets: Path, **options: object) -> dict[str, IngestState]:
    outcomes = app.ingester.ingest([str(one) for one in targets], **options)
    top = f"{targets[0].parent}/"
    return {one.source.removeprefix(top): one.state for one in outcomes}


def held(app: Application, place: Path) -> list[str]:
    app.store.refresh()
    return [one.source.removeprefix(f"{place.parent}/") for one in app.store.sources(str(place))]


def test_each_member_is_a_document_of_its_own(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    inner = zipped({"deep.md": "# Deep\n\nWords."})
    pack.write_bytes(zipped({"a/gate.md": GATE, "b.md": GLOVES, "x.exe": "x", "inner.zip": inner}))
    states = ingest(app, pack)
    names = ["pack.zip", "pack.zip/a/gate.md", "pack.zip/b.md", "pack.zip/inner.zip", "pack.zip/inner.zip/deep.md"]
    assert states == dict.fromkeys(names, IngestState.INDEXED)
    assert held(app, pack) == sorted(names)
    entry = app.store.entry(document_id(str(pack / "a/gate.md")))
    assert entry is not None and (entry.title, entry.type) == ("Gate", SourceType.MARKDOWN)
    assert (original := app.originals.path(entry)) is not None and original.read_text() == GATE
    assert set(ingest(app, pack).values()) == {IngestState.UNCHANGED}


def test_what_is_in_it_no_more_goes_and_what_changed_is_read(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"gate.md": GATE, "old.md": "# Old\n\nGone."}))
    ingest(app, pack)
    old = app.store.entry(document_id(str(pack / "old.md")))
    assert old is not None and (copy := app.originals.path(old)) is not None
    pack.write_bytes(zipped({"gate.md": GATE, "new.md": GLOVES}))
    states = ingest(app, pack)
    assert (states["pack.zip/gate.md"], states["pack.zip/old.md"]) == (IngestState.UNCHANGED, IngestState.DELETED)
    assert held(app, pack) == ["pack.zip", "pack.zip/gate.md", "pack.zip/new.md"]
    assert not copy.exists()


def test_a_deleted_archive_takes_its_members_along(app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "kept.md").write_text("# Kept\n\nWords.")
    (folder / "pack.zip").write_bytes(zipped({"gate.md": GATE}))
    ingest(app, folder)
    (folder / "pack.zip").unlink()
    assert ingest(app, folder, sync=Sync.CAREFUL) == {
        "in/kept.md": IngestState.UNCHANGED,
        "in/pack.zip": IngestState.DELETED,
        "in/pack.zip/gate.md": IngestState.DELETED,
    }


def test_an_archive_that_cannot_be_read_for_a_while_keeps_its_members(app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    pack = folder / "pack.zip"
    whole = zipped({"gate.md": GATE, "b.md": GLOVES})
    pack.write_bytes(whole)
    ingest(app, folder)
    pack.write_bytes(whole[:60])
    assert ingest(app, folder, sync=Sync.CAREFUL) == {"in/pack.zip": IngestState.FAILED}
    assert held(app, pack) == ["in/pack.zip", "in/pack.zip/b.md", "in/pack.zip/gate.md"] or len(held(app, pack)) == 3


def test_the_same_file_in_two_archives_stays_in_both(app: Application, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.zip", "b.zip"):
        (folder / name).write_bytes(zipped({"licence.md": GATE}))
        assert ingest(app, folder)[f"in/{name}/licence.md"] is IngestState.INDEXED
    assert len(held(app, folder)) == 4


def test_our_own_data_folder_is_no_document_of_anybody(app: Application, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(GATE)
    app.settings.data_dir.mkdir(exist_ok=True)
    (app.settings.data_dir / "notes.json").write_text('{"a": 1}')
    assert ingest(app, tmp_path) == {f"{tmp_path.name}/a.md": IngestState.INDEXED}


def test_a_member_that_fails_is_named(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"bad.pdf": b"%PDF-1.4 broken", "gate.md": GATE}))
    states = ingest(app, pack)
    assert states["pack.zip/bad.pdf"] is IngestState.FAILED and states["pack.zip/gate.md"] is IngestState.INDEXED


def test_a_member_that_is_named_is_tried_again_alone(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"bad.pdf": b"%PDF-1.4 broken", "gate.md": GATE}))
    ingest(app, pack)
    before = held(app, pack)
    bad = document_id(str(pack / "bad.pdf"))
    assert app.ingester.reset_failures([bad]) == [bad]
    assert [one.state for one in app.ingester.ingest([bad], queued=True)] == [IngestState.FAILED]
    assert ingest(app, pack / "gate.md") == {"gate.md": IngestState.UNCHANGED}
    (missing,) = app.ingester.ingest([str(pack / "none.md")])
    assert "path_missing" in missing.error
    assert held(app, pack)[: len(before)] == before


def test_members_are_for_the_readers_of_their_archive(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"gate.md": GATE}))
    ingest(app, pack, groups=("board",))
    pack.write_bytes(zipped({"gate.md": GATE, "new.md": GLOVES, "bad.pdf": b"%PDF-1.4 broken"}))
    ingest(app, pack)
    assert {one.groups for one in app.store.sources(str(pack))} == {("board",)}
    ingest(app, pack, groups=("shop",))
    assert {one.groups for one in app.store.sources(str(pack))} == {("shop",)}


def test_an_upload_that_waits_brings_its_members_when_its_turn_comes(app: Application) -> None:
    source = app.originals.save_upload("pack.zip", io.BytesIO(zipped({"gate.md": GATE})))
    entry = app.ingester.queue(source, groups=("board",))
    outcomes = list(app.ingester.ingest([entry.id], queued=True))
    assert [(Path(one.source).name, one.state) for one in outcomes] == [
        ("pack.zip", IngestState.INDEXED),
        ("gate.md", IngestState.INDEXED),
    ]
    assert {one.groups for one in app.store.sources(source)} == {("board",)}


def test_deleting_the_archive_deletes_its_members_and_an_undo_brings_all_back(app: Application, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"gate.md": GATE, "b.md": GLOVES}))
    ingest(app, pack)
    before = held(app, pack)
    id_ = document_id(str(pack))
    app.trash.delete(id_)
    assert held(app, pack) == []
    app.trash.restore(id_)
    assert held(app, pack) == before
    app.trash.delete(id_)
    app.trash.delete(id_, for_good=True)
    assert held(app, pack) == [] and app.trash.all() == ()
    assert not list((app.settings.data_dir / "pages").glob("*"))


def test_no_more_is_unpacked_of_archives_in_archives_than_one_may_hold(app: Application, tmp_path: Path) -> None:
    filling = "words " * 60_000  # 360 kB
    pack = tmp_path / "pack.zip"
    inner = {f"{name}.zip": zipped({"big.txt": filling + name}) for name in "abcdef"}
    pack.write_bytes(zipped(inner))
    outcomes = {one.source.removeprefix(f"{pack}/"): one for one in app.ingester.ingest([str(pack)])}
    refused = [one for one in outcomes.values() if one.state is IngestState.FAILED]
    assert refused and "archive_holds_too_much" in refused[0].error
    assert sum(one.state is IngestState.INDEXED and one.source.endswith("big.txt") for one in outcomes.values()) == 2


def test_archives_that_hold_archives_end(app: Application, tmp_path: Path) -> None:
    data = zipped({"end.md": GATE})
    for depth in range(6):
        data = zipped({f"{depth}.zip": data})
    (tmp_path / "pack.zip").write_bytes(data)
    assert max(source.count("/") for source in ingest(app, tmp_path / "pack.zip")) == 3


def test_no_member_is_taken_for_a_file_elsewhere(app: Application, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# Secret")
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"../secret.md": GATE}))
    ingest(app, pack)
    entry = app.store.entry(document_id(str(pack / "secret.md")))
    assert entry is not None and (original := app.originals.path(entry)) is not None
    assert original.read_text() == GATE
