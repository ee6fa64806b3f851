"""Run the benchmarks and write docs/performance.md and its plots from what they measured.

    python -m benchmarks.report --elasticsearch URL [--baselines PYTHON] [--only growth,edit] [--keep DIR]
    python -m benchmarks.report --from-json DIR            writes the page again, and runs nothing

Each benchmark's figures are kept in ``--keep`` as NAME.json. One that fails is named, and the others go on; one without
figures is "not measured" on the page. What is said in words stands in ``performance.template.md``. Exits with 1 when a
benchmark failed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
TEMPLATE = HERE / "performance.template.md"
NAMES = ("ingest", "search", "growth", "edit", "load")
NOT_MEASURED = "Not measured by this command yet."
GROWTH_TARGET = 2.0
CONTENDERS = {
    "bare": "bare calls, elasticsearch-py",
    "searchapp": "searchapp",
    "langchain": "LangChain",
    "haystack": "Haystack",
}


def commands(elasticsearch: str, baselines: str, sizes: str) -> dict[str, list[str]]:
    """How each benchmark is run."""
    server = ["--elasticsearch", elasticsearch]
    peers = ["--baselines", baselines] if baselines else []
    return {
        "ingest": [str(HERE / "ingest.py"), *server, *peers, "--only", "speed"],
        "search": [str(HERE / "search.py"), *server, *peers],
        "growth": ["-m", "benchmarks.growth", "--sizes", sizes],
        "edit": [str(HERE / "edit.py")],
        "load": ["-m", "benchmarks.load"],
    }


def measure(name: str, command: list[str], keep: Path) -> bool:
    """Run one benchmark; its figures, or what it printed where it writes none, go to NAME.json."""
    file = keep / f"{name}.json"
    writes = name != "ingest"
    print(f"{name}: {' '.join(command)}", file=sys.stderr, flush=True)
    file.unlink(missing_ok=True)
    more = ["--json", str(file)] if writes else []
    done = subprocess.run([sys.executable, *command, *more], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0 and not writes:
        file.write_text(json.dumps({"printed": done.stdout.strip()}), encoding="utf-8")
    if done.returncode:
        print(f"{name} failed with {done.returncode}.", file=sys.stderr)
    return done.returncode == 0


def page(template: str, figures: dict[str, Any]) -> str:
    """The template with each ``{{name}}`` replaced by that benchmark's tables."""
    for name in NAMES:
        told = SECTIONS[name](figures[name]) if name in figures else NOT_MEASURED
        template = template.replace("{{" + name + "}}", told)
    return template


def printed(told: dict[str, Any]) -> str:
    return str(told["printed"])


def search(told: dict[str, Any]) -> str:
    lines = [
        "![Hybrid search beside the others](plots/search.svg)\n",
        f"{told['dataset']}, {told['passages']:,} passages, {told['queries']} queries, {told['rounds']} rounds; "
        f"{told['dtype']}, {told['cores']} cores, Elasticsearch {told['elasticsearch']} on the same machine:\n",
        "| | p50 median, ms | least | share of Haystack's, median | least |",
        "|---|---|---|---|---|",
    ]
    haystack = told["p50_ms"].get("haystack")
    for name, found in told["p50_ms"].items():
        shares = [mine / theirs for mine, theirs in zip(found, haystack or found, strict=True)]
        share = f"{statistics.median(shares):.2f} | {min(shares):.2f}" if haystack else "not measured | not measured"
        label = f"{CONTENDERS[name]} {told['versions'][name]}"
        lines.append(f"| {label} | {statistics.median(found):.1f} | {min(found):.1f} | {share} |")
    verdict = "not measured"
    if haystack:
        verdict = f"{told['share']:.2f}, {'met' if told['met'] else 'missed'}"
    return "\n".join([*lines, f"\nAt most {told['target']} of Haystack's hybrid pipeline: {verdict}."])


def growth(told: dict[str, Any]) -> str:
    lines = []
    for store, by_size in told["stores"].items():
        lines += [
            f"\n{store}, {told['queries']} queries, {told['rounds']} rounds (p50 median / least / p99 median, ms):\n",
            "| passages | keyword | semantic | hybrid | recall@10 | bytes a passage | passages a second | memory MiB |",
            "|---|---|---|---|---|---|---|---|",
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
                f"{one['chunks_a_second']:,} | {memory} |"
            )
        if {"100000", "1000000"} <= set(by_size):
            for mode, ms in by_size["1000000"]["ms"].items():
                ratio = ms["p50_median"] / by_size["100000"]["ms"][mode]["p50_median"]
                verdict = "met" if ratio <= GROWTH_TARGET else "missed"
                lines.append(f"\n1,000,000 against 100,000, {mode}: {ratio:.2f} times; at most twice: {verdict}.")
        else:
            lines.append("\n1,000,000 against 100,000: not measured.")
    return "\n".join(["![Latency by size](plots/growth.svg)", *lines])


def edit(told: dict[str, Any]) -> str:
    lines = ["| format | first ingest, s | edit, s | share, median | least | target |", "|---|---|---|---|---|---|"]
    for name, one in told["formats"].items():
        shares = [a / b for a, b in zip(one["edit_seconds"], one["first_seconds"], strict=True)]
        share = statistics.median(shares)
        lines.append(
            f"| {name} | {statistics.median(one['first_seconds']):.1f} | "
            f"{statistics.median(one['edit_seconds']):.2f} | {share:.1%} | {min(shares):.1%} | "
            f"at most {told['target']:.0%}: {'met' if share <= told['target'] else 'missed'} |"
        )
    return f"{told['pages']} pages, {told['store']}:\n\n" + "\n".join(lines)


def load(told: list[dict[str, Any]]) -> str:
    lines = ["| store | asking | request | count | failed | p50 ms | p99 ms |", "|---|---|---|---|---|---|---|"]
    for run in told:
        for name, one in sorted(run["requests"].items()):
            lines.append(
                f"| {run['store']} | {run['askers']} | {name} | {one['count']} | {one['failures']} | "
                f"{one['p50_ms']:.0f} | {one['p99_ms']:.0f} |"
            )
    return "\n".join(lines)


SECTIONS: dict[str, Any] = {"ingest": printed, "search": search, "growth": growth, "edit": edit, "load": load}


def _pyplot() -> Any:
    """Matplotlib in grey, which reads on light and dark alike."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "searchapp", "text.color": "#888", "axes.labelcolor": "#888"})
    import matplotlib.pyplot as plt

    return plt


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, transparent=True, metadata={"Date": None})


def plot_search(told: dict[str, Any], file: Path) -> None:
    """A bar a contender, the median of its rounds' p50 and a whisker from the least to the most."""
    figure, panel = _pyplot().subplots(figsize=(7, 2.4))
    for name, found in reversed(told["p50_ms"].items()):
        middle = statistics.median(found)
        spread = [[middle - min(found)], [max(found) - middle]]
        panel.barh(CONTENDERS[name], middle, xerr=spread, color="C0" if name == "searchapp" else "#888", ecolor="C1")
    panel.set(xlabel="p50, ms", facecolor="none")
    panel.tick_params(colors="#888")
    panel.spines[:].set_color("#888")
    _save(figure, file)


def plot_growth(told: dict[str, Any], file: Path) -> None:
    """Median latency by size, a panel a store."""
    plt = _pyplot()
    figure, panels = plt.subplots(1, len(told["stores"]), figsize=(9, 3.5), sharey=True, squeeze=False)
    for panel, (store, by_size) in zip(panels[0], told["stores"].items(), strict=True):
        for mode in ("keyword", "semantic", "hybrid"):
            times = [one["ms"][mode]["p50_median"] for one in by_size.values()]
            panel.plot([int(size) for size in by_size], times, marker="o", label=mode)
        panel.set(title=store, xscale="log", xlabel="passages", facecolor="none")
        panel.tick_params(which="both", colors="#888")
        panel.spines[:].set_color("#888")
        panel.grid(alpha=0.3)
        panel.legend(facecolor="none", edgecolor="#888")
    panels[0][0].set(ylabel="p50, ms", ylim=(0, None))  # shared, so after all are drawn
    _save(figure, file)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elasticsearch", default="", metavar="URL", help="for ingest and search")
    parser.add_argument("--baselines", default="", metavar="PYTHON")
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument("--sizes", default="10000,100000,1000000", help="of growth")
    parser.add_argument("--keep", type=Path, default=Path(".searchapp/benchmarks"))
    parser.add_argument("--from-json", type=Path, metavar="DIR")
    parser.add_argument("--write", type=Path, default=PAGE, metavar="FILE")
    wanted = parser.parse_args()
    keep = wanted.from_json or wanted.keep
    failed = []
    if not wanted.from_json:
        keep.mkdir(parents=True, exist_ok=True)
        asked = wanted.only.split(",")
        if not set(asked) <= set(NAMES):
            parser.error(f"--only takes {', '.join(NAMES)}")
        if not wanted.elasticsearch and {"ingest", "search"} & set(asked):
            parser.error("ingest and search want a server: --elasticsearch http://127.0.0.1:9200")
        every = commands(wanted.elasticsearch, wanted.baselines, wanted.sizes)
        failed = [name for name in asked if not measure(name, every[name], keep)]
    figures = {
        name: json.loads((keep / f"{name}.json").read_text(encoding="utf-8"))
        for name in NAMES
        if (keep / f"{name}.json").is_file()
    }
    wanted.write.write_text(page(TEMPLATE.read_text(encoding="utf-8"), figures), encoding="utf-8")
    if "growth" in figures:
        plot_growth(figures["growth"], wanted.write.parent / "plots" / "growth.svg")
    if "search" in figures:
        plot_search(figures["search"], wanted.write.parent / "plots" / "search.svg")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
