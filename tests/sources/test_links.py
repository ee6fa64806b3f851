"""Symbolic links in folders that are ingested: who may write there must not have other files read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.ingest.sync import watch_folders
from searchapp.messages import shown
from searchapp.model import DocumentState
from searchapp.sources import Links, SourceRef, discover
from searchapp.sources.files import lies_in, read_file
from tests.ingest.worlds import World


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder ``docs`` with links that stay and links that leave, beside a secret."""
    secret, docs = tmp_path / "secret", tmp_path / "docs"
    (docs / "inner").mkdir(parents=True)
    secret.mkdir()
    (secret / "passwd.txt").write_text("root: the secret words", encoding="utf-8")
    (docs / "inner" / "plain.md").write_text("# Plain\n\nWords.", encoding="utf-8")
    (docs / "stays.md").symlink_to("inner/plain.md")
    (docs / "leaves.txt").symlink_to(secret / "passwd.txt")
    (docs / "by-dots.txt").symlink_to("../secret/passwd.txt")
    (docs / "folder").symlink_to(secret)
    (docs / "hop").symlink_to("folder")
    (docs / "loop").symlink_to(".")
    (docs / "dangling.txt").symlink_to("nowhere.txt")
    (tmp_path / "docs-beside").mkdir()
    (tmp_path / "docs-beside" / "near.txt").write_text("a name that begins alike", encoding="utf-8")
    (docs / "near.txt").symlink_to(tmp_path / "docs-beside" / "near.txt")
    return docs


def names(folder: Path, links: Links | None = None) -> list[str]:
    return [found.source.removeprefix(f"{folder}/") for found in discover([str(folder)], links=links)]


def test_links_that_leave_the_folder_are_left_and_counted(tree: Path) -> None:
    links = Links()
    assert names(tree, links) == ["stays.md", "inner/plain.md"]
    left = {path.removeprefix(f"{tree}/") for path in links.left}
    assert left == {"by-dots.txt", "folder", "hop", "leaves.txt", "near.txt"}


def test_they_are_followed_where_that_is_asked_for(tree: Path) -> None:
    found = names(tree, Links(follow=True))
    assert {"leaves.txt", "by-dots.txt", "folder/passwd.txt", "near.txt", "stays.md"} <= {*found, "folder/passwd.txt"}
    assert any(name.endswith("/passwd.txt") for name in found)


def test_a_link_that_a_person_names_is_meant(tree: Path) -> None:
    (named,) = discover([str(tree / "leaves.txt")])
    assert isinstance(named, SourceRef) and read_file(Path(named.source), 1 << 20, named.within)[0].startswith(b"root")
    assert [found.source for found in discover([str(tree / "folder")])] == [str(tree / "folder" / "passwd.txt")]


def test_a_link_that_waited_in_a_queue_is_not(tree: Path) -> None:
    for name, may in (("leaves.txt", False), ("by-dots.txt", False), ("stays.md", True), ("inner/plain.md", True)):
        (found,) = discover([str(tree / name)], links=Links(named=False))
        assert isinstance(found, SourceRef)
        if may:
            assert read_file(Path(found.source), 1 << 20, found.within)[0]
        else:
            with pytest.raises(SourceError) as caught:
                read_file(Path(found.source), 1 << 20, found.within)
            assert caught.value.reason == "link_leads_out"


def test_a_file_that_became_a_link_after_it_was_found_is_not_read(tree: Path) -> None:
    (tree / "leaves.txt").unlink()
    (tree / "later.md").write_text("# Later\n\nStill a file.", encoding="utf-8")
    found = {Path(one.source).name: one for one in discover([str(tree)]) if isinstance(one, SourceRef)}
    (tree / "later.md").unlink()
    (tree / "later.md").symlink_to(tree.parent / "secret" / "passwd.txt")
    (tree / "inner").rename(tree / "moved")
    (tree / "inner").symlink_to(tree.parent / "secret")
    (tree.parent / "secret" / "plain.md").write_text("another file of this name", encoding="utf-8")
    for name in ("later.md", "plain.md"):
        with pytest.raises(SourceError) as caught:
            read_file(Path(found[name].source), 1 << 20, found[name].within)
        assert caught.value.reason == "link_leads_out"


def test_a_run_reads_nothing_outside_says_so_and_a_queued_one_fails(
    tmp_path: Path, tree: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "world").mkdir()
    world = World(tmp_path / "world")
    outcomes = list(world.ingester.ingest([str(tree)]))
    assert {Path(one.source).name for one in outcomes} == {"stays.md", "plain.md"}
    assert "5 links lead out of the folder" in caplog.text and "--follow-links" in caplog.text
    entry = world.ingester.queue(str(tree / "leaves.txt"))
    list(world.ingester.ingest([entry.id], queued=True))
    stored = world.store.entry(entry.id)
    assert stored is not None and stored.state is DocumentState.FAILED
    assert "leads out of its folder" in shown(stored.error, "en") and world.found("secret") == []


def test_a_change_in_a_watched_folder_that_is_a_link_outside_is_no_change(tree: Path) -> None:
    stopping = threading.Event()
    changes = watch_folders([str(tree)], stopping)

    def touch() -> None:
        (tree / "new-link.txt").symlink_to(tree.parent / "secret" / "passwd.txt")
        (tree / "new.md").write_text("# New\n\nWords.", encoding="utf-8")

    threading.Timer(1.0, touch).start()
    found = next(changes)
    stopping.set()
    assert found.present == {str(tree / "new.md")}


@pytest.mark.parametrize(
    ("path", "root", "inside"),
    [("/a/b", "/a", True), ("/a", "/a", True), ("/ab", "/a", False), ("/", "/a", False), ("/a/b", "/", True)],
)
def test_lying_in_a_folder_is_no_matter_of_how_names_begin(path: str, root: str, inside: bool) -> None:
    assert lies_in(path, root) is inside
