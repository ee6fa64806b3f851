"""The door of the command line: commands are registered here, and errors become sentences and exit codes.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 some of several inputs failed, 4 changes are pending
("es plan"), 130 interrupted.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import typer
import typer.main

from searchapp import __version__
from searchapp.children import end_children
from searchapp.cli import (
    ask,
    audit,
    demo,
    doctor,
    documents,
    es,
    evaluate,
    ingest,
    judgements,
    keys,
    models,
    queue,
    search,
    serve,
    users,
)
from searchapp.cli.audited import record_commands
from searchapp.errors import SearchAppError
from searchapp.messages import Language, Message, set_reader_language
from searchapp.private_folder import make_privately


def text_and_examples(help_text: str) -> tuple[str, list[str]]:
    """The text of a command's docstring, and the commands below its "Example(s):"."""
    told, _, typed = inspect.cleandoc(help_text).partition("\nExample")
    lines = typed.partition(":")[2].splitlines()
    return told.strip(), [line.strip() for line in lines if line.strip()]


def keep_examples(command: Any) -> None:
    r"""Keep the examples of a command, and of those below it, from being wrapped into one paragraph.

    A paragraph that begins with \b is left as it is (click's documentation, "Help Pages").
    """
    told, typed = text_and_examples(command.help or "")
    if typed:
        heading = "Examples:" if len(typed) > 1 else "Example:"
        command.help = "\n".join((told, "", "\b", heading, *(f"  {line}" for line in typed)))
    for child in getattr(command, "commands", {}).values():
        keep_examples(child)


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
app.command("worker")(serve.worker)
app.command("mcp")(serve.mcp)
app.command("ingest")(ingest.ingest)
app.command("search")(search.search)
app.command("similar")(search.similar)
app.command("ask")(ask.ask)
app.add_typer(models.app, name="models")
app.add_typer(documents.app, name="documents")
app.add_typer(queue.app, name="queue")
app.command("eval")(evaluate.evaluate)
app.add_typer(judgements.app, name="judgements")
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")
app.add_typer(es.app, name="es")
record_commands(app)


def main() -> None:
    """The console script ``searchapp``: run the command line, and leave no child behind that a thread waits for."""
    make_privately()
    try:
        run()
    finally:
        end_children()


def run() -> None:
    """Run the command that ``sys.argv`` names; its errors become sentences and exit codes."""
    set_reader_language(language_of(os.environ))
    command = typer.main.get_command(app)
    keep_examples(command)
    try:
        command()
    except SearchAppError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print(Message("stopped"), file=sys.stderr)  # noqa: T201
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, say) has gone; nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that the variables of POSIX name for messages, where we have it; else English."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def _tell(error: SearchAppError) -> None:
    if "--json" in sys.argv[1:]:
        text = json.dumps({"error": dataclasses.asdict(error.failure(_redacted))}, ensure_ascii=False)
    else:
        said = str(Message("error_shown", what=error.sentence))
        text = _redacted(f"{said}\n{error.remedy}".rstrip("\n"))
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
