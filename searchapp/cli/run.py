"""The door of the command line: commands are registered here, and errors become sentences and exit codes."""

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
    alerts,
    ask,
    audit,
    backup,
    check,
    collections,
    completion,
    conversations,
    demo,
    doctor,
    documents,
    es,
    evaluate,
    exit_codes,
    grep,
    ingest,
    judgements,
    keys,
    missed,
    models,
    queue,
    schedules,
    search,
    serve,
    tags,
    users,
    verify,
)
from searchapp.cli.audited import record_commands
from searchapp.errors import SearchAppError, UsageError
from searchapp.messages import Language, Message, set_reader_language
from searchapp.private_folder import make_privately

WrongArguments: Any = typer.BadParameter.__base__
"""What typer raises for arguments that it does not take; it has no public name."""


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


def _version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:  # a shell that completes what follows is told no version
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
app.command("grep")(grep.grep)
app.command("check")(check.check)
app.command("ask")(ask.ask)
app.command("verify")(verify.verify)
app.add_typer(models.app, name="models")
app.add_typer(documents.app, name="documents")
app.add_typer(collections.app, name="collections")
app.add_typer(tags.app, name="tags")
app.add_typer(queue.app, name="queue")
app.add_typer(schedules.app, name="schedules")
app.command("eval")(evaluate.evaluate)
app.add_typer(conversations.app, name="conversations")
app.add_typer(judgements.app, name="judgements")
app.add_typer(missed.app, name="missed")
app.command("doctor")(doctor.doctor)
app.add_typer(alerts.app, name="alerts")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(audit.app, name="audit")
app.add_typer(backup.app, name="backup")
app.add_typer(es.app, name="es")
app.command("completion")(completion.completion)
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
    completion.answer_shell()
    command = typer.main.get_command(app)
    keep_examples(command)
    try:
        sys.exit(_exit_code_of(command) if _wants_json() else command(complete_var=completion.VARIABLE))
    except SearchAppError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print(Message("stopped"), file=sys.stderr)  # noqa: T201
        sys.exit(exit_codes.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output (head, say) has gone; nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exit_codes.DONE)


def language_of(environment: Mapping[str, str]) -> Language:
    """The language that the variables of POSIX name for messages, where we have it; else English."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def _wants_json() -> bool:
    return "--json" in sys.argv[1:]


def _exit_code_of(command: Any) -> int:
    """Run it; what is wrong with its arguments is raised as an error of ours, since typer would tell it in prose."""
    try:
        ended = command(standalone_mode=False, complete_var=completion.VARIABLE)
    except WrongArguments as error:
        named = error.ctx.command_path if error.ctx is not None else "searchapp"
        raise UsageError("command_line_wrong", why=error.format_message(), command=named) from error
    except typer.Abort as error:  # nobody is there to answer what it asks
        raise SearchAppError("command_aborted") from error
    return ended if isinstance(ended, int) else exit_codes.DONE


def _tell(error: SearchAppError) -> None:
    if _wants_json():
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
