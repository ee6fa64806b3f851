"""What the parts of an OPC container (XLSX, XLSB) are and how they point at each other."""

from __future__ import annotations

import posixpath
from typing import Any, NamedTuple

from searchapp.sources.containers import Archive


class Related(NamedTuple):
    """A part that another one names; ``kind`` is the end of the relation's address: ``comments``, ``drawing``."""

    path: str
    kind: str


def main_part(archive: Archive, usual: str) -> str:
    """The path of the workbook, which programs may name as they like."""
    found = (part.path for part in related(archive, "").values() if part.kind == "officeDocument")
    return usual if usual in archive.names else next(found, usual)


def related(archive: Archive, part: str) -> dict[str, Related]:
    """By their ids, the parts of the same file to which ``part`` relates."""
    folder, name = posixpath.split(part)
    tree = archive.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
    found = {}
    for relation in () if tree is None else tree:
        if isinstance(relation.tag, str) and relation.get("TargetMode") != "External":
            path = posixpath.normpath(posixpath.join("/", folder, relation.get("Target") or "")).lstrip("/")
            found[relation.get("Id") or ""] = Related(path, (relation.get("Type") or "").rpartition("/")[2])
    return found


def local(element: Any) -> str:
    """An element's name without its namespace, of which the standard has two; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def words_beside(archive: Archive, sheet: str) -> list[str]:
    """The text boxes that lie on a sheet, and the comments on its cells, each with its cell's name."""
    parts = related(archive, sheet).values()
    boxes = [box for path, kind in parts if kind == "drawing" for box in _text_boxes(archive.xml(path))]
    # A talk's text stands in the older kind of comment too, after a paragraph for programs that know no talks.
    talks = [one for path, kind in parts if kind == "threadedComment" for one in _comments(archive.xml(path))]
    cells = {cell for cell, _ in talks}
    notes = [one for path, kind in parts if kind == "comments" for one in _comments(archive.xml(path))]
    talks += [(cell, text) for cell, text in notes if cell not in cells]
    return boxes + [f"{cell}: {text}" for cell, text in talks]


def _text_boxes(tree: Any) -> list[str]:
    boxes = []
    for element in () if tree is None else tree.iter("{*}txBody"):
        if any(local(ancestor) == "Fallback" for ancestor in element.iterancestors()):
            continue  # the same box once more, for programs that do not know its kind
        lines = ["".join(run.text or "" for run in line.iter("{*}t")) for line in element.iter("{*}p")]
        boxes.append("\n".join(line for line in lines if line.strip()))
    return boxes


def _comments(tree: Any) -> list[tuple[str, str]]:
    """Cells and what was written to them, of either kind of comment."""
    found = []
    for comment in () if tree is None else tree.iter("{*}comment", "{*}threadedComment"):
        runs = (run.text or "" for run in comment.iter("{*}t", "{*}text") if not len(run))
        text = " ".join("".join(runs).split())
        if text:
            found.append((comment.get("ref") or "", text))
    return found
