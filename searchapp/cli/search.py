"""``searchapp search`` and ``searchapp similar``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import (
    FilterOption,
    JsonOption,
    application,
    console,
    one_line,
    print_json,
    say_what_leaves,
    waiting,
)

if TYPE_CHECKING:
    from searchapp.model import Hit, SearchRequest, SearchResults

MOST_CHARACTERS = 800
SHORT = 100

SortOption = Annotated[str, typer.Option("--sort", help="relevance, newest or oldest; by date the 50 best are sorted.")]
GroupOption = Annotated[bool, typer.Option("--group", help="One hit for each document, its other passages below it.")]
FoldOption = Annotated[
    bool, typer.Option("--fold/--no-fold", help="One hit for passages that say nearly the same, the others below it.")
]
FacetsOption = Annotated[bool, typer.Option("--facets", help="Count the passages by type, language, path and so on.")]


def search(
    query: Annotated[str, typer.Argument(help='What to look for: words, a question, a code, a "phrase".')],
    mode: Annotated[str, typer.Option("--mode", "-m", help="hybrid, keyword or semantic.")] = "hybrid",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=200, help="Number of hits.")] = 10,
    filters: FilterOption = None,
    sort: SortOption = "relevance",
    group: GroupOption = False,
    fold: FoldOption = True,
    facets: FacetsOption = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show each retriever's rank and score.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find chunks by keyword and meaning at once.

    Examples:
      searchapp search "how do I restore a snapshot"

      searchapp search PPR-9087 --mode keyword --explain

      searchapp search 备份 --filter language=zh --filter type=pdf

      searchapp search budget --sort newest --group --facets

    """
    from dataclasses import replace

    from searchapp.model import SearchMode

    request = replace(asked(query, mode, size, filters, sort, group, fold, facets), spelling=True, sentences=True)
    running = application()
    if request.mode is not SearchMode.KEYWORD:  # that one needs no model
        if not as_json:
            say_what_leaves(running)
        with waiting("Loading the model", as_json):
            if not running.embedder.fingerprint.made_by_store:
                running.embedder.embed_query(query)  # so that the time that is shown is that of the search
    with waiting("Searching", as_json):
        results = running.searcher.search(request)
    print_results(results, explain, as_json)


def asked(
    query: str, mode: str, size: int, filters: list[str] | None, sort: str, group: bool, fold: bool, facets: bool
) -> SearchRequest:
    """The request that the options describe. Raises UsageError for a mode, order or filter that is none."""
    from searchapp.model import SearchRequest
    from searchapp.search import parse_filters
    from searchapp.search.query import read_mode, read_order

    return SearchRequest(
        query,
        read_mode(mode),
        size=size,
        filters=parse_filters(filters or ()),
        sort=read_order(sort),
        grouped=group,
        folded=fold,
        facets=facets,
    )


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
    for hit in results.hits:
        print_hit(hit, explain)
    for name, counts in results.facets.items():
        if counts:
            out.print(f"{name}: {', '.join(f'{value} ({count})' for value, count in counts.items())}")
    out.print(f"{len(results.hits)} of {results.total} hits, {results.took_ms:.0f} ms", style="dim")


def place_of(hit: Hit) -> str:
    """Where the chunk stands."""
    return f"{hit.source}, page {hit.page}" if hit.page else hit.source


def print_hit(hit: Hit, explain: bool = False) -> None:
    """A hit as a few lines of text; "+" stands before its document's other chunks, "=" before what says the same."""
    from rich.text import Text

    from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN

    out = console()
    heading = " › ".join((hit.title, *(part for part in hit.headings if part != hit.title)))
    out.print(Text(f"{hit.rank:>2}. ", style="dim") + Text(heading, style="bold"))
    out.print(Text(f"    {place_of(hit)}", style="cyan"), soft_wrap=True)
    body = Text("    ")
    for piece in one_line(" … ".join(hit.highlights), MOST_CHARACTERS).split(MARK_OPEN):
        marked, found, rest = piece.partition(MARK_CLOSE)
        body.append(marked, style="bold yellow" if found else "")
        body.append(rest)
    out.print(body)
    for other in hit.more_from_document:
        out.print(f"    + {place_of(other)}: {one_line(other.text, SHORT)}", style="dim")
    if hit.same_document > len(hit.more_from_document):
        out.print(
            f"    + {hit.same_document - len(hit.more_from_document)} more: --filter document={hit.document_id}",
            style="dim",
        )
    for other in hit.duplicates:
        out.print(f"    = {other.title}, {place_of(other)}", style="dim")
    if explain:
        out.print(f"    passage {hit.chunk_id}", style="dim")
        scores = "; ".join(
            f"{retriever} rank {place.rank}, score {place.score or 0:.4f}" for retriever, place in hit.scores.items()
        )
        reranked = "; by the reranker" if hit.reranked else ""
        out.print(f"    score {hit.score or 0:.4f} ({scores}{reranked})", style="dim")
    out.print()


def similar(
    passage: Annotated[str, typer.Argument(help="A passage: the chunk_id of a hit (search --json, or --explain).")],
    mode: Annotated[str, typer.Option("--mode", "-m", help="hybrid, keyword or semantic.")] = "hybrid",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=200, help="Number of hits.")] = 10,
    filters: FilterOption = None,
    sort: SortOption = "relevance",
    group: GroupOption = False,
    fold: FoldOption = True,
    facets: FacetsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find chunks of other documents that are like one.

    Examples:
      searchapp similar 3f2a9c0d-00004-1b2c3d4e

      searchapp similar 3f2a9c0d-00004-1b2c3d4e --filter language=zh --json

    """
    request = asked("", mode, size, filters, sort, group, fold, facets)
    with waiting("Searching", as_json):
        results = application().searcher.similar(passage, request)
    print_results(results, False, as_json)
