"""``searchapp similar``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli.common import FilterOption, JsonOption, application, waiting
from searchapp.cli.search import FacetsOption, FoldOption, GroupOption, SortOption, asked, print_results


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
    """Find passages of other documents that are like one.

    Examples:
      searchapp similar 3f2a9c0d-00004-1b2c3d4e

      searchapp similar 3f2a9c0d-00004-1b2c3d4e --filter language=zh --json

    """
    request = asked("", mode, size, filters, sort, group, fold, facets)
    with waiting("Searching", as_json):
        results = application().searcher.similar(passage, request)
    print_results(results, False, as_json)
