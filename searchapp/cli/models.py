"""``searchapp models``: the bare call lists the language models; the commands below it are about embedding models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list
from searchapp.cli.completion import model_names
from searchapp.cli.model_compare import compare
from searchapp.cli.progress import stages

if TYPE_CHECKING:
    from pathlib import Path

    from searchapp.embedding.runtime.facts import ModelFacts
    from searchapp.settings import Settings
    from searchapp.stores.lancedb import LanceStore
    from searchapp.stores.lancedb.moving import Moved
    from searchapp.wiring import Application

MEGABYTE = 1_000_000


def list_models(as_json: JsonOption = False) -> None:
    """List the embedding models that are known by name or prepared here, and where their weights are.

    The configured one is marked *. Any other model of sentence-transformers works, too: name its folder, or its
    repository on the hub.

    Examples:
      searchapp models list

      searchapp models list --json

    """
    from rich.table import Table

    settings = application().settings
    rows = _rows(settings)
    if as_json:
        print_list("models", rows, configured=settings.embedding_model)
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", "model", "languages", "dimensions", "tokens", "licence", "size", "weights"):
        table.add_column(title, overflow="fold", no_wrap=title == "model")
    for row in rows:
        size = f"{row['megabytes']:,} MB" if row["megabytes"] else ""
        facts = (row["languages"], str(row["dimensions"]), str(row["tokens"]), row["licence"], size)
        table.add_row("*" if row["configured"] else "", row["name"], *facts, _place(row))
    console().print(table)


def prepare_model(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A model that is listed, a folder, or one of the hub.", autocompletion=model_names
        ),
    ],
    again: Annotated[bool, typer.Option("--again", help="Make it again, although it is there.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch an embedding model and compile it for this machine, before it is needed.

    The first search or ingestion does the same by itself. It takes a minute; afterwards neither loads PyTorch.

    Examples:
      searchapp models prepare multilingual-e5-small

      searchapp models prepare ~/models/my-model --again

    """
    from searchapp.embedding import build_embedder, scale_of

    settings = application(embedding_model=f"sentence-transformers:{name}").settings
    with stages("Looking for the model", quiet=as_json):
        folder, facts = _prepared(settings, name, again)
        scale_of(build_embedder(settings), settings)  # measured now, and OpenVINO keeps what it makes of the model
    precisions = {precision: {"cosine": facts.cosines[precision]} for precision in facts.cosines}
    if as_json:
        print_json({"name": facts.name, "folder": str(folder), "precisions": precisions, "reason": facts.reason})
        return
    if facts.cosines:
        like = ", ".join(f"{precision} (cosine {cosine:.3f})" for precision, cosine in facts.cosines.items())
        typer.echo(f"{facts.name} is prepared in {folder}: {like}.")
    if facts.reason:
        typer.echo(facts.reason if facts.cosines else f"sentence-transformers runs {facts.name}: {facts.reason}.")


def _prepared(settings: Settings, name: str, again: bool) -> tuple[Path, ModelFacts]:
    from searchapp.embedding.hub import fetch, hub_answers
    from searchapp.embedding.runtime.preparing import find_prepared, prepare
    from searchapp.embedding.weights import find_weights

    weights = find_weights(name)
    if weights is None and not again and (found := find_prepared(settings, None, name)):
        return found  # as in an image, which has prepared models alone
    if weights is None or (again and weights.kind == "cache" and hub_answers()):
        weights = fetch(name)  # of a download that was cut off what is missing
    return prepare(settings, weights, again=again)


def _rows(settings: Settings) -> list[dict[str, Any]]:
    from searchapp.embedding.models import IN_PROCESS, KNOWN, known, plain_name
    from searchapp.embedding.runtime.preparing import prepared_models
    from searchapp.embedding.weights import find_weights

    prepared = {facts.name: (folder, facts) for folder, facts in prepared_models(settings)}
    rows: list[dict[str, Any]] = []
    provider, _, chosen = settings.embedding_model.partition(":")
    own = find_weights(chosen) if provider == IN_PROCESS else None
    configured = (own.name if own else plain_name(chosen)) if provider == IN_PROCESS else ""
    for name in dict.fromkeys(filter(None, [*(model.name for model in KNOWN), *prepared, configured])):
        model, weights = known(name), own if own and own.name == name else find_weights(name)
        made = prepared.get(name)
        rows.append(
            {
                "name": name,
                "configured": name == configured,
                "languages": model.languages if model else "",
                "dimensions": model.dims if model else made[1].dims if made else 0,
                "tokens": model.tokens if model else made[1].max_tokens if made else 0,
                "licence": model.licence if model else "",
                # float32, as most of them are published
                "megabytes": model.parameters * 4 if model else 0,
                "weights": f"{weights.kind}: {weights.path}" if weights else "",
                "prepared": str(made[0]) if made else "",
                "prepared_megabytes": round(_bytes(made[0]) / MEGABYTE) if made else 0,
            }
        )
    return rows


def _bytes(folder: Any) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _place(row: dict[str, Any]) -> str:
    where = row["weights"].partition(":")[0]
    shown = {"folder": "a folder", "cache": "the hub cache", "package": "an installed package"}.get(where, "on the hub")
    return f"{shown}; prepared, {row['prepared_megabytes']:,} MB" if row["prepared"] else shown


def move(
    model: Annotated[
        str | None, typer.Argument(metavar="PROVIDER:MODEL", help="The embedding model that the index is to have.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="Go back to the version before, with all that is new.")] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Remove the version before: disk space, and no way back.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Move the index of the embedded store to another embedding model. Searches and ingestion go on meanwhile.

    Chunks are cut and embedded from the text in the index; no source is read again. Run it again after a kill: it goes
    on. The version before is kept until the next move, or --discard. On Elasticsearch: "searchapp es reindex".

    Examples:
      searchapp models move ollama:bge-m3

      searchapp models move --back

      searchapp models move --discard

    """
    from searchapp.errors import UsageError

    if (model is not None) + back + discard != 1:
        raise UsageError("model_move_unnamed")
    running = application(embedding_model=model)
    store = _embedded(running, model)
    if discard:
        _discard(store, as_json)
    else:
        _move(running, store, model, as_json)


def _embedded(running: Application, model: str | None) -> LanceStore:
    from searchapp.errors import UsageError
    from searchapp.stores.lancedb import LanceStore

    if not isinstance(running.store, LanceStore):
        if model:
            raise UsageError("model_move_on_elasticsearch", model=model)
        raise UsageError("model_back_on_elasticsearch")
    return running.store


def _move(running: Application, store: LanceStore, model: str | None, as_json: bool) -> None:
    from searchapp.stores.lancedb.moving import move, move_back

    with stages("Loading the embedding model", quiet=as_json) as show:
        done = move(store, running.embedder.fingerprint, show) if model else move_back(store, show)
    setting = _to_set(f"{done.target.provider}:{done.target.model}")
    if as_json:
        print_json({**_json(done), "set": setting})
    else:
        _tell(done, setting)


def _to_set(model: str) -> str | None:
    """The model that SEARCHAPP_EMBEDDING_MODEL should name; None where it does, or nobody has set it."""
    from searchapp.settings import load_settings

    settings = load_settings()
    return model if "embedding_model" in settings.model_fields_set and settings.embedding_model != model else None


def _json(done: Moved) -> dict[str, object]:
    import dataclasses

    ends = {"source": str(done.source), "target": str(done.target)}
    return ends | dataclasses.asdict(done) | ends


def _tell(done: Moved, setting: str | None) -> None:
    out = console()
    out.print(f"from      {done.source}")
    out.print(f"to        {done.target}, chunks of {done.chunk_tokens} tokens at most" + _went_on(done))
    size = f"{done.documents:,} documents, {done.chunks:,} chunks"
    out.print(f"holds     {size}; {done.embedded:,} embedded, {done.reused:,} vectors reused, {done.seconds:.1f} s")
    out.print("switched  searchapp models move --back goes back, --discard removes the version before.")
    if setting:
        out.print(f"          Set SEARCHAPP_EMBEDDING_MODEL={setting} where searchapp runs, at your leisure.")


def _went_on(done: Moved) -> str:
    return " (documents were there already)" if done.resumed else ""


def _discard(store: LanceStore, as_json: bool) -> None:
    from searchapp.stores.lancedb.moving import discard

    removed = [str(model) for model in discard(store)]
    if as_json:
        print_json({"removed": removed})
    else:
        console().print("\n".join(f"removed   {model}" for model in removed) or "There is no other version.")


app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the language models that can answer, first the one that does where none is named (marked *).

    They are Ollama's; "ollama pull NAME" fetches another one, "searchapp ask --model NAME" asks it. Where the
    configured model is not there, another one answers in its place. The commands are about embedding models.

    Examples:
      searchapp models

      searchapp models --json

    """
    if context.invoked_subcommand:
        return
    from searchapp.llm import choices
    from searchapp.model.json import to_json

    running = application()
    models, answers = running.answerer.models()
    found = choices(models, running.settings.language_model.name, answers, think=running.settings.llm_think)
    if as_json:
        print_json(to_json(found))
        return
    for model in found.models:
        typer.echo(f"{'*' if model.answers else ' '} {model.name}")
    if not any(model.configured for model in found.models):
        name = found.configured
        instead = f"{answers} answers in its place" if answers else "answers are quotations"
        typer.echo(
            f"The configured model {name} is not there; {instead}. ollama pull {name}, or set SEARCHAPP_LLM.",
            err=True,
        )


app.command("list")(list_models)
app.command("prepare")(prepare_model)
app.command()(move)
app.command()(compare)
