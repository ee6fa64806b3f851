"""``searchapp missed``: list, clear."""

from __future__ import annotations

import typer

from searchapp.cli.common import JsonOption, OffsetOption, SizeOption, application, console, print_json, print_list

app = typer.Typer(
    help="What readers did not find, where SEARCHAPP_MISSED_QUERIES has it counted.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(size: SizeOption = 50, offset: OffsetOption = 0, as_json: JsonOption = False) -> None:
    """List queries that found nothing, or only loosely related passages, those that were missed most often first.

    They stand without names, and only from the second day on which they were asked.

    Example: searchapp missed list --size 20
    """
    from searchapp.model.json import to_json

    page = application().missed.page(offset, size)
    if as_json:
        print_list("queries", [to_json(one) for one in page.queries], page.total, kept=page.kept, rare=page.rare)
        return
    out = console()
    for one in page.queries:
        out.print(f"{one.nothing:>5} nothing  {one.weak:>5} weak  {one.last}  {one.query}", soft_wrap=True)
    if not page.kept:
        out.print("Nothing is counted: SEARCHAPP_MISSED_QUERIES=true counts what readers do not find.")
    elif not page.total:
        out.print("No query was missed on two days or more.")
    if page.rare:
        out.print(f"{page.rare} more asked on one day alone, which are not shown.")


@app.command()
def clear(as_json: JsonOption = False) -> None:
    """Forget all of them, for good.

    Example: searchapp missed clear
    """
    gone = application().missed.clear()
    if as_json:
        print_json({"removed": gone})
    else:
        console().print(f"removed {gone}")
