"""Figures by model, set and store, in a file that runs of single ones join."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

Kept = dict[str, dict[str, dict[str, Any]]]
"""Figures (``measuring.Figures``) by model, set and store."""

Key = tuple[str, str, str]
"""Model, set and store."""


def load(file: Path) -> Kept:
    """What the file holds; nothing where there is none."""
    kept: Kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return kept


def joined(file: Path, new: Mapping[Key, Mapping[str, Any]], *, write: bool = True) -> Kept:
    """The file's figures with the new ones in their places; written back, also beside other runs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.with_suffix(".lock")):
        kept = load(file)
        for (model, name, store), figures in new.items():
            kept.setdefault(model, {}).setdefault(name, {})[store] = dict(figures)
        if write:
            beside = file.with_suffix(".new")
            beside.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            beside.replace(file)
    return kept
