"""The tree of folders and sites, over folders as the registries count them."""

import pytest

from searchapp.filing import folders
from searchapp.filing.folders import Kind, level

UPLOADS = "/data/uploads/"
COUNTS = {
    "/srv/handbook/": 2,
    "/srv/handbook/safety/": 3,
    "/srv/handbook/safety/old/deep/": 1,
    "/srv/archive/2024/safety/": 4,
    "/srv/archive/2023/safety/": 5,
    "/data/uploads/0123456789abcdef/": 1,
    "/data/uploads/fedcba9876543210/box.zip/in/": 6,
    "https://example.org/": 1,
    "https://example.org/docs/": 7,
    "https://example.org/docs/?from=/a/": 1,
    "http://intranet/only/one/": 2,
}


def told(below: str = "") -> dict[str, tuple[str, int, int]]:
    return {one.name: (one.place, one.documents, one.folders) for one in level(COUNTS, below, UPLOADS).folders}


def test_the_first_level_has_uploads_folders_and_sites() -> None:
    found = level(COUNTS, "", UPLOADS)
    assert [(one.kind, one.name, one.documents) for one in found.folders] == [
        (Kind.UPLOADS, "", 7),
        (Kind.FOLDER, "srv", 15),
        (Kind.SITE, "example.org", 9),
        (Kind.SITE, "intranet", 2),
    ]
    assert found.total == sum(COUNTS.values())


def test_a_level_lies_in_a_place() -> None:
    assert told("/srv/") == {
        "archive": ("/srv/archive/", 9, 2),
        "handbook": ("/srv/handbook/", 6, 1),
    }
    assert told("/srv/handbook/") == {"safety": ("/srv/handbook/safety/", 4, 1)}
    assert told("/srv/handbook/safety/") == {"deep": ("/srv/handbook/safety/old/deep/", 1, 0)}
    assert told("https://example.org/") == {"docs": ("https://example.org/docs/", 8, 0)}
    assert told(UPLOADS) == {} and told("/nowhere/") == {}


def test_folders_of_one_name_are_told_apart() -> None:
    assert set(told("/srv/archive/")) == {"2023/safety", "2024/safety"}
    same = level({"/a/notes/x/": 1, "/a/b/": 1, "/a/c/x/": 1, "/b/x/": 1}, "/a/", UPLOADS)
    assert [one.name for one in same.folders] == ["b", "c/x", "notes/x"]


def test_of_too_many_the_smallest_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_FOLDERS", 2)
    found = level({f"/srv/{n}/": n for n in (1, 2, 3)}, "/srv/", UPLOADS)
    assert [one.name for one in found.folders] == ["2", "3"] and found.left_out == 1 and found.total == 6
