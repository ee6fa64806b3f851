"""A small YAML document as a mapping of plain texts: nothing of what YAML can do beyond writing data down.

Every scalar stays the text that was written: ``no`` is a language and ``00042`` a number of somebody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from searchapp.messages import Message

LARGEST = 64 << 10
"""Characters; what is longer describes no document."""

DEEPEST = 8
"""Lists and mappings within each other."""

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
)


class YamlRefusedError(Exception):
    """It is no such document; ``why`` says what is wrong."""

    def __init__(self, why: Message) -> None:
        super().__init__(why)
        self.why = why


def read_yaml(text: str) -> Mapping[Any, Any]:
    """The first document in ``text``; an empty one is an empty mapping. Raises YamlRefusedError."""
    import yaml

    if len(text) > LARGEST:
        raise YamlRefusedError(Message("yaml_too_long", kb=LARGEST >> 10))
    # The base loader makes texts, lists and mappings of everything; libyaml's is a hundred times as fast.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _look_through(yaml.parse(text, loader), yaml)
        values = next(yaml.load_all(text, loader), None)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefusedError(Message("yaml_malformed", line=mark.line + 1 if mark else 1)) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:  # characters and keys that it may not have
        raise YamlRefusedError(Message("yaml_malformed", line=1)) from error
    if values is None or values == "":
        return {}
    if not isinstance(values, Mapping):
        raise YamlRefusedError(Message("yaml_no_mapping"))
    return values


def _look_through(events: Any, yaml: Any) -> None:
    """Refuse what could grow or nest beyond its own length, before anything is made of it."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.DocumentEndEvent):
            return
        if isinstance(event, yaml.AliasEvent):
            raise YamlRefusedError(Message("yaml_alias", line=event.start_mark.line + 1))
        tag = getattr(event, "tag", None)
        if tag not in (None, "!") and tag not in _PLAIN_TAGS:
            raise YamlRefusedError(Message("yaml_tag", line=event.start_mark.line + 1))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise YamlRefusedError(Message("yaml_too_deep", line=event.start_mark.line + 1))
