"""``es sizing``: memory, disk, shards and nodes for a number of chunks, by Elastic's published formulas.

Sources:

- [knn] Elastic, "Tune approximate kNN search", section "Ensure data nodes have enough memory":
  https://www.elastic.co/docs/deploy-manage/production-guidance/optimize-performance/approximate-knn-search
- [shards] in ``cluster/shards.py``
- [heap] Elastic, "JVM settings": https://www.elastic.co/docs/reference/elasticsearch/jvm-settings
- [disk] Elastic, "Cluster-level shard allocation and routing settings":
  https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/cluster-level-shard-allocation-routing-settings
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from searchapp.cluster.shards import GIB, needed_shards
from searchapp.errors import UsageError
from searchapp.settings import IndexOptions, Settings
from searchapp.stores.elasticsearch.templates import es_folder, read_templates

HEAP_SHARE, HEAP_LIMIT_GIB = 0.5, 31.0
"""[heap]: half of the node's memory at most; Elasticsearch itself takes no more than 31 GB."""

LOW_WATERMARK = 0.85
"""[disk]: a node whose disk is fuller than this gets no more shards."""

DEFAULT_M = 16
"""[knn]: the default for the neighbours of a node in the graph."""

TEXT_BYTES = 1400
"""Bytes a chunk on disk besides its vectors. Measured on SciFact (docs/index-options.md): 2,915 less 1,536."""

FORMULAS = {
    "memory": {
        "hnsw, flat": "num_vectors * num_dimensions * 4 [knn]",
        "int8": "num_vectors * (num_dimensions + 4) [knn]",
        "int4": "num_vectors * (num_dimensions/2 + 4) [knn]",
        "bbq": "num_vectors * (num_dimensions/8 + 14) [knn]",
        "graph, where there is one": "num_vectors * 4 * m [knn]",
    },
    "disk": {
        "quantised": "num_vectors * num_dimensions * 4 + memory: whole vectors are kept beside the shortened [knn]",
        "text": "num_vectors * text bytes: measured, docs/index-options.md",
    },
    "shards": {"number": "the larger of disk / 50 GB and num_vectors / 200M [shards]"},
    "nodes": {
        "number": "memory of all copies / (node memory - heap), at least one more than replicas; heap: half, 31 GB at"
        " most [heap]",
        "disk": "disk of all copies / nodes / 0.85 [disk]",
    },
}
"""What ``size`` computes, in the words of its sources."""

SOURCES = {
    "knn": "Elastic, Tune approximate kNN search (elastic.co/docs)",
    "shards": "Elastic, Size your shards (elastic.co/docs)",
    "heap": "Elastic, JVM settings (elastic.co/docs)",
    "disk": "Elastic, disk-based shard allocation (elastic.co/docs)",
}


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be held; ``m`` neighbours a node in the graph, ``text_bytes`` of a chunk on disk but its vectors."""

    chunks: int
    dims: int
    replicas: int = 1
    m: int = DEFAULT_M
    text_bytes: int = TEXT_BYTES
    node_memory_gib: float = 64.0

    def __post_init__(self) -> None:
        if min(self.chunks, self.dims, self.m) < 1 or min(self.replicas, self.text_bytes) < 0:
            raise UsageError("sizing_not_positive")
        if self.node_memory_gib < 1:
            raise UsageError("sizing_memory_too_small")

    @property
    def cache_bytes(self) -> float:
        """Of each node's memory what the heap leaves to the file cache, where vectors and graph must lie."""
        heap = min(self.node_memory_gib * HEAP_SHARE, HEAP_LIMIT_GIB)
        return (self.node_memory_gib - heap) * GIB


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of one way of keeping vectors. ``memory`` is off the heap; ``*_all`` counts the replicas too."""

    options: str
    memory_a_chunk: float
    memory: int
    memory_all: int
    disk: int
    disk_all: int
    shards: int
    nodes: int
    disk_a_node: int


def size(load: Load, options: Sequence[IndexOptions]) -> tuple[Size, ...]:
    """The size of ``load`` for each of the ways; nothing is asked of a server."""
    return tuple(_size(load, option) for option in options)


def graph_neighbours(settings: Settings) -> int:
    """``m`` as es/mappings sets it."""
    templates = read_templates(es_folder(settings.es_dir), settings.index_prefix, 1)
    fields = templates.components[f"{settings.index_prefix}-chunks-fields"]["template"]["mappings"]["properties"]
    return int(fields["embedding"].get("index_options", {}).get("m", DEFAULT_M))


def read_number(text: str) -> int:
    """``250000``, ``250_000``, ``250k``, ``2.5M`` or ``1B`` as a number. Raises UsageError."""
    scales = {"k": 10**3, "m": 10**6, "b": 10**9}
    digits = text.strip().lower().replace("_", "").replace(",", "")
    scale = scales.get(digits[-1:], 1)
    try:
        return round(float(digits[:-1] if scale > 1 else digits) * scale)
    except (ValueError, OverflowError) as error:  # also of nan and inf
        raise UsageError("sizing_no_number", text=text) from error


def vector_bytes(options: IndexOptions, dims: int, m: int) -> float:
    """Bytes of one vector in memory, with its part of the graph: the formulas of [knn]."""
    kind = options.value.partition("_")[0] if options.is_quantised else ""
    bytes_ = {"": dims * 4, "int8": dims + 4, "int4": dims / 2 + 4, "bbq": dims / 8 + 14}[kind]
    return bytes_ + (4 * m if options.is_graph else 0)


def _size(load: Load, options: IndexOptions) -> Size:
    a_chunk = vector_bytes(options, load.dims, load.m)
    copies = 1 + load.replicas
    memory = math.ceil(load.chunks * a_chunk)
    whole = load.chunks * load.dims * 4 if options.is_quantised else 0
    disk = memory + whole + load.chunks * load.text_bytes
    nodes = max(copies, math.ceil(memory * copies / load.cache_bytes))
    return Size(
        options=str(options),
        memory_a_chunk=a_chunk,
        memory=memory,
        memory_all=memory * copies,
        disk=disk,
        disk_all=disk * copies,
        shards=needed_shards(disk, load.chunks),
        nodes=nodes,
        disk_a_node=math.ceil(disk * copies / nodes / LOW_WATERMARK),
    )
