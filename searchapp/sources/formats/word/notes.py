"""Footnotes, endnotes and comments of a Word document: who refers to them in which order, and where they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from searchapp.sources.formats.ooxml import W

MARKS = {"w:footnoteReference": "footnote", "w:endnoteReference": "endnote", "w:commentReference": "comment"}
"""The elements that refer to a note, and what the note's own element is called."""


class Notes:
    """Hands out each note once, numbered in the order in which the text refers to them."""

    def __init__(self, trees: Mapping[str, Any]) -> None:
        """``trees`` are the parts that hold notes by what a note is called; None for a part that is not there."""
        self._notes = {
            (kind, note.get(f"{W}id") or ""): note
            for kind, tree in trees.items()
            if tree is not None
            for note in tree.iter(f"{W}{kind}")
        }
        self._numbers: dict[tuple[str, str], int] = {}
        self._pending: dict[str, Any] = {}
        self._comments: list[tuple[str, Any]] = []

    def refer(self, kind: str, key: str) -> str:
        """Take in a reference to a note; what stands for it in the text."""
        note = self._notes.get((kind, key))
        if note is None:
            return ""
        if kind == "comment":
            self._notes.pop((kind, key))
            self._comments.append((note.get(f"{W}author") or "", note))
            return ""
        mark = f"[{self._numbers.setdefault((kind, key), len(self._numbers) + 1)}]"
        self._pending[mark] = note
        return mark

    def take_pending(self) -> list[tuple[str, Any]]:
        """The footnotes and endnotes that were referred to since the last call, each with its mark."""
        pending, self._pending = self._pending, {}
        return list(pending.items())

    def take_comments(self) -> list[tuple[str, Any]]:
        """All comments that were referred to, each with its author."""
        comments, self._comments = self._comments, []
        return comments
