"""Whether the server stays quick, right and small under many users.

    python -m benchmarks.load [--seconds 120] [--users 50] [--askers 4] [--stores lancedb,elasticsearch] [--json FILE]

It needs the extra ``bench`` (locust), and starts everything else itself: the sample documents in a folder and an index
of their own, ``searchapp serve`` over each store in turn, and Elasticsearch and Ollama as the tests have them, unless
SEARCHAPP_TEST_ELASTICSEARCH_URL and SEARCHAPP_TEST_OLLAMA_URL name running ones. Each store is measured twice for
``--seconds``: all users searching, and ``--askers`` of them asking all the time.

A third run has an attacker beside the users (``load_attacker.py``), all searching: the middle search may then take
twice as long as in the first run, and the server's memory may not grow by a fifth.

With ``--agents 50`` a run with that many agents comes last, which call tools over ``/mcp`` beside the users, and a
search by a tool is compared with one by the API (``agents.py``).

Shown are, for every kind of request, how many there were and failed and the times of the middle one and of the slowest
in a hundred; and the server's memory (resident, MiB) and threads after warming up, at half time, and at the end. It
exits with 1 when a request of a user failed, or the attacker got what he wanted.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.agents import compare
from searchapp.access import Scope
from searchapp.samples import sample_folders
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services import elasticsearch, ollama, process

USERS = Path(__file__).with_name("load_users.py")
MOST_TIMES = 2.0
"""As long as without the attacker may the middle search take beside him."""
MOST_GROWTH = 1.2
SEARCHAPP = [sys.executable, "-m", "searchapp.cli.run"]
START_SECONDS = 300
NO_OLLAMA = "http://127.0.0.1:9"


def main() -> int:
    """Measure, print, and say whether anything failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=120, help="length of each of the runs")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--askers", type=int, default=4, help="how many of the users ask, in every second run")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two requests of one user, on average")
    parser.add_argument("--ways", help="those of the attacker's ways that are tried (functions of load_attacker.py)")
    parser.add_argument("--agents", type=int, default=0, help="agents beside the users, in a run of their own")
    parser.add_argument("--only-agents", action="store_true", help="measure no other run")
    parser.add_argument("--stores", default="lancedb,elasticsearch")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    arguments = parser.parse_args()
    runs = []
    with contextlib.ExitStack() as stack:
        llm = _ollama(stack) if arguments.askers else NO_OLLAMA
        for store in arguments.stores.split(","):
            url = _elasticsearch(stack) if store == "elasticsearch" else ""
            with _server(url, llm, arguments.users + arguments.agents) as (address, server, keys):
                for askers, agents, attacked in _kinds(arguments):
                    run = _run(address, server, keys, arguments, askers, agents, attacked=attacked)
                    runs.append({"store": store, "users": arguments.users, "askers": askers, **run})
                    _print(runs[-1])
                    if arguments.json:
                        arguments.json.write_text(json.dumps(runs, indent=1), encoding="utf-8")
    failed = any(kind["failures"] for run in runs for kind in run["requests"].values())
    return 1 if failed or not all(_withstood(*pair) for pair in _pairs(runs)) else 0


def _kinds(arguments: argparse.Namespace) -> list[tuple[int, int, bool]]:
    """The runs over a store: how many ask, how many agents there are, and whether there is an attacker."""
    alone = [] if arguments.only_agents else [(0, 0, False), (0, 0, True)]
    asking = [(arguments.askers, 0, False)] if arguments.askers and not arguments.only_agents else []
    return [*alone, *asking, *([(0, arguments.agents, False)] if arguments.agents else [])]


def _pairs(runs: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each run with an attacker, behind the one of its store without."""
    return [(one, other) for one, other in itertools.pairwise(runs) if "attack" in other]


def _withstood(alone: dict[str, Any], beside: dict[str, Any]) -> bool:
    """Say how much the attacker got, and whether it is little enough."""
    times = beside["requests"]["search"]["p50_ms"] / alone["requests"]["search"]["p50_ms"]
    grown = beside["memory_mib"][-1] / beside["memory_mib"][0]
    print(f"{beside['store']}, beside the attacker: searches take {times:.2f} times as long (at most {MOST_TIMES:g}), ")
    print(f"memory {grown:.2f} times what it was (at most {MOST_GROWTH:g})")
    return times <= MOST_TIMES and grown <= MOST_GROWTH


def _ollama(stack: contextlib.ExitStack) -> str:
    if running := ollama.running():
        return running.url
    server = ollama.start()
    stack.callback(server.stop)
    return server.url


def _elasticsearch(stack: contextlib.ExitStack) -> str:
    if running := elasticsearch.running():
        return running
    server = elasticsearch.start(measured=True)
    stack.callback(server.stop)
    return server.url


@contextlib.contextmanager
def _server(elasticsearch_url: str, ollama_url: str, users: int) -> Iterator[tuple[str, psutil.Process, list[str]]]:
    """``searchapp serve`` over the sample documents, with a key for each of its users and one more; ends with all that
    it wrote.
    """
    with tempfile.TemporaryDirectory(prefix="searchapp-load-") as folder:
        port = process.free_port()
        values = {
            "data_dir": folder,
            "elasticsearch_url": elasticsearch_url,
            "index_prefix": f"load-{uuid.uuid4().hex[:8]}",
            "ollama_url": ollama_url,
            "llm_model": ollama.CHAT_MODEL,
            "auth": "required",
        }
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")}
        environment = inherited | {f"SEARCHAPP_{name.upper()}": value for name, value in values.items()}
        quiet = subprocess.DEVNULL
        subprocess.run([*SEARCHAPP, "ingest", *sample_folders()], env=environment, check=True, stdout=quiet)
        log = (Path(folder) / "server.log").open("wb")
        with (
            log,
            subprocess.Popen(
                [*SEARCHAPP, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
            ) as server,
        ):
            address = f"http://127.0.0.1:{port}"
            try:
                access = Application(load_settings(**values)).access
                keys = [access.keys.make(f"user{n}", frozenset({Scope.READ}))[1] for n in range(users + 1)]
                _warm(address, keys[0], asks=ollama_url != NO_OLLAMA)
                yield address, psutil.Process(server.pid), keys
            finally:
                server.terminate()
                server.wait(60)
                sys.stderr.write("".join(_grievances(Path(log.name))))
                if elasticsearch_url:
                    Application(load_settings(**values)).store.drop()


def _warm(address: str, key: str, *, asks: bool) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/readyz", timeout=START_SECONDS).is_success:
                break
        time.sleep(0.2)
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=START_SECONDS) as client:
        client.get("/api/search?q=warm").raise_for_status()
        if asks:
            client.post("/api/ask", json={"question": "What is searched?"}).raise_for_status()


def _grievances(log: Path) -> list[str]:
    """The last warnings and errors of the server's log."""
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if any(f"[{level}" in line for level in ("warning", "error", "critical"))][-20:]


def _run(
    address: str,
    server: psutil.Process,
    keys: list[str],
    arguments: argparse.Namespace,
    askers: int,
    agents: int,
    *,
    attacked: bool,
) -> dict[str, Any]:
    samples: list[tuple[float, int]] = []
    tools = {"agents": agents, "tool_call": compare(address, keys[-1])} if agents else {}
    processor = sum(server.cpu_times()[:2])
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1):
            samples.append((server.memory_info().rss / 2**20, server.num_threads()))

    samples.append((server.memory_info().rss / 2**20, server.num_threads()))
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    attack = [sys.executable, "-m", "benchmarks.load_attacker", address, keys[-1], str(arguments.seconds)]
    attack += [arguments.ways] if arguments.ways else []
    attacker = subprocess.Popen(attack, stdout=subprocess.PIPE, text=True) if attacked else None
    callers = str(arguments.users + agents)
    length = ["--headless", "-u", callers, "-r", callers, "-t", f"{arguments.seconds}s"]
    locust = subprocess.run(
        [
            sys.executable,
            "-m",
            "locust",
            "-f",
            str(USERS),
            "--host",
            address,
            *length,
            "--stop-timeout",
            "60",
            "--json",
        ],
        env=os.environ
        | {"LOAD_PAUSE": str(arguments.pause), "LOAD_ASKERS": str(askers), "LOAD_AGENTS": str(agents)}
        | {"LOAD_KEYS": ",".join(keys[:-1])},
        capture_output=True,
        text=True,
        check=False,
    )
    over.set()
    watcher.join()
    got = json.loads(attacker.communicate()[0]) if attacker else None
    if not locust.stdout.strip():
        raise SystemExit(f"locust did not run:\n{locust.stderr[-2000:]}")
    return {
        "seconds": arguments.seconds,
        "requests": {kind["name"]: _figures(kind) for kind in json.loads(locust.stdout)},
        "failures": [line for line in locust.stderr.splitlines() if "Error" in line or "rror(" in line][:10],
        "memory_mib": [round(samples[at][0]) for at in (0, len(samples) // 2, -1)],
        "processor_seconds": round(sum(server.cpu_times()[:2]) - processor, 1),
        "threads": [samples[at][1] for at in (0, len(samples) // 2, -1)],
        **({"attack": got} if got else {}),
        **tools,
    }


def _figures(kind: dict[str, Any]) -> dict[str, float]:
    times = sorted((float(time), count) for time, count in kind["response_times"].items())
    total = sum(count for _, count in times)

    def percentile(share: float) -> float:
        seen = 0
        for milliseconds, count in times:
            seen += count
            if seen >= share * total:
                return milliseconds
        return 0.0

    return {
        "count": kind["num_requests"],
        "failures": kind["num_failures"],
        "p50_ms": percentile(0.5),
        "p99_ms": percentile(0.99),
    }


def _print(run: dict[str, Any]) -> None:
    beside = ", an attacker beside them" if "attack" in run else ""
    beside += f", {run['agents']} agents beside them" if "agents" in run else ""
    print(f"\n{run['store']}: {run['users']} users for {run['seconds']} s, {run['askers']} of them asking{beside}")
    print(f"{'request':24}{'count':>8}{'failed':>8}{'p50 ms':>10}{'p99 ms':>10}")
    for name, kind in sorted(run["requests"].items()):
        print(f"{name:24}{kind['count']:8}{kind['failures']:8}{kind['p50_ms']:10.0f}{kind['p99_ms']:10.0f}")
    print("memory MiB (start, middle, end):", *run["memory_mib"], " threads:", *run["threads"])
    if "tool_call" in run:
        print("a search by the API and by a tool, ms, and how many times as long:", *run["tool_call"].values())
    print("the server's processor time:", run["processor_seconds"], "s", flush=True)
    for line in (*run["failures"], *(f"{what}: {times:,}" for what, times in run.get("attack", {}).items())):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
