"""The versions of the index: which one searches read, which ones every write reaches, and how each was made.

Two aliases say so. ``<prefix>-chunks`` names the one live version. ``<prefix>-chunks-write`` names every version that
writes reach: the live one, the next one while it is built, and the one before, so that going back loses nothing. How
a version was made stands in its mapping's ``_meta``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from searchapp.embedding.base import Fingerprint
from searchapp.errors import StorageError
from searchapp.stores.elasticsearch.templates import SHARDS
from searchapp.stores.index_spec import FIRST_CHUNKING, Chunking, IndexSpec

Json = dict[str, Any]

FINGERPRINT = "searchapp_fingerprint"
CHUNKING = "searchapp_chunking"
FORMER_MODELS = "searchapp_former_models"
BUILD = "searchapp_build"
HAN = "searchapp_han"
SPELLINGS = "searchapp_spellings"
CHOSEN_SHARDS = "searchapp_shards"
"""Keys in a version's ``_meta``."""

CLOSED = "verified_before_close"
"""The setting by which an index shows that it is closed."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one installation, all from the index prefix."""

    prefix: str

    @property
    def chunks(self) -> str:
        """The alias that searches read."""
        return f"{self.prefix}-chunks"

    @property
    def write(self) -> str:
        """The alias of every version that writes reach."""
        return f"{self.chunks}-write"

    @property
    def documents(self) -> str:
        """The registry index."""
        return f"{self.prefix}-documents"

    @property
    def versions(self) -> str:
        """A pattern that every version matches."""
        return f"{self.chunks}-*"

    def pipeline(self, model: Fingerprint) -> str:
        """The ingest pipeline that makes vectors by this model of the cluster's own."""
        return f"{self.prefix}-embed-{model.model}"

    def version(self, number: int) -> str:
        """A version's index, by number from 1."""
        return f"{self.chunks}-{number:06d}"

    def number(self, index: str) -> int | None:
        """The reverse of ``version``; None for an index that is none."""
        found = re.fullmatch(re.escape(self.chunks) + r"-(\d{6,})", index)
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Version:
    """One index of chunks. ``written``: every write reaches it. ``spec`` is None where its ``_meta`` is lost.

    ``former_models`` are those whose processes may follow the index to this version's model. A ``closed`` one is there
    and answers nothing. ``shards`` are its primary ones.
    """

    name: str
    live: bool
    written: bool
    spec: IndexSpec | None
    former_models: tuple[Fingerprint, ...] = ()
    meta: Json = field(default_factory=dict)
    closed: bool = False
    shards: int = 1

    @property
    def chosen_shards(self) -> int | None:
        """The number of shards that somebody asked ``es reindex`` for; None where es/ and the settings decided."""
        number = self.meta.get(CHOSEN_SHARDS)
        return number if isinstance(number, int) else None

    @property
    def build(self) -> Json | None:
        """What ``es reindex`` noted about a version that it has not finished; None for a finished one."""
        return self.meta.get(BUILD)

    @property
    def has_han(self) -> bool:
        """Whether all of its chunks have their Chinese words in ``han``; those of an earlier searchapp's have not."""
        return bool(self.meta.get(HAN))

    @property
    def has_spellings(self) -> bool:
        """Whether all of its chunks have their other spellings in ``spellings``."""
        return bool(self.meta.get(SPELLINGS))


def read_versions(client: Elasticsearch, names: Names) -> tuple[Version, ...]:
    """Every version in the cluster, oldest first.

    Raises StorageError when the alias of the searches names another index as well, or an index stands in its place.
    """
    versions, intruders = look(client, names)
    if names.chunks in intruders:
        raise StorageError("alias_is_index", alias=names.chunks)
    if intruders:
        raise StorageError("alias_names_strangers", alias=names.chunks, indices=intruders)
    return versions


def look(client: Elasticsearch, names: Names) -> tuple[tuple[Version, ...], tuple[str, ...]]:
    """Every version in the cluster, oldest first, and the other indices that answer to the name that searches read."""
    found = client.indices.get(
        index=[names.versions, names.chunks],
        features=["aliases", "mappings", "settings"],
        filter_path=["*.aliases", "*.mappings._meta", f"*.settings.index.{CLOSED}", f"*.settings.index.{SHARDS}"],
        ignore_unavailable=True,
    )
    numbered = {number: name for name in found if (number := names.number(name)) is not None}
    versions = tuple(_version(names, numbered[number], found[numbered[number]]) for number in sorted(numbered))
    others = (name for name in found if name == names.chunks or names.chunks in found[name].get("aliases", {}))
    return versions, tuple(sorted(set(others) - set(numbered.values())))


def live_version(client: Elasticsearch, names: Names) -> Version | None:
    """The version that searches read; None before ``es apply``.

    Raises StorageError when the alias names two versions, or when versions are there and it names none of them.
    """
    return chosen(read_versions(client, names), names)


def chosen(versions: Sequence[Version], names: Names) -> Version | None:
    """The live one of ``versions``. Raises as ``live_version`` does."""
    live = [version for version in versions if version.live]
    if len(live) > 1:
        raise StorageError(
            "searches_would_mix_versions", alias=names.chunks, n=len(live), versions=[version.name for version in live]
        )
    if versions and not live:
        raise StorageError("alias_missing", alias=names.chunks, version=versions[-1].name)
    return live[0] if live else None


def version_meta(
    spec: IndexSpec,
    former_models: Sequence[Fingerprint] = (),
    build: Json | None = None,
    chosen_shards: int | None = None,
) -> Json:
    """The ``_meta`` of a version that is made by ``spec``."""
    made = {FINGERPRINT: spec.fingerprint.as_dict(), CHUNKING: asdict(spec.chunking)}
    meta: Json = {**made, HAN: True, SPELLINGS: True}
    if former_models:
        meta[FORMER_MODELS] = [model.as_dict() for model in former_models]
    if build is not None:
        meta[BUILD] = build
    if chosen_shards is not None:
        meta[CHOSEN_SHARDS] = chosen_shards
    return meta


def put_meta(client: Elasticsearch, version: Version, meta: Json) -> None:
    """Replace a version's ``_meta``; Elasticsearch never merges it."""
    client.indices.put_mapping(index=version.name, meta=meta)


def switch(client: Elasticsearch, names: Names, versions: Sequence[Version], target: Version) -> None:
    """Let searches read ``target``, at once for all of them; it and the version before it receive every write.

    One ``_aliases`` call. Raises StorageError when the alias names several versions, and when the server carried the
    call out in part, or not at all.
    """
    live = chosen(versions, names) if any(version.live for version in versions) else None
    if live is not None and live.name == target.name:
        return
    keep = {target.name} | ({live.name} if live else set())
    actions: list[Json] = []
    if live:
        actions.append({"remove": {"index": live.name, "alias": names.chunks, "must_exist": True}})
    actions.append({"add": {"index": target.name, "alias": names.chunks, "is_write_index": True}})
    actions += [{"add": {"index": name, "alias": names.write}} for name in sorted(keep)]
    for version in versions:
        if version.written and version.name not in keep:
            actions.append({"remove": {"index": version.name, "alias": names.write, "must_exist": True}})
    update_aliases(client, actions)


def update_aliases(client: Elasticsearch, actions: Sequence[Json]) -> None:
    """One ``_aliases`` call, whose every result is read: with several actions it can succeed in part."""
    try:
        answer = client.indices.update_aliases(actions=actions)
    except NotFoundError as error:
        raise StorageError("aliases_changed_meanwhile") from error
    failed = [result for result in answer.get("action_results", []) if result.get("status", 200) >= 300]
    if failed or answer.get("errors") or not answer.get("acknowledged"):
        if not failed:
            raise StorageError("alias_switch_unacknowledged")
        reasons = "; ".join(
            f"{result['action']['type']} {', '.join(result['action']['indices'])}: {result['error']['reason']}"
            for result in failed
        )
        raise StorageError("aliases_switched_in_part", why=reasons)


def _version(names: Names, name: str, found: Json) -> Version:
    meta = found.get("mappings", {}).get("_meta", {})
    aliases = found.get("aliases", {})
    live = names.chunks in aliases
    settings = found.get("settings", {}).get("index", {})
    return Version(
        name=name,
        live=live,
        written=live or names.write in aliases,
        spec=_spec(meta),
        former_models=tuple(Fingerprint.from_dict(model) for model in meta.get(FORMER_MODELS, [])),
        meta=meta,
        closed=CLOSED in settings,
        shards=int(settings.get(SHARDS, 1)),
    )


def _spec(meta: Json) -> IndexSpec | None:
    if FINGERPRINT not in meta:
        return None
    fingerprint = Fingerprint.from_dict(meta[FINGERPRINT])
    chunking = Chunking(**meta[CHUNKING]) if CHUNKING in meta else FIRST_CHUNKING
    return IndexSpec(fingerprint, replace(chunking, tokens=min(chunking.tokens, fingerprint.max_tokens)))
