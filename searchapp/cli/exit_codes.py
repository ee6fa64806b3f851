"""What the command line's exit codes mean; no command leaves with another one."""

from __future__ import annotations

from collections.abc import Mapping

DONE = 0
FAILED = 1
USAGE = 2
SOME_FAILED = 3
PENDING = 4
INTERRUPTED = 130
TERMINATED = 143

MEANINGS: Mapping[int, str] = {
    DONE: "done",
    FAILED: "failed; or what was asked for is not so (`doctor`, `eval --fail-under`, `es aliases`)",
    USAGE: "wrong usage: an option, a value or a setting",
    SOME_FAILED: "some of several inputs failed, the others are done; of `verify`: a sentence no longer holds; of "
    "`check`: one is not supported",
    PENDING: "changes are pending (`es plan`, `es apply`)",
    INTERRUPTED: "interrupted (Ctrl-C)",
    TERMINATED: "ended by SIGTERM, in good order",
}


def table() -> str:
    """The codes as a table in Markdown."""
    rows = [f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(("| exit code | meaning |", "|---|---|", *rows))
