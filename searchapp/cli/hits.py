"""Hits as text: where each stands, and what of it was looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchapp.cli.common import console, print_json
from searchapp.cli.terminal import count, link, place, print_below, short

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from searchapp.model import Hit, SearchResults

MOST_CHARACTERS = 800
SHORT = 100
INDENT = 4


def print_results(results: SearchResults, explain: bool, as_json: bool) -> None:
    """The hits with what leads on from them, or all of it as JSON."""
    from searchapp.model.json import to_json

    if as_json:
        print_json(to_json(results))
        return
    out = console()
    for notice in results.notices:
        out.print(notice.message, style="dim")
    if results.did_you_mean:
        out.print(f"Did you mean: {results.did_you_mean}")
    if not results.hits:
        out.print("Nothing was found. Try other words, fewer filters, or ingest documents first: searchapp ingest PATH")
        return
    weak = False
    for hit in results.hits:
        if hit.weak and not weak:
            out.print("Weaker matches, with few of the query's words and not near in meaning:\n", style="dim")
        weak = hit.weak
        print_hit(hit, explain)
    for name, counts in results.facets.items():
        if counts:
            out.print(f"{name}: {', '.join(f'{value} ({number})' for value, number in counts.items())}")
    out.print(f"{len(results.hits)} of {count(results.total, 'hit')}, {results.took_ms:.0f} ms", style="dim")


def place_of(hit: Hit, out: Console) -> str:
    """The chunk's source and page."""
    return f"{place(hit.source, out)}, page {hit.page}" if hit.page else place(hit.source, out)


def stated_of(hit: Hit) -> str:
    """Its document's tags and own fields on one line."""
    fields = (f"{name}: {', '.join(values)}" for name, values in hit.fields.items())
    return " · ".join((*(f"#{tag}" for tag in hit.tags), *fields))


def print_hit(hit: Hit, explain: bool = False) -> None:
    """A hit as a few lines of text; "+" stands before its document's other chunks, "=" before what says the same."""
    from rich.text import Text

    out = console()
    heading = link(hit.title, hit.source, hit.page, out, "bold")
    for part in hit.headings:
        if part != hit.title:
            heading += Text(f" › {part}")
    out.print(Text(f"{hit.rank:>2}. ", style="dim") + heading)
    print_below(out, _marked(hit), INDENT)
    print_below(out, Text(place_of(hit, out), style="cyan"), INDENT)
    if hit.unembedded:
        print_below(out, Text("by words so far", style="dim"), INDENT)
    if stated := stated_of(hit):
        print_below(out, Text(stated, style="dim"), INDENT)
    for other in hit.more_from_document:
        where = f"page {other.page}: " if other.page else ""
        print_below(out, Text(f"+ {where}{short(other.text, SHORT)}", style="dim"), INDENT)
    if hit.same_document > len(hit.more_from_document):
        more = f"+ {hit.same_document - len(hit.more_from_document)} more of this document"
        more += f": --filter document={hit.document_id}" if explain else ""
        print_below(out, Text(more, style="dim"), INDENT)
    for other in hit.duplicates:
        print_below(out, Text(f"= {other.title}, {place_of(other, out)}", style="dim"), INDENT)
    if explain:
        _print_why(hit, out)
    out.print()


def _marked(hit: Hit) -> Text:
    from rich.text import Text

    from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN

    body = Text()
    for piece in _folded(" … ".join(hit.highlights)).split(MARK_OPEN):
        marked, found, rest = piece.partition(MARK_CLOSE)
        body.append(marked, style="bold yellow" if found else "")
        body.append(rest)
    return body


def _folded(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= MOST_CHARACTERS else folded[: MOST_CHARACTERS - 1] + "…"


def _print_why(hit: Hit, out: Console) -> None:
    from rich.text import Text

    scores = "; ".join(
        f"{retriever} rank {where.rank}, score {where.score or 0:.4f}" for retriever, where in hit.scores.items()
    )
    reranked = "; by the reranker" if hit.reranked else ""
    print_below(out, Text(f"score {hit.score or 0:.4f} ({scores}{reranked})", style="dim"), INDENT)
    print_below(out, Text(f"passage {hit.chunk_id}", style="dim"), INDENT)
