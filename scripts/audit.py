"""Looks for known vulnerabilities in the pinned dependencies (constraints.txt), with pip-audit.

Exit code 1: some are known, or the audit itself is broken. A database that cannot be reached fails nothing, since that
says nothing about the dependencies; it is said, so that nobody takes it for a clean result.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ACCEPTED: dict[str, str] = {}
"""Ids of vulnerabilities that do not touch us, each with the reason."""

_UNREACHABLE = ("connect", "resolve", "timed out", "timeout", "max retries", "unreachable", "503 server", "502 server")


def main(arguments: list[str] | None = None) -> int:
    """Audit, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requirements", type=Path, default=ROOT / "constraints.txt")
    parser.add_argument("--osv-url", help="Another address of the OSV database, such as a mirror.")
    given = parser.parse_args(arguments)
    command = [
        *(sys.executable, "-m", "uv", "tool", "run", "--quiet", "pip-audit", "--progress-spinner", "off"),
        *("--requirement", str(given.requirements), "--no-deps", "--disable-pip", "--format", "json"),
        *("--vulnerability-service", "osv", *(("--osv-url", given.osv_url) if given.osv_url else ())),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _not_audited(done.stderr)
    found = [
        (package["name"], package["version"], one["id"], one.get("fix_versions") or ["none yet"])
        for package in packages
        for one in package.get("vulns", ())
        if not {one["id"], *one.get("aliases", ())} & ACCEPTED.keys()
    ]
    for name, version, id_, fixed in found:
        print(f"{name} {version}: {id_}, fixed in {', '.join(fixed)}.")  # noqa: T201
    skipped = sum("skip_reason" in package for package in packages)
    print(f"{len(packages) - skipped} packages audited, {len(found)} known vulnerabilities.")  # noqa: T201
    return 1 if found else 0


def _not_audited(words: str) -> int:
    last = (words.strip().splitlines() or ["pip-audit said nothing."])[-1]
    if any(word in words.lower() for word in _UNREACHABLE):
        print(f"NOT AUDITED: the vulnerability database cannot be reached ({last[:200]}).")  # noqa: T201
        return 0
    print(f"The audit is broken: {last[:500]}", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
