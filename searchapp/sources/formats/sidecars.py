"""A sidecar (``report.pdf.meta.yml``): YAML that states something of the document beside it."""

from __future__ import annotations

from searchapp.messages import Message, noted
from searchapp.sources.encoding import decode
from searchapp.sources.formats.stating import read
from searchapp.sources.formats.yaml_mapping import YamlRefusedError, read_yaml
from searchapp.sources.parsed import ParserInput, SidecarAnswer
from searchapp.sources.stated import Stated


def read_sidecar(source: ParserInput) -> SidecarAnswer:
    """What the sidecar states; what of it cannot be used is a note for the document."""
    try:
        values = read_yaml(decode(source.data).lstrip("\ufeff"))
    except YamlRefusedError as error:
        why = Message("stated_unreadable", where=source.name, why=error.why)
        return SidecarAnswer(Stated(), why.encoded())
    stated, notes = read(values, source.name)
    return SidecarAnswer(stated, noted("", notes))
