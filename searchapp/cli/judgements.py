"""``searchapp judgements``: list, answers, history, export, remove."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, SizeOption, application, console, print_json, print_list

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
def history(
    target: Annotated[
        str, typer.Option("--of", metavar="JUDGED", help="Only runs of this file or folder, or of thumbs.")
    ] = "",
    size: SizeOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show how judged queries were answered over time, as "schedules add --kind judged" has them asked, newest first.

    A change of the index, the embedding model or the settings of the ranking is told where it happened.

    Example: searchapp judgements history --of thumbs
    """
    from searchapp.judged_runs import changed
    from searchapp.model.json import to_json
    from searchapp.schedules.schedule import THUMBS

    place = target if target in ("", THUMBS) else str(Path(target).expanduser().absolute())
    runs = application().judged_runs.all(place)
    if as_json:
        print_list("runs", [to_json(one) for one in runs[::-1][:size]], len(runs))
        return
    out = console()
    for one, new in list(zip(runs, changed(runs), strict=True))[::-1][:size]:
        facts = [
            f"{one.ended:%Y-%m-%d %H:%M} UTC",
            f"nDCG@10 {one.ndcg_at_10:.4f}",
            f"recall@100 {one.recall_at_100:.4f}",
        ]
        facts += [f"{one.queries} queries", one.target]
        facts += [f"below {one.least:g}"] if one.ndcg_at_10 < one.least else []
        facts += [f"new {', '.join(new)}"] if new else []
        out.print("  ".join(facts), soft_wrap=True)
    if not runs:
        out.print("No judged query was asked yet: searchapp schedules add JUDGED --kind judged")


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
