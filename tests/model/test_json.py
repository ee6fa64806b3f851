"""The JSON of each noun is what it was when it was recorded: programs read it, by the API and by ``--json``."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from searchapp.model import Chunk, DocumentEntry, Sentence, Support
from searchapp.model.json import HIDDEN, from_json, to_json, to_plain_json
from searchapp.model.schema import object_schema
from tests.model.nouns import ANSWER, CHUNK, ENTRY, NOUNS

RECORDED = json.loads(Path(__file__).with_name("nouns.json").read_text(encoding="utf-8"))


def test_every_noun_is_recorded() -> None:
    assert RECORDED.keys() == NOUNS.keys()


@pytest.mark.parametrize("name", NOUNS)
def test_a_noun_leaves_as_it_was_recorded(name: str) -> None:
    assert to_json(NOUNS[name]) == RECORDED[name]
    json.dumps(to_json(NOUNS[name]), allow_nan=False)


@pytest.mark.parametrize("name", NOUNS)
def test_a_noun_is_what_its_schema_says_and_no_more(name: str) -> None:
    schema = object_schema(type(NOUNS[name]))
    jsonschema.Draft202012Validator(schema).validate(RECORDED[name])
    assert set(schema["required"]) == set(schema["properties"]) == set(RECORDED[name])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(dict(list(RECORDED[name].items())[1:]))


@pytest.mark.parametrize("noun", [ENTRY, CHUNK])
def test_what_a_process_of_ours_reads_back_is_the_same_hidden_fields_too(noun: DocumentEntry | Chunk) -> None:
    hidden = [field.name for field in dataclasses.fields(noun) if field.metadata.get("exclude")]
    assert hidden and not set(hidden) & set(to_json(noun)) and HIDDEN["exclude"]
    assert from_json(type(noun), to_plain_json(noun)) == noun


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chunks", "19"),
        ("chunks", True),
        ("modified", "yesterday"),
        ("state", "gone"),
        ("groups", "hr"),
        ("title", None),
    ],
)
def test_what_is_read_is_of_exactly_its_type(field: str, value: object) -> None:
    good = json.loads(to_plain_json(ENTRY))
    with pytest.raises(ValueError, match=field):
        from_json(DocumentEntry, json.dumps({**good, field: value}))
    del good["id"]
    with pytest.raises(ValueError, match="id"):
        from_json(DocumentEntry, json.dumps(good))


def test_what_follows_from_other_fields_follows_them() -> None:
    assert Sentence("a", (), Support.SUPPORTED).supported
    assert not dataclasses.replace(Sentence("a", (), Support.SUPPORTED), support=Support.WEAK).supported
    assert dataclasses.replace(ANSWER, notices=()).notice == ""
    assert dataclasses.replace(ANSWER, query="").query == ANSWER.question


def test_times_keep_their_offset() -> None:
    utc = dataclasses.replace(ENTRY, updated=dt.datetime(2024, 1, 2, tzinfo=dt.UTC))
    assert to_json(utc)["updated"] == "2024-01-02T00:00:00+00:00"


def test_the_nouns_are_there_before_pydantic() -> None:
    code = "import sys, searchapp.model, searchapp.model.json; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
