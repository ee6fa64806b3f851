"""Prints the map in docs/architecture.md from the imports themselves: ``python scripts/architecture_map.py``."""

import ast
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "searchapp"
SHARED = ("model", "errors", "settings", "telemetry", "text", "tokens")
"""Below everything: arrows to them would hide the others."""


def architecture_map() -> str:
    """Mermaid: the packages with what they import, less what follows from other arrows."""
    arrows = _reduced(_imports())
    lines = ["```mermaid", "graph TD"]
    lines += [f"  {name} --> {other}" for name in sorted(arrows) for other in sorted(arrows[name])]
    return "\n".join([*lines, "```"])


def _imports() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).with_suffix("").parts[0]
        if name not in ("__init__", "samples", *SHARED):
            found.setdefault(name, set()).update(_imported(path) - {name, "", "samples", *SHARED})
    return found


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "searchapp":
            below = node.module.split(".")[1:2]
            names.update(below or [one.name for one in node.names if not one.name.startswith("_")])
    return names


def _reduced(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows that no longer way makes needless (the transitive reduction of a graph without cycles)."""

    def below(name: str) -> set[str]:
        return set().union(*({other} | below(other) for other in imports.get(name, ())))

    return {
        name: {other for other in others if not any(other in below(between) for between in others - {other})}
        for name, others in imports.items()
    }


if __name__ == "__main__":
    sys.stdout.write(architecture_map() + "\n")
