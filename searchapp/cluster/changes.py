"""How an index differs from what its template says, and what it takes to bring each difference about.

What Elasticsearch lets a mapping change was found out by asking it: ``tests/cluster/test_changes.py``
asks again for each pair of index options and each parameter named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from searchapp.stores.elasticsearch.templates import flat_settings, normal_mappings

Json = dict[str, Any]


class Effect(StrEnum):
    """What it takes to bring a change about, the least first."""

    IN_PLACE = "in_place"
    NEW_SEGMENTS = "new_segments"
    NEW_INDEX = "new_index"


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting or field. ``before`` is None when the index has none of that name, ``after`` when ours has none."""

    part: str
    name: str
    before: Any
    after: Any
    effect: Effect


SETTING = "setting"
FIELD = "field"
MAPPING = "mapping"
"""The parts of an index that differ; MAPPING is a parameter of the mapping itself, such as ``dynamic``."""

STATIC_SETTINGS = (
    "analysis.", "codec", "load_fixed_bitset_filters_eagerly", "mapping.source.", "mode", "number_of_routing_shards",
    "number_of_shards", "routing_partition_size", "shard.check_on_startup", "similarity.", "soft_deletes.", "sort.",
    "store.type", "time_series.",
)  # fmt: skip
"""Settings that an open index cannot change, or their first letters. All others are dynamic."""

RESET = {"auto_expand_replicas": "false", "refresh_interval": "1s"}
"""Settings of ours that a template may leave out, with Elasticsearch's own value for them."""

AT_ONCE = {"coerce", "ignore_malformed", "meta", "search_analyzer", "search_quote_analyzer", "eager_global_ordinals"}
AT_ONCE |= {"split_queries_on_whitespace", "fielddata", "dynamic"}
LATER = {"copy_to", "fields", "ignore_above", "norms"}
"""Parameters of a field that can be changed: with effect on all chunks, or only on those written afterwards."""

RANKS = ("flat", "int8_flat", "int4_flat", "hnsw", "int8_hnsw", "int4_hnsw", "bbq_hnsw")
"""Index options in the order in which one may follow another; ``bbq_flat`` stands beside them."""


def setting_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """The settings of ours that the index has otherwise; what else the index has set is its operator's affair."""
    wanted, found = flat_settings(ours), flat_settings(theirs)
    for name, value in RESET.items():
        if name not in wanted and found.get(name, value) != value:
            yield Difference(SETTING, name, found[name], None, Effect.IN_PLACE)
    for name, value in wanted.items():
        if name == "number_of_replicas" and wanted.get("auto_expand_replicas", "false") != "false":
            continue  # the server counts them
        if found.get(name, RESET.get(name)) == value:
            continue
        yield Difference(SETTING, name, found.get(name), value, _setting_effect(name))
    for name in found:
        if name.startswith("analysis.") and name not in wanted:
            yield Difference(SETTING, name, found[name], None, Effect.NEW_INDEX)


def _setting_effect(name: str) -> Effect:
    return Effect.NEW_INDEX if name.startswith(STATIC_SETTINGS) else Effect.IN_PLACE


def mapping_differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """The fields of ours that the index lacks or has otherwise. A field that only the index has harms nothing."""
    wanted, found = normal_mappings(ours), normal_mappings(theirs)
    for name, field in wanted["properties"].items():
        existing = found["properties"].get(name)
        if existing is None:
            yield Difference(FIELD, name, None, field, Effect.IN_PLACE)
        elif effects := field_effects(field, existing):
            yield Difference(FIELD, name, existing, field, max(effects, key=list(Effect).index))
    for name, value in wanted.items():
        if name != "properties" and found.get(name) != value:
            effect = Effect.IN_PLACE if name == "dynamic" else Effect.NEW_INDEX
            yield Difference(MAPPING, name, found.get(name), value, effect)


def field_effects(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[Effect]:
    """What each differing parameter of a field takes; both in normal form."""
    effects = []
    for name in sorted({*ours, *theirs}):
        new, old = ours.get(name), theirs.get(name)
        if name == "index_options" and ours.get("type") == "dense_vector":
            if new is not None and not _covered(new, old):
                effects.append(_vector_effect(new, old or {}))
        elif not _same(new, old) and (name in ours or name not in _filled(ours)):
            effects.append(_parameter_effect(name, new, old))
    return effects


def _filled(field: Mapping[str, Any]) -> tuple[str, ...]:
    """Parameters that the server shows although nobody gave them."""
    return ("similarity", "element_type", "dims") if field.get("type") == "dense_vector" else ()


def _parameter_effect(name: str, new: Any, old: Any) -> Effect:
    if name == "fields":  # those that are there stay as they are; more may come
        kept = all(_same((new or {}).get(inner), field) for inner, field in (old or {}).items())
        return Effect.NEW_SEGMENTS if kept else Effect.NEW_INDEX
    if name == "norms" and str(new).lower() != "false":
        return Effect.NEW_INDEX  # they can be dropped, not brought back
    if name in AT_ONCE:
        return Effect.IN_PLACE
    return Effect.NEW_SEGMENTS if name in LATER else Effect.NEW_INDEX


def _vector_effect(new: Mapping[str, Any], old: Mapping[str, Any]) -> Effect:
    """By the page of ``dense_vector`` ("Updatable field type"); segments that are there keep what they have."""
    before, after = old.get("type", ""), new.get("type", "")
    if after == "bbq_flat" or before == "bbq_flat":
        allowed = before == after or (before, after) == ("bbq_flat", "bbq_hnsw") or before in RANKS[:3]
    else:
        allowed = before in RANKS and after in RANKS and RANKS.index(after) >= RANKS.index(before)
    if "m" in old and int(new.get("m", 16)) < int(old["m"]):
        allowed = False
    return Effect.NEW_SEGMENTS if allowed else Effect.NEW_INDEX


def _covered(ours: Mapping[str, Any], theirs: Mapping[str, Any] | None) -> bool:
    """Whether all that ours says holds; the server adds values of its own."""
    return theirs is not None and all(_same(value, theirs.get(name)) for name, value in ours.items())


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return ours.keys() == theirs.keys() and all(_same(ours[name], theirs[name]) for name in ours)
    return str(ours).lower() == str(theirs).lower()
