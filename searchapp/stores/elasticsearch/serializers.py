"""JSON to and from the server by orjson: a search reads some 200 passages, and a bulk writes vectors as numbers."""

from __future__ import annotations

from elasticsearch.serializer import NdjsonSerializer, OrjsonSerializer, Serializer


class OrjsonLines(OrjsonSerializer, NdjsonSerializer):
    """Lines of JSON, as ``_bulk`` and ``_msearch`` take them, each written by orjson."""

    mimetype = NdjsonSerializer.mimetype
    loads = NdjsonSerializer.loads
    dumps = NdjsonSerializer.dumps


def serializers() -> dict[str, Serializer]:
    """By media type, for the client's ``serializers``."""
    return {one.mimetype: one for one in (OrjsonSerializer(), OrjsonLines())}
