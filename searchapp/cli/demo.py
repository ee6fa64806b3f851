"""``searchapp demo``."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer

from searchapp.cli import serve as serve_command
from searchapp.cli.answers import print_answer
from searchapp.cli.common import application, console, waiting
from searchapp.cli.hits import print_hit
from searchapp.cli.ingest import finish
from searchapp.messages import reader_language

QUERIES = {"en": "stove smoke", "zh": "山泉 饮用"}
"""What is searched for, before the first of the samples' questions is asked."""


def demo(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port for the page.")] = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the search and the answer.")] = False,
) -> None:
    """Index the papers of a mountain hut, search them, ask a question, and serve the page.

    Everything happens in a folder of its own (demo/ in the data folder), in the embedded store. The answer is written
    by a model of Ollama's where one runs, else quoted.

    Example: searchapp demo --port 9000
    """
    from searchapp.model import SearchRequest
    from searchapp.samples import QUESTIONS, sample_folders
    from searchapp.settings import load_settings

    folder = load_settings().data_dir / "demo"
    running = application(data_dir=folder, elasticsearch_url="", elasticsearch_cloud_id="", port=port)
    out, language = console(), reader_language()
    out.print("The papers of an invented mountain hut: web page, PDFs, a scan, notes, a letter", style="bold")
    with suppress(typer.Exit):  # what failed was said, and the others are there
        finish(lambda notify: running.ingester.ingest(sample_folders(), notify=notify), False, sample_folders())
    query, question = QUERIES[language], QUESTIONS[language][0]
    out.print(f'\nsearchapp search "{query}"', style="bold")
    with waiting("Searching", quiet=False):
        results = running.searcher.search(SearchRequest(query, size=2, sentences=True))
    for hit in results.hits:
        print_hit(hit)
    out.print(f'searchapp ask "{question}"', style="bold")
    print_answer(running.answerer.ask(question))
    if not no_serve:
        out.print()
        serve_command.run(running)
