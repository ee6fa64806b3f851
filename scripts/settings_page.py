"""Prints docs/settings.md from the settings themselves: ``python scripts/settings_page.py > docs/settings.md``."""

import sys

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from searchapp.settings import SETTINGS_FILE, Settings

FROM_ELSEWHERE = {"data_dir": "the platform's data folder", "ollama_api_key": "`OLLAMA_API_KEY`"}
"""Defaults that this machine decides."""


def settings_page() -> str:
    """The page as Markdown."""
    lines = [
        "# Settings",
        "",
        f"Each is an environment variable, or the part after `SEARCHAPP_` in lower case in `{SETTINGS_FILE}`",
        "(`port = 9000`). The environment wins. This page is made by `scripts/settings_page.py`.",
    ]
    for group in Settings.__bases__:
        if group.__module__.startswith("searchapp."):
            title = (group.__doc__ or "").removesuffix(".")
            lines += ["", f"## {title}", "", "| variable | default | what it is |", "|---|---|---|"]
            lines += [_row(name, field) for name, field in group.__pydantic_fields__.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    default = field.default
    default = ",".join(map(str, default)) if isinstance(default, tuple) else default
    shown = "" if default in (None, "") or isinstance(default, SecretStr) else f"`{default}`"
    return f"| `SEARCHAPP_{name.upper()}` | {FROM_ELSEWHERE.get(name, shown)} | {field.description} |"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
