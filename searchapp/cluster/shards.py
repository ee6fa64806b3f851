"""How many primary shards an index is to have, and what a good number is.

What decides, the first that says something: ``es reindex --shards``, SEARCHAPP_INDEX_SHARDS, the number that an earlier
``es reindex --shards`` chose (it stands in the version's ``_meta``), es/mappings.

Sources:

- [shards] Elastic, "Size your shards":
  https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/size-shards
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.messages import Message
from searchapp.settings import MOST_SHARDS
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.templates import SHARDS
from searchapp.stores.elasticsearch.versions import Version

GIB = 2**30

SHARD_BYTES = 50 * GIB
SHARD_CHUNKS = 200_000_000
"""[shards]: up to 200M documents, or sizes between 10GB and 50GB."""

LEAST_SHARD_BYTES = 10 * GIB
"""[shards]: the lower end of these sizes; shards below it are only worth having where there are few of them."""


@dataclass(frozen=True, slots=True)
class Shards:
    """``number`` of the version to be made; ``chosen`` is what stands in its ``_meta``, None where nobody chose."""

    number: int
    chosen: int | None = None


def wanted_shards(store: ElasticsearchStore, live: Version, asked: int | None = None) -> Shards:
    """The number for the version that follows ``live``.

    Raises UsageError where ``asked`` is less than one or more than Elasticsearch takes.
    """
    if asked is not None:
        if not 1 <= asked <= MOST_SHARDS:
            raise UsageError("shards_out_of_range", shards=asked, most=MOST_SHARDS)
        return Shards(asked, asked)
    if store.settings.index_shards is not None:
        return Shards(store.settings.index_shards)
    if live.chosen_shards is not None:
        return Shards(live.chosen_shards, live.chosen_shards)
    return Shards(int(store.templates(1).index(store.names.chunks)["settings"].get(SHARDS, 1)))


def needed_shards(size: float, chunks: int) -> int:
    """The least number with which no shard is larger than Elastic advises; ``size`` in bytes without replicas."""
    return max(1, math.ceil(size / SHARD_BYTES), math.ceil(chunks / SHARD_CHUNKS))


def advice(shards: int, size: int, chunks: int) -> Message | None:
    """Where an index of this size wants another number of shards; None where its number is good.

    Small shards are no fault on their own: several of them spread searches over nodes. They are named where one shard
    would be below the least size that Elastic advises, too.
    """
    needed = needed_shards(size, chunks)
    if needed > shards:
        return Message("shards_too_few", shards=needed, size=size / shards / GIB, passages=chunks // shards)
    if shards > 1 and size < LEAST_SHARD_BYTES:
        return Message("shards_too_many", size=size / GIB, least=LEAST_SHARD_BYTES // GIB)
    return None
