"""What is written for programs and agents names commands, routes and fields that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from flask import Flask

from searchapp.cli.exit_codes import table
from searchapp.cli.run import app
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.bounds import Name
from searchapp.wiring import Application

ROOT = Path(__file__).parents[2]
SKILL = ROOT / "skills" / "searchapp" / "SKILL.md"
SERVED = ROOT / "searchapp" / "web" / "templates" / "llms.txt"
TEXTS = [ROOT / "docs" / "for-programs.md", SKILL, SERVED, ROOT / "llms.txt"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(Application(Settings(data_dir=tmp_path_factory.mktemp("data"), embedding_model="hashed:64")))


@pytest.mark.parametrize("page", ["for-programs.md", "cli.md"])
def test_the_exit_codes_are_those_of_the_code(page: str) -> None:
    assert table() in (ROOT / "docs" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [text for text in TEXTS if text != SERVED], ids=lambda path: path.name)
def test_every_command_that_is_named_exists(text: Path) -> None:
    told = text.read_text(encoding="utf-8")
    found = re.findall(r"(?<![\w.'])searchapp ((?:[a-z]+(?: |$|`|\n))+)", told)
    group = typer.main.get_command(app)
    known = [words for words in (one.strip(" `\n").split() for one in found) if words[0] in group.commands]  # type: ignore[attr-defined]
    assert known
    for words in known:
        command: Any = group
        for word in words:
            children = getattr(command, "commands", None)
            if children is None or (word not in children and command.invoke_without_command):
                break
            assert word in children, words
            command = children[word]


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_option_that_is_named_exists(text: Path) -> None:
    def options(command: Any) -> set[str]:
        found = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
        return found.union(*(options(child) for child in getattr(command, "commands", {}).values()))

    curl = {"--data-urlencode", "--json"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text.read_text(encoding="utf-8")))
    assert named <= options(typer.main.get_command(app)) | curl | {"--help"}


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.name)
def test_every_route_that_is_named_exists(text: Path, site: Flask) -> None:
    told = text.read_text(encoding="utf-8")
    named = set(
        re.findall(r"(?<![\w./~-])/(?:api|v1|mcp|llms\.txt|openapi\.json)[\w./-]*", told.replace("8080/", "8080 /"))
    )
    named = {one.rstrip(".") for one in named} - {"/api", "/v1", "/api/"}
    adapter = site.url_map.bind("localhost")
    missing = [one for one in named if not adapter.allowed_methods(one)]
    assert missing == []
    assert site.url_map.converters["default"] is Name  # ids such as CHUNK_ID stand for themselves


def test_the_skill_is_one_by_the_open_format() -> None:
    _, front, body = SKILL.read_text(encoding="utf-8").split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    assert fields["name"] == SKILL.parent.name and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fields["name"])
    assert 0 < len(fields["description"]) <= 1024 and 0 < len(fields["compatibility"]) <= 500
    assert fields["license"] in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(body.splitlines()) < 120


@pytest.mark.parametrize("text", [SERVED, ROOT / "llms.txt"], ids=["served", "root"])
def test_llms_txt_keeps_its_form(text: Path) -> None:
    """A title, a summary as a quotation, prose, and lists of links below headings (llmstxt.org)."""
    lines = text.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# searchapp" and lines[2].startswith("> ")
    assert len(lines) < 60
    sections = "\n".join(lines).split("\n## ")[1:]
    assert sections
    for section in sections:
        items = [line for line in section.splitlines()[1:] if line and not line.startswith("  ")]
        assert items and all(re.match(r"- \[[^]]+\]\([^)]+\)", item) for item in items), section


def test_a_server_serves_it_to_anybody(site: Flask, tmp_path: Path) -> None:
    guarded = create_app(
        Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", auth="required")), host="0.0.0.0"
    )
    for client in (site.test_client(), guarded.test_client()):
        response = client.get("/llms.txt")
        assert (response.status_code, response.mimetype) == (200, "text/plain")
        assert response.text == SERVED.read_text(encoding="utf-8").rstrip("\n")
