"""Looks for known vulnerabilities in the pinned dependencies (constraints.txt): with pip-audit, or in a file.

Exit code 1: some are known, or the audit itself is broken. A database that cannot be reached fails nothing, since that
says nothing about the dependencies; it is said, so that nobody takes it for a clean result. ``--database`` asks nobody:
it reads a file that was fetched before, as from https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip.
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
    parser.add_argument(
        "--database", type=Path, help="A file or folder in OSV's format (all.zip of PyPI); asks nobody."
    )
    given = parser.parse_args(arguments)
    if given.database:
        return _audit_by_file(given.requirements, given.database)
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
    skipped = sum("skip_reason" in package for package in packages)
    return _told(found, len(packages) - skipped)


def _audit_by_file(requirements: Path, path: Path) -> int:
    """Every pin against the file, also those of other platforms: who installs there has them."""
    from osv import Database
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.version import InvalidVersion, Version

    found: list[tuple[str, str, str, list[str]]] = []
    try:
        database = Database(path)
        lines = (line.partition("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
        pins = [Requirement(line) for line in lines if line]
        for pin in pins:
            (exact,) = (Version(one.version) for one in pin.specifier if one.operator == "==")
            for known in database.of(pin.name, exact):
                if not known.aliases & ACCEPTED.keys():
                    fixed = list(known.fixed) or ["none yet"]
                    found += [(pin.name, str(exact), known.id, fixed)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidRequirement, InvalidVersion) as error:
        print(f"The audit is broken: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"By {path.name}: {database.records} records, the newest of {database.newest[:10] or 'no date'}.")  # noqa: T201
    return _told(found, len(pins))


def _told(found: list[tuple[str, str, str, list[str]]], packages: int) -> int:
    for name, version, id_, fixed in found:
        print(f"{name} {version}: {id_}, fixed in {', '.join(fixed)}.")  # noqa: T201
    print(f"{packages} packages audited, {len(found)} known vulnerabilities.")  # noqa: T201
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
