"""``searchapp demo``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli import ingest as ingest_command
from searchapp.cli import search as search_command
from searchapp.cli import serve as serve_command
from searchapp.cli.ask import print_answer
from searchapp.cli.common import application, console
from searchapp.cli.progress import shown

QUESTIONS = ("How are keyword search and semantic search combined?", "更换嵌入模型后应该怎么做？")


def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port for the page.")] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the search and the answers.")] = False,
) -> None:
    """Index the sample handbook, search it, question it, and serve the page.

    Everything happens in a folder of its own (demo/ in the data folder), in the embedded store.

    Example: searchapp demo --port 9000
    """
    from searchapp.model import SearchRequest
    from searchapp.samples import samples_folder
    from searchapp.settings import load_settings

    folder = load_settings().data_dir / "demo"
    running = application(data_dir=folder, elasticsearch_url="", elasticsearch_cloud_id="", port=port)
    out = console()
    out.print("Indexing the sample handbook (Markdown, HTML and PDF; English and Chinese)", style="bold")
    tally = ingest_command.Tally()
    for outcome in shown(lambda _: running.ingester.ingest([str(samples_folder())]), as_json=False):
        tally.add(outcome)
    for question in QUESTIONS:
        out.print(f"\nsearchapp search {question!r}", style="bold")
        for hit in running.searcher.search(SearchRequest(question, size=2)).hits:
            search_command.print_hit(hit, explain=True)
        out.print(f"searchapp ask {question!r}", style="bold")
        print_answer(running.answerer.ask(question))
    if not no_serve:
        out.print()
        serve_command.run(running)
