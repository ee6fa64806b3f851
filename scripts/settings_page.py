"""Prints docs/settings.md from the settings themselves: ``python scripts/settings_page.py > docs/settings.md``."""

import sys

from searchapp.settings import SETTINGS_FILE, Settings


def settings_page() -> str:
    """The page as Markdown."""
    lines = [
        "# Settings",
        "",
        f"Each is an environment variable, or the part after `SEARCHAPP_` in lower case in `{SETTINGS_FILE}`",
        "(`port = 9000`). The environment wins. This page is made by `scripts/settings_page.py`.",
        "",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "the platform's data folder" if name == "data_dir" else field.default
        shown = "" if default in (None, "", ()) or "secret" in type(default).__name__.lower() else f"`{default}`"
        shown = "the platform's data folder" if name == "data_dir" else shown
        lines.append(f"| `SEARCHAPP_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(settings_page())
