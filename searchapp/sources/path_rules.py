"""Path rules: what the settings state of all documents whose path or address fits a pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import Any

from searchapp.errors import UsageError
from searchapp.messages import Message, joined
from searchapp.sources.stated import Stated, merged


class PathRules:
    """Fields by pattern; of rules that fit the same document the later one wins.

    Raises UsageError for a rule with something that is no field.
    """

    def __init__(self, rules: Mapping[str, Mapping[str, Any]]) -> None:
        self._rules = [(_compiled(pattern), _stated(pattern, values)) for pattern, values in rules.items()]

    def of(self, source: str) -> Stated:
        """What the rules state of a source."""
        path = source.replace("\\", "/")
        return merged(stated for pattern, stated in reversed(self._rules) if pattern.match(path))


def _compiled(pattern: str) -> re.Pattern[str]:
    """``*`` stands for anything, folders too; a pattern that begins with no folder fits below any."""
    begins = pattern.startswith(("/", "*")) or "://" in pattern or pattern[1:2] == ":"
    return re.compile(translate(pattern if begins else f"*/{pattern}"))


def _stated(pattern: str, values: Mapping[str, Any]) -> Stated:
    from searchapp.sources.formats.stating import read

    stated, notes = read(values, Message("kind_path_rules"))
    if notes:
        raise UsageError("path_rule_wrong", pattern=pattern, why=joined(*notes))
    return stated
