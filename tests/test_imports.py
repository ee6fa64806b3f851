"""Imports point one way, as docs/architecture.md says: no room imports one that imports it, and no file either."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import searchapp

PACKAGE = Path(searchapp.__file__).parent
FILES = {
    ".".join(("searchapp", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imported(path: Path) -> Iterator[str]:
    """The modules of ours that a file imports anywhere in it, for types alone too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("searchapp"):
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in FILES else node.module
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in FILES)


IMPORTS = {name: set(imported(path)) for name, path in FILES.items()}


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_rooms_import_one_way() -> None:
    rooms: dict[str, set[str]] = {}
    for module, others in IMPORTS.items():
        rooms.setdefault(room(module), set()).update(room(other) for other in others)
    for name, below in rooms.items():
        below.discard(name)
    # The package itself holds its version, which any room may read.
    below_all = [others - {"searchapp"} for others in rooms.values()]
    TopologicalSorter(dict(zip(rooms, below_all, strict=True))).prepare()


def test_files_of_a_room_import_one_way() -> None:
    # A package's face imports its files, so it is no step of a way from one file to another.
    faces = {name for name, path in FILES.items() if path.name == "__init__.py"}
    TopologicalSorter({name: others - faces for name, others in IMPORTS.items() if name not in faces}).prepare()
