"""``searchapp search`` and ``searchapp similar``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import (
    CollectionOption,
    FieldOption,
    FilterOption,
    JsonOption,
    TagOption,
    application,
    filters_of,
    say_what_leaves,
    waiting,
)
from searchapp.cli.completion import values
from searchapp.cli.hits import print_results

if TYPE_CHECKING:
    from searchapp.model import Filters, SearchRequest

ModeOption = Annotated[
    str,
    typer.Option(
        "--mode", "-m", help="hybrid, keyword or semantic.", autocompletion=values("searchapp.model:SearchMode")
    ),
]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort",
        help="relevance, newest or oldest; by date the 50 best are sorted.",
        autocompletion=values("searchapp.model:SortOrder"),
    ),
]
GroupOption = Annotated[bool, typer.Option("--group", help="One hit for each document, its other passages below it.")]
FoldOption = Annotated[
    bool, typer.Option("--fold/--no-fold", help="One hit for passages that say nearly the same, the others below it.")
]
FacetsOption = Annotated[
    bool, typer.Option("--facets", help="Count the passages by type, language, path, tag and so on.")
]


def search(
    query: Annotated[str, typer.Argument(help='What to look for: words, a question, a code, a "phrase".')],
    mode: ModeOption = "hybrid",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=200, help="Number of hits.")] = 10,
    filters: FilterOption = None,
    tag: TagOption = None,
    collection: CollectionOption = None,
    field: FieldOption = None,
    sort: SortOption = "relevance",
    group: GroupOption = False,
    fold: FoldOption = True,
    facets: FacetsOption = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show why: each retriever's rank and score, the passage's id.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find chunks by keyword and meaning at once.

    Examples:
      searchapp search "how do I restore a snapshot"

      searchapp search PPR-9087 --mode keyword --explain

      searchapp search 备份 --filter language=zh --filter type=pdf

      searchapp search budget --sort newest --group --facets

      searchapp search notice --tag contract --field author=Li

    """
    from dataclasses import replace

    from searchapp.model import SearchMode

    wanted = asked(query, mode, size, filters_of(filters, tag, field, collection), sort, group, fold, facets)
    request = replace(wanted, spelling=True, sentences=True)
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
    query: str, mode: str, size: int, filters: Filters, sort: str, group: bool, fold: bool, facets: bool
) -> SearchRequest:
    """The request that the options describe. Raises UsageError for a mode or order that is none."""
    from searchapp.model import SearchRequest
    from searchapp.search.query import read_mode, read_order

    return SearchRequest(
        query,
        read_mode(mode),
        size=size,
        filters=filters,
        sort=read_order(sort),
        grouped=group,
        folded=fold,
        facets=facets,
    )


def similar(
    passage: Annotated[str, typer.Argument(help="The chunk_id of a hit (search --explain), or a document's id.")],
    mode: ModeOption = "hybrid",
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=200, help="Number of hits.")] = 10,
    filters: FilterOption = None,
    tag: TagOption = None,
    collection: CollectionOption = None,
    field: FieldOption = None,
    sort: SortOption = "relevance",
    group: GroupOption = False,
    fold: FoldOption = True,
    facets: FacetsOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find chunks of other documents that are like one, or like a whole document.

    Examples:
      searchapp similar 3f2a9c0d-00004-1b2c3d4e

      searchapp similar 3f2a9c0d-00004-1b2c3d4e --filter language=zh --json

    """
    request = asked("", mode, size, filters_of(filters, tag, field, collection), sort, group, fold, facets)
    with waiting("Searching", as_json):
        results = application().searcher.similar(passage, request)
    print_results(results, False, as_json)
