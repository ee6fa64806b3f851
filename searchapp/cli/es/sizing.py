"""``searchapp es sizing``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting
from searchapp.cli.completion import values

if TYPE_CHECKING:
    from searchapp.cluster.sizing import Load, Size
    from searchapp.settings import IndexOptions


def sizing(
    chunks: Annotated[str, typer.Option(help="Passages: 250000, 250k, 2.5M, 1B.")],
    dims: Annotated[
        int | None, typer.Option(min=1, help="Dimensions of a vector. Default: what the configured model gives.")
    ] = None,
    index_options: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Some of hnsw, int8_hnsw, ... by comma. Default: all.",
            autocompletion=values("searchapp.settings:IndexOptions", "all"),
        ),
    ] = "all",
    replicas: Annotated[int, typer.Option(min=0, help="Copies of each shard besides the first.")] = 1,
    node_memory: Annotated[float, typer.Option(min=1, help="Memory of a node in GB, heap included.")] = 64.0,
    text_bytes: Annotated[
        int | None, typer.Option(min=0, help="Bytes a passage on disk besides its vectors. Default: measured.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compute memory, disk, shards and nodes for so many chunks, by Elastic's published formulas. Asks no server.

    Examples:
      searchapp es sizing --chunks 2.5M

      searchapp es sizing --chunks 1B --dims 1024 --index-options bbq_hnsw --replicas 1 --node-memory 128

    """
    from searchapp.cluster import sizing as rules
    from searchapp.settings import load_settings

    number = rules.read_number(chunks)
    options = _options(index_options)
    if dims is None:
        with waiting("Loading the embedding model", as_json):
            dims = application().embedder.fingerprint.dims
    load = rules.Load(
        chunks=number,
        dims=dims,
        replicas=replicas,
        m=rules.graph_neighbours(load_settings()),
        text_bytes=rules.TEXT_BYTES if text_bytes is None else text_bytes,
        node_memory_gib=node_memory,
    )
    sizes = rules.size(load, options)
    if as_json:
        shown = {"load": dataclasses.asdict(load), "sizes": [dataclasses.asdict(one) for one in sizes]}
        print_json({**shown, "formulas": rules.FORMULAS, "sources": rules.SOURCES})
        return
    _tell(load, sizes)


def _tell(load: Load, sizes: tuple[Size, ...]) -> None:
    from rich.table import Table

    from searchapp.cluster.shards import GIB
    from searchapp.cluster.sizing import FORMULAS, SOURCES

    out = console()
    copies = "no replica" if not load.replicas else f"{load.replicas} replica" + ("s" if load.replicas > 1 else "")
    table = Table(
        title=f"{load.chunks:,} passages of {load.dims} dimensions, {copies}",
        caption=f"All but shards with the replicas. Nodes of {load.node_memory_gib:g} GB, of which "
        f"{load.cache_bytes / GIB:g} GB hold vectors; GB are 2^30 bytes.",
    )
    for name in ("index options", "bytes a vector", "memory GB", "disk GB", "shards", "nodes", "disk a node GB"):
        table.add_column(name, justify="left" if name == "index options" else "right")
    for one in sizes:
        table.add_row(
            one.options,
            f"{one.memory_a_chunk:,.0f}",
            _gib(one.memory_all),
            _gib(one.disk_all),
            f"{one.shards:,}",
            f"{one.nodes:,}",
            _gib(one.disk_a_node),
        )
    out.print(table)
    out.print(f"\nFormulas (m is {load.m}, as in es/mappings; text bytes are {load.text_bytes:,}):")
    for what, lines in FORMULAS.items():
        for name, formula in lines.items():
            out.print(f"  {what}, {name}: {formula}")
    out.print("Sources:")
    for key, source in SOURCES.items():
        out.print(f"  [{key}] {source}")
    out.print("Memory leaves out what text search and the system want of the file cache. Measured bytes and quality:")
    out.print("docs/index-options.md. Towards a billion passages: docs/scaling.md.")


def _gib(bytes_: int) -> str:
    from searchapp.cluster.shards import GIB

    value = bytes_ / GIB
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 1 else f"{value:.3f}"


def _options(names: str) -> tuple[IndexOptions, ...]:
    from searchapp.errors import UsageError
    from searchapp.settings import IndexOptions

    if names == "all":
        return tuple(IndexOptions)
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = [str(option) for option in IndexOptions]
    for name in wanted:
        if name not in known:
            raise UsageError("index_options_unknown", options=name, known=known)
    return tuple(IndexOptions(name) for name in wanted) or tuple(IndexOptions)
