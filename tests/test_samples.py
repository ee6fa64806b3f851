"""Each sample document is read as a reader would expect it."""

from __future__ import annotations

import re
from pathlib import Path

from searchapp.samples import samples_folder
from searchapp.settings import Settings, load_settings
from searchapp.sources import BadTarget, Loader, discover


def test_every_sample_is_a_document_in_its_language() -> None:
    seen = {}
    with Loader(load_settings()) as loader:
        for found in discover([str(samples_folder())]):
            assert not isinstance(found, BadTarget)
            document = loader.load(found)
            assert document.title and len(document.text) > 300
            assert document.language == ("zh" if "/zh/" in found.source else "en")
            seen.setdefault(document.type, []).append(document)
    assert {str(kind): len(documents) for kind, documents in seen.items()} == {"markdown": 4, "html": 2, "pdf": 2}
    for document in seen["pdf"]:
        assert document.pages is not None and document.pages > 3
        assert len({section.page for section in document.sections}) == document.pages
    assert any("磁盘使用率超过" in document.text for document in seen["pdf"])


def test_the_handbook_speaks_of_settings_and_commands_that_there_are() -> None:
    commands = (Path(__file__).parents[1] / "docs" / "cli.md").read_text(encoding="utf-8")
    with Loader(load_settings()) as loader:
        for found in discover([str(samples_folder())]):
            assert not isinstance(found, BadTarget)
            text = loader.load(found).text
            for name in re.findall(r"SEARCHAPP_([A-Z_]+)", text):
                assert name.lower() in Settings.model_fields, (found.source, name)
            for command in re.findall(r"searchapp ((?:es|documents) [a-z]+|ingest|search|ask|serve)\b", text):
                assert f"## searchapp {command}\n" in commands, (found.source, command)


def test_the_handbook_tells_the_weight_that_is_the_default() -> None:
    default = str(Settings.model_fields["semantic_weight"].default)
    told = [
        path.read_text(encoding="utf-8") for path in samples_folder().rglob("*.*") if path.suffix in (".md", ".html")
    ]
    weights = [re.search(r"SEARCHAPP_SEMANTIC_WEIGHT\D*([\d.]*\d)", text) for text in told]
    assert [found[1] for found in weights if found] == [default, default]
