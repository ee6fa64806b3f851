"""``searchapp completion``, and what shells complete: commands and options by typer, values by what is named here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from importlib import import_module
from typing import Annotated

import typer
from typer.completion import completion_init, get_completion_script  # type: ignore[attr-defined]  # it re-exports them

PROGRAM = "searchapp"
VARIABLE = "_SEARCHAPP_COMPLETE"
"""Set by a shell that asks ``searchapp`` itself what may follow; typer answers, and no command runs."""


class Shell(StrEnum):
    """A shell whose completion typer knows."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")]) -> None:
    """Print what makes a shell complete commands, options and their values. pipx installs it by itself.

    Examples:
      searchapp completion bash > ~/.local/share/bash-completion/completions/searchapp

      searchapp completion zsh > ~/.zfunc/_searchapp    # with fpath+=(~/.zfunc) before compinit in ~/.zshrc

      searchapp completion fish > ~/.config/fish/completions/searchapp.fish

    """
    typer.echo(script(shell))


def script(shell: Shell) -> str:
    """What the shell reads, without a newline at its end."""
    text: str = get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value)
    if (
        shell is Shell.ZSH
    ):  # read from a folder of fpath it is itself the function that is to complete, the first time too
        function = f"_{PROGRAM}_completion"
        called = f'if [[ ${{zsh_eval_context[-1]}} == loadautofunc ]]; then\n  {function} "$@"\nfi'
        text = f"{text}\n{called}"
    return text


def answer_shell() -> None:
    """Where a shell asks, let typer know how to answer; it costs a command that is run nothing."""
    if VARIABLE in os.environ:
        completion_init()


def values(place: str, *more: str) -> Callable[[str], Iterable[str]]:
    """Completes an option to the members of the enumeration ``place``, which is imported only while completing."""
    module, _, name = place.partition(":")

    def complete(incomplete: str) -> Iterable[str]:
        members = (str(one) for one in getattr(import_module(module), name))
        return [one for one in (*members, *more) if one.startswith(incomplete)]

    return complete


def model_names(incomplete: str) -> Iterable[str]:
    """Completes to the embedding models that searchapp knows by name."""
    from searchapp.embedding.models import KNOWN

    return [model.name for model in KNOWN if model.name.startswith(incomplete)]
