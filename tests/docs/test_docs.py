"""Pages that are made from the code, or list what the code has, fail here when they drift."""

from __future__ import annotations

import json
import re
import runpy
import tomllib
from pathlib import Path

import pytest

from searchapp.search.filters import QUERY_FIELDS
from searchapp.search.query import read_query

ROOT = Path(__file__).parents[2]


def test_the_settings_page_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "settings_page.py"))["settings_page"]()
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == page, "run scripts/settings_page.py"


def test_the_command_line_page_is_current() -> None:
    page = runpy.run_path(str(ROOT / "scripts" / "cli_page.py"))["cli_page"]()
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == page, "run scripts/cli_page.py"


def test_every_command_shows_how_it_is_typed() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    without = [part.split("\n", 1)[0] for part in page.split("\n## ")[1:] if "```sh" not in part]
    assert without == []


def test_every_link_leads_somewhere() -> None:
    for page in [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "llms.txt", *ROOT.glob("skills/*/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8").replace("\n", " ")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def test_the_mapping_page_names_every_field() -> None:
    page = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    for title, file in (("Passages", "searchapp-chunks-fields.json"), ("Documents", "searchapp-documents.json")):
        template = json.loads((ROOT / "es" / "mappings" / file).read_text(encoding="utf-8"))
        table = re.search(rf"## {title}\n.*?(?=\n## |\Z)", page, re.S)
        assert table is not None
        named = re.findall(r"^\| `([\w.]+)` \|", table.group(), re.M)
        assert set(named) == set(template["template"]["mappings"]["properties"])


def test_every_dependency_has_its_job_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {re.match(r"[\w.-]+", line).group() for line in required} - {"searchapp"}
    listed = re.findall(r"^\| ([\w.-]+) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.M)
    assert set(listed) - {"package"} == names


def test_the_query_language_page_names_every_field() -> None:
    page = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\b([a-z]+):(?=\S)", page)) - {"colour"} == set(QUERY_FIELDS)


@pytest.mark.parametrize("typed", ['"snapshot repository" restore', "snapshot -restore", 'backup -"cold storage"'])
def test_its_operators_are_read_as_it_says(typed: str) -> None:
    assert f"`{typed}`" in (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
    query = read_query(typed)
    assert len(query.required + query.excluded) == 1
