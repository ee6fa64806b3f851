"""What ``nodes.py`` tells of its figures: the table of docs/scaling.md, and whether anything was lost."""

from __future__ import annotations

from typing import Any

from benchmarks.nodes_corpus import PASSAGES

BEGIN, END = "<!-- benchmarks.nodes -->", "<!-- /benchmarks.nodes -->"


def passed(figures: dict[str, Any]) -> bool:
    """Whether nothing was lost and no error was left."""
    killed, chunks = figures["killed"], figures["chunks"]
    there = (killed["chunks_there"], killed["whole_documents_there"]) == (chunks, chunks // PASSAGES)
    return there and killed["searches_failed"] == 0


def table(figures: dict[str, Any]) -> str:
    """A head and a row for each thing that was measured, in Markdown."""
    head = (
        f"{figures['chunks']:,} passages, {figures['shards']} shards with a replica each, three nodes with a heap of"
        f" {figures['heap']}, Elasticsearch {figures['elasticsearch']}, {figures['model']}:"
    )
    rows = [*_at_rest(figures), *_killed(figures)]
    return "\n".join([head, "", "| | |", "|---|---|", *(f"| {name} | {told} |" for name, told in rows)])


def written(page: str, figures: dict[str, Any]) -> str:
    """The page with this table in the place of the one that it has between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"the page has no {BEGIN} with {END} behind it")
    return f"{before}{BEGIN}\n{table(figures)}\n{END}{after}"


def _at_rest(figures: dict[str, Any]) -> list[tuple[str, str]]:
    rest, killed, merge = figures["at_rest"], figures["killed"], figures["merge"]
    after = killed["after"]
    rates = (
        f"{figures['chunks_a_second']:,} passages a second by {figures['writers']} writers without replicas,"
        f" {killed['chunks_a_second']:,} with one while a node died"
    )
    recalls = f"{rest['recall_at_10']:.3f} at rest, {after['recall_at_10']:.3f} on two nodes"
    return [
        ("writing", rates),
        ("`es forcemerge`", f"{merge['before']:,} segments became {merge['after']:,} in {merge['seconds']:,.0f} s"),
        ("a replica of every shard", f"{figures['copying_seconds']:,.0f} s"),
        *(
            (f"{mode}, p50 and p99 in ms", f"{_times(rest[mode])} at rest, {_times(after[mode])} on two nodes")
            for mode in ("keyword", "semantic", "hybrid")
        ),
        ("recall@10 of the semantic retriever", recalls),
    ]


def _killed(figures: dict[str, Any]) -> list[tuple[str, str]]:
    killed = figures["killed"]
    met = ", ".join(f"`{name}` {count:,} times" for name, count in killed["met"].items()) or "nothing"
    refused, wait = killed["documents_refused_at_first"], killed["longest_wait_seconds"]
    return [
        ("hybrid while the node died, p50 and p99 in ms", _times(killed["hybrid"])),
        ("searches tried again", f"{killed['searches_tried_again']:,} of {killed['searches']:,}; they met {met}"),
        ("searches without an answer", f"{killed['searches_failed']:,}; the longest took {wait:.1f} s"),
        ("writes tried again", f"{killed['writes_tried_again']:,}; documents refused at first: {refused:,}"),
        ("every shard there again (yellow)", f"after {killed['yellow_seconds']:.1f} s"),
        ("every copy there again (green)", f"after {killed['green_seconds']:.1f} s, on the two nodes left"),
        ("passages there at the end", f"{killed['chunks_there']:,} of {figures['chunks']:,}"),
    ]


def _times(measured: dict[str, float]) -> str:
    return f"{measured['p50_ms']:.1f} and {measured['p99_ms']:.1f}"
