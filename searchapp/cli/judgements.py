"""``searchapp judgements``: list, answers, export, remove."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list

app = typer.Typer(
    help="What readers said of hits and answers on the page, by thumbs.", no_args_is_help=True, rich_markup_mode=None
)


class Format(StrEnum):
    """How judgements are written."""

    QRELS = "qrels"
    JSONL = "jsonl"


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List what was judged, by query.

    Example: searchapp judgements list
    """
    found = application().judgements.all()
    if as_json:
        rows = [
            {
                "query": one.query,
                "document_id": one.document_id,
                "source": one.source,
                "title": one.title,
                "grade": one.grade,
                "judged": one.judged.isoformat(),
            }
            for one in found
        ]
        print_list("judgements", rows)
        return
    out = console()
    query = None
    for one in found:
        if one.query != query:
            query = one.query
            out.print(query, style="bold", soft_wrap=True)
        out.print(f"  {'+' if one.grade else '-'} {one.title or one.source}  {one.source}", soft_wrap=True)
    if not found:
        out.print("No judgements yet. Make some with the thumbs on the page: searchapp serve")


@app.command()
def answers(as_json: JsonOption = False) -> None:
    """List the answers that readers called good or bad, by question.

    Example: searchapp judgements answers --json
    """
    from searchapp.model.json import to_json

    found = application().judged_answers.all()
    if as_json:
        print_list("answers", [to_json(one) for one in found])
        return
    out = console()
    question = None
    for one in found:
        if one.question != question:
            question = one.question
            out.print(question, style="bold", soft_wrap=True)
        out.print(f"  {'+' if one.grade else '-'} {' '.join(one.answer.split())}", soft_wrap=True)
    if not found:
        out.print("No answers judged yet. The page has thumbs below each: searchapp serve")


@app.command()
def export(
    to: Annotated[Path, typer.Argument(metavar="PLACE", help="Folder (qrels) or file (jsonl) to write.")],
    format_: Annotated[
        Format, typer.Option("--format", help="qrels: a folder in BEIR layout; jsonl: lines for people to edit.")
    ] = Format.QRELS,
    as_json: JsonOption = False,
) -> None:
    """Write the judgements as files that "searchapp eval" reads.

    Queries that nothing was found for are left out: no ranking of theirs is better than another.

    Examples: searchapp judgements export ./judged && searchapp eval ./judged

    searchapp judgements export judged.jsonl --format jsonl
    """
    from searchapp.errors import NotFoundError
    from searchapp.judgements import usable, write_lines, write_qrels

    found = application().judgements.all()
    kept = usable(found)
    if not kept:
        raise NotFoundError("judgements_unusable")
    (write_qrels if format_ is Format.QRELS else write_lines)(kept, to)
    queries, left_out = (
        len({one.query for one in kept}),
        len({one.query for one in found} - {one.query for one in kept}),
    )
    if as_json:
        print_json({"written": str(to), "queries": queries, "judgements": len(kept), "queries_left_out": left_out})
        return
    note = f"; left out: {left_out} without a right document" if left_out else ""
    console().print(f"{to}: {len(kept)} judgements of {queries} queries{note}", soft_wrap=True)


@app.command()
def remove(
    query: Annotated[str, typer.Argument(help="The query, as list shows it.")],
    document: Annotated[str | None, typer.Option(help="Only that of the document with this id.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Forget what was judged for a query: documents, and answers to it unless one document is named.

    Example: searchapp judgements remove "which gloves"
    """
    from searchapp.errors import NotFoundError

    running = application()
    gone = running.judgements.remove(query, document) + (0 if document else running.judged_answers.remove(query))
    if not gone:
        raise NotFoundError("query_unjudged", query=query[:80])
    if as_json:
        print_json({"query": query, "removed": gone})
    else:
        console().print(f"removed {gone}")
