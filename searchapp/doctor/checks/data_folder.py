"""The folder that the embedded store writes to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from searchapp.findings import Finding, error, ok, warning
from searchapp.wiring import Application

NAME = "data folder"
LITTLE = 2**30
"""Bytes; the store writes new files before it removes old ones."""


def check(application: Application) -> Iterator[Finding]:
    """Whether it can be written, and how much room there is."""
    folder = application.settings.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not existing.is_dir():
        yield error(NAME, f"{existing} is no folder.", "Set SEARCHAPP_DATA_DIR to a folder.")
        return
    if not os.access(existing, os.W_OK):
        yield error(NAME, f"{existing} cannot be written.", "Change its rights, or set SEARCHAPP_DATA_DIR.")
        return
    free = shutil.disk_usage(existing).free
    shown = f"{folder} has {free / 2**30:.1f} GiB free"
    if free < LITTLE:
        yield warning(NAME, f"{shown}.", "Free disk space, or set SEARCHAPP_DATA_DIR to another disk.")
    else:
        yield ok(NAME, f"{shown}.")
