"""What LanceDB raises, as our errors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from searchapp.errors import SearchAppError, StorageError

P = ParamSpec("P")
R = TypeVar("R")


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a store's method so that what LanceDB raises becomes a StorageError naming the folder."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except SearchAppError:
            raise
        except (OSError, RuntimeError, ValueError) as error:
            folder: Path = args[0].folder  # type: ignore[attr-defined]
            reason = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
            raise StorageError(
                f"The index in {folder} cannot be used: {reason}.",
                "Check that the disk has room and the folder is yours; SEARCHAPP_DATA_DIR chooses another.",
            ) from error

    return call
