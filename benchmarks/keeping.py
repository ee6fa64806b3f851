"""Figures that outlive a failure: each part is kept as far as it came, and the parts after it go on."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Found = dict[str, dict[str, Any]]


def gathered(
    parts: Mapping[str, Callable[[], Iterable[tuple[str, Any]]]], keep: Callable[[Found, dict[str, str]], None]
) -> tuple[Found, dict[str, str]]:
    """Run the parts one after the other, each giving figures step by step, and ``keep`` all after each step.

    Returns the figures by part and step, and by part in a sentence what made it end early.
    """
    found: Found = {}
    failed: dict[str, str] = {}
    for part, run in parts.items():
        found[part] = {}
        try:
            for step, figures in run():
                found[part][step] = figures
                keep(found, failed)
        except Exception as error:  # noqa: BLE001 - whatever ends one part, the others are measured
            traceback.print_exc(file=sys.stderr)
            failed[part] = f"{type(error).__name__}: {error}"
            keep(found, failed)
    return found, failed
