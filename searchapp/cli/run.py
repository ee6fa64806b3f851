"""The door of the command line: commands are registered here, and errors become sentences and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of several inputs failed, 4 changes are pending
("es plan"), 130 interrupted.
"""

from __future__ import annotations

import json
import os
import sys

import typer
import typer.main

from searchapp import __version__
from searchapp.cli import (
    ask,
    demo,
    doctor,
    documents,
    es,
    evaluate,
    ingest,
    judgements,
    keys,
    mcp,
    models,
    queue,
    search,
    serve,
    similar,
    users,
    worker,
)
from searchapp.cli.help import keep_examples
from searchapp.errors import SearchAppError

app = typer.Typer(
    name="searchapp",
    help="Private semantic search with answers over your own documents, on Elasticsearch.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich would make --help three times as slow
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"searchapp {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Private semantic search with answers over your own documents, on Elasticsearch.

    Documents go in with "ingest", are found with "search", and questioned with "ask" or in the browser ("serve").
    """


app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("mcp")(mcp.mcp)
app.command("ingest")(ingest.ingest)
app.command("search")(search.search)
app.command("similar")(similar.similar)
app.command("ask")(ask.ask)
app.command("models")(models.models)
app.add_typer(documents.app, name="documents")
app.add_typer(queue.app, name="queue")
app.command("eval")(evaluate.evaluate)
app.add_typer(judgements.app, name="judgements")
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(es.app, name="es")


def main() -> None:
    """Run the command line; the console script ``searchapp`` calls this."""
    command = typer.main.get_command(app)
    keep_examples(command)
    try:
        command()
    except SearchAppError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, say) has gone; nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _tell(error: SearchAppError) -> None:
    if "--json" in sys.argv[1:]:
        from searchapp.serialise import error_json

        text = json.dumps(error_json(error, _redacted), ensure_ascii=False)
    else:
        text = _redacted(f"Error: {error.message}" + (f"\n{error.remedy}" if error.remedy else ""))
    print(text, file=sys.stderr)  # noqa: T201


def _redacted(text: str) -> str:
    """Without secrets, whatever a library has put into a message."""
    from searchapp.redaction import redactor
    from searchapp.settings import load_settings

    try:
        return redactor(load_settings())(text)
    except SearchAppError:  # the settings themselves are wrong, and none is known
        return text


if __name__ == "__main__":
    main()
