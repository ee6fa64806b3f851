"""``searchapp search``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import FilterOption, JsonOption, application, console, one_line, print_json, waiting

if TYPE_CHECKING:
    from searchapp.model import Hit


MOST_CHARACTERS = 800


def search(
    query: Annotated[str, typer.Argument(help='What to look for: words, a question, a code, a "phrase".')],
    mode: Annotated[str, typer.Option("--mode", "-m", help="hybrid, keyword or semantic.")] = "hybrid",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=200, help="Number of hits.")] = 10,
    filters: FilterOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show each leg's rank and score.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find passages by keyword and meaning at once.

    Examples:
      searchapp search "how do I restore a snapshot"

      searchapp search PPR-9087 --mode keyword --explain

      searchapp search 备份 --filter language=zh --filter type=pdf

    """
    from searchapp.model import SearchRequest
    from searchapp.search import parse_filters
    from searchapp.search.query import read_mode
    from searchapp.serialise import results_json

    request = SearchRequest(query, read_mode(mode), size=size, filters=parse_filters(filters or ()))
    with waiting("Searching", as_json):
        results = application().searcher.search(request)
    if as_json:
        print_json(results_json(results))
        return
    out = console()
    if not results.hits:
        out.print("Nothing was found. Try other words, fewer filters, or ingest documents first: searchapp ingest PATH")
        return
    for hit in results.hits:
        print_hit(hit, explain)
    out.print(f"{len(results.hits)} of {results.total} passages, {results.took_ms:.0f} ms", style="dim")


def print_hit(hit: Hit, explain: bool = False) -> None:
    """A hit as three or four lines of text."""
    from rich.text import Text

    from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN

    out = console()
    place = f"{hit.source}" + (f", page {hit.page}" if hit.page else "")
    heading = " › ".join((hit.title, *(part for part in hit.headings if part != hit.title)))
    out.print(Text(f"{hit.rank:>2}. ", style="dim") + Text(heading, style="bold"))
    out.print(Text(f"    {place}", style="cyan"), soft_wrap=True)
    body = Text("    ")
    for piece in one_line(" … ".join(hit.highlights), MOST_CHARACTERS).split(MARK_OPEN):
        marked, found, rest = piece.partition(MARK_CLOSE)
        body.append(marked, style="bold yellow" if found else "")
        body.append(rest)
    out.print(body)
    if explain:
        legs = "; ".join(f"{leg} rank {place.rank}, score {place.score:.4f}" for leg, place in hit.legs.items())
        out.print(f"    score {hit.score:.4f} ({legs})", style="dim")
    out.print()
