"""What a terminal can do: links, and places written as short as it is narrow."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

NARROW = 60
"""Columns below which a bar is left out and texts are told in short."""

_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"})
_TERMS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm")
_SIGNS = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION", "DOMTERM")
_OLDEST_VTE = 5000


def shows_links(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that is known to take OSC 8; others would show the address as rubbish."""
    if forced := environment.get("FORCE_HYPERLINK"):
        return forced != "0"
    if environment.get("NO_COLOR") or environment.get("TERM", "").startswith(("dumb", "linux", "screen")):
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        environment.get("TERM_PROGRAM") in _PROGRAMS
        or environment.get("TERM", "").startswith(_TERMS)
        or any(environment.get(sign) for sign in _SIGNS)
        or (vte.isdigit() and int(vte) >= _OLDEST_VTE)
    )


def address_of(source: str, page: int | None = None) -> str:
    """The address under which a document opens, a PDF at its page; empty for what is no file or web address."""
    if "://" in source:
        return quote(source, safe=":/?#[]@!$&'()*+,;=%~") if source.startswith(("http://", "https://")) else ""
    path = Path(source)
    if not path.is_absolute():
        return ""
    return path.as_uri() + (f"#page={page}" if page and path.suffix.lower() == ".pdf" else "")


def link(text: str, source: str, page: int | None, out: Console, style: str = "") -> Text:
    """``text``, leading to its document where the console is a terminal that takes links."""
    from rich.style import Style
    from rich.text import Text

    shown = Style.parse(style)
    if out.is_terminal and shows_links(os.environ) and (address := address_of(source, page)):
        shown += Style(link=address)
    return Text(text, style=shown)


def place(source: str, out: Console) -> str:
    """A source as a person types it: on a terminal ``~`` stands for the home folder."""
    home = str(Path.home())
    return f"~{source.removeprefix(home)}" if out.is_terminal and source.startswith(home + os.sep) else source


def print_below(out: Console, text: Text, indent: int) -> None:
    """Print ``text`` indented, its further lines too; into a pipe or file on one line."""
    from rich.padding import Padding
    from rich.text import Text

    if out.soft_wrap:
        out.print(Text(" " * indent) + text)
    else:
        out.print(Padding(text, (0, 0, 0, min(indent, out.width // 8)), expand=False))


def short(text: str, cells: int) -> str:
    """The text with white space folded, cut to so many columns; a Chinese character takes two."""
    from rich.cells import cell_len, set_cell_size

    folded = " ".join(text.split())
    return folded if cell_len(folded) <= cells else set_cell_size(folded, cells - 1).rstrip() + "…"


def column(text: str, cells: int) -> str:
    """The same, filled up with blanks: what comes next on the line stands below what came next on the one before."""
    from rich.cells import set_cell_size

    return set_cell_size(short(text, cells), cells)


def count(number: int, one: str) -> str:
    """The number with its noun: "1 passage", "2 passages"."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {one}s"
