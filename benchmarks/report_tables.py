"""The tables of docs/performance.md, each from the figures of its benchmark."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

GROWTH_TARGET = 2.0
"""A search of 1,000,000 chunks, as a multiple of one of 100,000."""

GROWTH_HEAD = (
    "| passages | keyword | semantic | hybrid | recall@10 | bytes each | passages a second | segments | memory MiB |",
    "|---|---|---|---|---|---|---|---|---|",
)
CONTENDERS = {
    "bare": "bare calls, elasticsearch-py {}",
    "searchapp": "searchapp {}",
    "langchain": "LangChain {}",
    "haystack": "Haystack {}, k of 100",
    "haystack-10": "Haystack {}, k of 10",
}
PEERS = {"haystack": "Haystack's hybrid pipeline with k of 100", "haystack-10": "the same with k of 10"}


def judged(met: bool) -> str:
    return "met" if met else "missed"


def _several(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def search_label(name: str, measured: dict[str, Any]) -> str:
    return CONTENDERS[name].format(measured["versions"][name])


def search(measured: dict[str, Any]) -> str:
    p50 = measured["p50_ms"]
    peers = [name for name in PEERS if name in p50]
    lines = [
        "![Hybrid search beside the others](plots/search.svg)\n",
        f"{measured['dataset']}, {measured['passages']:,} passages, {measured['queries']} queries, "
        f"{_several(measured['rounds'], 'round')}; {measured['dtype']}, {measured['cores']} cores, "
        f"Elasticsearch {measured['elasticsearch']} on the same machine:\n",
        "| | p50 median, ms | least |" + "".join(f" share of {search_label(name, measured)} |" for name in peers),
        "|---|---|---|" + "---|" * len(peers),
    ]
    for name, found in p50.items():
        cells = [search_label(name, measured), f"{statistics.median(found):.1f}", f"{min(found):.1f}"]
        cells += [f"{_share(found, p50[peer])[0]:.2f}" for peer in peers]
        lines.append(f"| {' | '.join(cells)} |")
    lines.append("")
    for peer, words in PEERS.items():
        verdict = "not measured."
        if peer in p50 and "searchapp" in p50:
            share, least, most = _share(p50["searchapp"], p50[peer])
            verdict = f"{share:.2f} ({least:.2f} to {most:.2f}), **{judged(share <= measured['target'])}**."
        lines.append(f"- At most {measured['target']} of {words}: {verdict}")
    return "\n".join(lines)


def _share(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """Median, least and most of the rounds, each by itself, as what slows the machine slows both."""
    rounds = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    return statistics.median(rounds), min(rounds), max(rounds)


def latency(measured: dict[str, Any]) -> str:
    alone, inside = measured["p50_ms"], measured["hybrid_inside_p50_ms"]
    lines = [
        f"{measured['dataset']}, {measured['documents']:,} documents, {measured['passages']:,} passages, "
        f"{measured['queries']} queries; {measured['cores']} cores, Elasticsearch {measured['elasticsearch']} on the "
        "same machine:\n",
        "| | p50, ms |",
        "|---|---|",
        *(f"| {what} | {alone[name]:.1f} |" for name, what in LATENCIES.items()),
        *(f"| within it: {name} | {ms:.1f} |" for name, ms in inside.items()),
        f"\nA hybrid search takes {measured['ratio']:.2f} times encoding plus the slower retriever "
        f"({measured['encode_plus_slower_retriever_ms']:.1f} ms); at most {measured['target']}: "
        f"**{judged(measured['ratio'] <= measured['target'])}**.",
    ]
    return "\n".join(lines)


LATENCIES = {
    "encode": "encoding the query",
    "keyword": "the keyword retriever alone",
    "semantic": "the semantic retriever alone",
    "hybrid": "a hybrid search",
}


def growth(measured: dict[str, Any]) -> str:
    lines = ["![Latency by size](plots/growth.svg)"]
    for store, by_size in measured["stores"].items():
        merged = ", merged into one segment at each size" if measured.get("merged") and store == "elasticsearch" else ""
        lines += [
            f"\n{store}, {measured['queries']} queries, {_several(measured['rounds'], 'round')}{merged} "
            "(p50 median / least / p99 median, ms):\n",
            *(GROWTH_HEAD if by_size else ("Nothing was measured.",)),
        ]
        for size, one in by_size.items():
            times = " | ".join(
                f"{ms['p50_median']:.1f} / {ms['p50_least']:.1f} / {ms['p99_median']:.1f}" for ms in one["ms"].values()
            )
            memory = f"process {one['process_rss_mib']:,}"
            if "heap_mib" in one:
                memory += f", heap {one['heap_mib']:,}, server {one.get('server_rss_mib', 0):,}"
            lines.append(
                f"| {int(size):,} | {times} | {one['recall_at_10']:.3f} | {one['bytes_a_chunk']:,} | "
                f"{one['chunks_a_second']:,} | {one.get('segments', '')} | {memory} |"
            )
        if failure := measured.get("failed", {}).get(store):
            lines.append(f"\nIt went no further: {failure}")
        lines.append("\n1,000,000 against 100,000, at most twice: " + _growth_verdict(by_size))
    return "\n".join(lines)


def _growth_verdict(by_size: dict[str, Any]) -> str:
    if not {"100000", "1000000"} <= set(by_size):
        return "not measured."
    ratios = {
        mode: ms["p50_median"] / by_size["100000"]["ms"][mode]["p50_median"]
        for mode, ms in by_size["1000000"]["ms"].items()
    }
    measured = (f"{mode} {ratio:.2f}, **{judged(ratio <= GROWTH_TARGET)}**" for mode, ratio in ratios.items())
    return "; ".join(measured) + "."


def edit(measured: dict[str, Any]) -> str:
    rounds = len(next(iter(measured["formats"].values()))["edit_seconds"])
    lines = [
        f"{measured['pages']} pages, {measured['store']}, {_several(rounds, 'round')}; an edit's share of "
        f"the first ingest, median and least of the rounds, at most {measured['target']:.0%}:\n",
        "| format | | first ingest, s | edit, s | share | least | target |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in measured["formats"].items():
        for kind, first, second in (
            ("by the clock", one["first_seconds"], one["edit_seconds"]),
            ("processor time", one["first_cpu_seconds"], one["edit_cpu_seconds"]),
        ):
            share, least, _ = _share(second, first)
            lines.append(
                f"| {name} | {kind} | {statistics.median(first):.1f} | {statistics.median(second):.2f} | "
                f"{share:.1%} | {least:.1%} | {judged(share <= measured['target'])} |"
            )
    return "\n".join(lines)


def load(measured: list[dict[str, Any]]) -> str:
    lines = []
    for run in measured:
        memory, threads = (", ".join(f"{value:,}" for value in run[name]) for name in ("memory_mib", "threads"))
        lines += [
            f"\n{run['store']}, {run['users']} users for {run['seconds']} s, {run['askers']} of them asking"
            f"{', an attacker beside them' if 'attack' in run else ''}"
            f"{', {} agents beside them'.format(run['agents']) if 'agents' in run else ''}; the "
            f"server's memory at the start, half-way and at the end {memory} MiB, its threads {threads}:\n",
            "| request | count | failed | p50 ms | p99 ms |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {one['count']:,} | {one['failures']} | {one['p50_ms']:.0f} | {one['p99_ms']:.0f} |"
            for name, one in sorted(run["requests"].items())
        ]
    return "\n".join(lines).strip()
