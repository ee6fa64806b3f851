"""``searchapp models``."""

from __future__ import annotations

import typer

from searchapp.cli.common import JsonOption, application, print_json


def models(as_json: JsonOption = False) -> None:
    """List the language models that can answer, the configured one first (marked *).

    They are Ollama's; "ollama pull NAME" fetches another one, "searchapp ask --model NAME" asks it.

    Examples:
      searchapp models

      searchapp models --json

    """
    from searchapp.serialise import models_json

    running = application()
    found = models_json(running.answerer.models(), running.settings.llm_model)
    if as_json:
        print_json(found)
        return
    for model in found["models"]:
        typer.echo(f"{'*' if model['configured'] else ' '} {model['name']}")
    if not any(model["configured"] for model in found["models"]):
        name = found["configured"]
        typer.echo(f"The configured model is not there: ollama pull {name}, or set SEARCHAPP_LLM_MODEL.", err=True)
