"""What docs/performance.md says of ``ingest.py``'s figures."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.ingest_rows import OURS_IN_FULL, ROWS, TARGET, Verdict, shares, verdict


def section(measured: dict[str, Any]) -> str:
    """The tables of what was measured, speed and memory, each where it is there."""
    return "\n\n".join(of(measured[part]) for part, of in (("speed", speed), ("memory", memory)) if part in measured)


def label(name: str, one: dict[str, Any]) -> str:
    """A contender, what it writes to, and the precision it has from whom."""
    row = ROWS[name]
    if row.peer or row.task == "bare":
        by = "by hand" if row.by_hand else "as documented"
    else:
        by = "by itself" if one["dtype"] == "int8" else "by a setting"
    who = f"{row.label} {one['version']}".strip()
    return f"{', '.join(filter(None, (who, one['store'])))}: {one['dtype']} {by}"


def speed(measured: dict[str, Any]) -> str:
    contenders = measured["contenders"]
    batches = sorted({one["batch_size"] for one in contenders.values()})
    rounds = len(next(iter(contenders.values()))["passages_a_second"])
    bare = {one["dtype"]: one["passages_a_second"] for name, one in contenders.items() if ROWS[name].task == "bare"}
    lines = [
        "![Ingestion beside the others](plots/ingest.svg)\n",
        f"{measured['files']:,} files, {measured['passages']:,} passages, batches of {' or '.join(map(str, batches))}, "
        f"{rounds} rounds in turns; {measured['cores']} cores, {measured['machine']}, Python {measured['python']}, "
        "the server on the same machine:\n",
        "| | passages a second, median | least | most | share of the bare model in that precision |",
        "|---|---|---|---|---|",
    ]
    for name in ROWS:
        if one := contenders.get(name):
            found = one["passages_a_second"]
            alone = bare.get(one["dtype"])
            share = f"{statistics.median(shares(found, alone)):.2f}" if alone else "not measured"
            rates = " | ".join(f"{rate:.1f}" for rate in (statistics.median(found), min(found), max(found)))
            lines.append(f"| {label(name, one)} | {rates} | {share} |")
    in_full, by_hand = (verdict(contenders, by_hand=given, ours=OURS_IN_FULL) for given in (False, True))
    lines.append(f"\nsearchapp into Elasticsearch, at least {TARGET} times the faster peer:\n")
    lines.append(f"- as documented: {_told(verdict(contenders), contenders)}")
    lines.append(f"- with SEARCHAPP_EMBEDDING_PRECISION=full, the others as documented: {_told(in_full, contenders)}")
    if by_hand is None and in_full and contenders[in_full.peer]["dtype"] == contenders[OURS_IN_FULL]["dtype"]:
        lines.append("- with that precision given to the others by hand: the same, as here searchapp takes theirs.")
    else:
        lines.append(f"- with that precision given to the others by hand: {_told(by_hand, contenders)}")
    return "\n".join(lines)


def _told(found: Verdict | None, contenders: dict[str, Any]) -> str:
    if found is None:
        return "not measured."
    return (
        f"{found.times:.2f} times {label(found.peer, contenders[found.peer])} (median of rounds; "
        f"{found.least:.2f} to {found.most:.2f}), **{'met' if found.met else 'missed'}**."
    )


def memory(measured: dict[str, Any]) -> str:
    lines = [
        "Peak of memory, MiB:\n",
        "| embedder | " + " | ".join(f"{size:,} documents" for size in measured["sizes"]) + " | ratio |",
        "|---|" + "---|" * (len(measured["sizes"]) + 1),
    ]
    for embedder, peak in measured["embedders"].items():
        for kind, values in (("the process", peak["process_mib"]), ("its parser", peak["parser_mib"])):
            cells = " | ".join(f"{value:,}" for value in values)
            lines.append(f"| {embedder}, {kind} | {cells} | {values[-1] / values[0]:.2f} |")
    return "\n".join(lines)
