"""The client, and its exceptions as ours. The only module that catches what the Elasticsearch client raises."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from elastic_transport import ObjectApiResponse, TlsError
from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch, TransportError, UnsupportedProductError
from elasticsearch import __version__ as client_version
from elasticsearch.serializer import NdjsonSerializer, OrjsonSerializer

from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    StorageError,
)
from searchapp.settings import Settings

P = ParamSpec("P")
R = TypeVar("R")

REQUEST_SECONDS = 30.0
RETRIES = 2
PART_AWAY = "search_phase_execution_exception"
AWAY = (502, 503, 504)
"""What load balancers answer, and a cluster without a master, while it cannot serve."""


def connect(settings: Settings) -> Elasticsearch:
    """A client for the configured server; nothing is sent yet.

    Of several addresses one that does not answer is left alone for a while, and the request goes to the next: a node
    may die without a restart here. An API key goes before a user and password in the address.
    """
    options: dict[str, Any] = {
        "request_timeout": REQUEST_SECONDS,
        "retry_on_timeout": False,
        # 429 is left to bulk.py, which backs off for seconds instead of hammering at once.
        "retry_on_status": AWAY,
        # By orjson: a search reads some 200 chunks, and a bulk writes vectors as numbers.
        "serializers": {one.mimetype: one for one in (OrjsonSerializer(), OrjsonLines())},
    }
    if key := settings.elasticsearch_api_key.get_secret_value():
        options["api_key"] = key
    if settings.elasticsearch_ca_certs:
        if not settings.elasticsearch_ca_certs.is_file():
            raise ServiceRefusedError("ca_certs_missing", file=settings.elasticsearch_ca_certs)
        options["ca_certs"] = str(settings.elasticsearch_ca_certs)
    if settings.elasticsearch_fingerprint:
        options["ssl_assert_fingerprint"] = settings.elasticsearch_fingerprint
    addresses = settings.elasticsearch_url.split(",")
    # Every address is tried once before a request fails.
    options["max_retries"] = max(RETRIES, len(addresses) - 1)
    return WholeAnswers([_bare(address) for address in addresses] if key else addresses, **options)


class OrjsonLines(OrjsonSerializer, NdjsonSerializer):
    """Lines of JSON, as ``_bulk`` and ``_msearch`` take them, each written by orjson."""

    mimetype = NdjsonSerializer.mimetype
    loads = NdjsonSerializer.loads
    dumps = NdjsonSerializer.dumps


class WholeAnswers(Elasticsearch):
    """A client that answers wholly or raises: the server leaves out what lies in a shard that is away, silently."""

    def search(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.search``."""
        return super().search(allow_partial_search_results=False, **arguments)

    def count(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.count``."""
        answer = super().count(**arguments)
        if answer["_shards"]["successful"] < answer["_shards"]["total"]:
            raise _in_part(answer)
        return answer

    def mget(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.mget``; an index that is not there holds nothing, which is no error."""
        answer = super().mget(**arguments)
        errors = [document["error"]["type"] for document in answer["docs"] if "error" in document]
        if any(kind != "index_not_found_exception" for kind in errors):
            raise _in_part(answer)
        return answer


def _in_part(answer: ObjectApiResponse[Any]) -> ApiError:
    """The error that a search gives in the same case."""
    cause = {"type": PART_AWAY, "reason": "a shard is away"}
    return ApiError(PART_AWAY, dataclasses.replace(answer.meta, status=503), {"error": cause})


def shown(addresses: str) -> str:
    """The addresses without a user and password that may stand in them."""
    return ", ".join(_bare(address) for address in addresses.split(","))


def _bare(address: str) -> str:
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def translated(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate a store's method so that it raises our errors; its object has a ``where`` to name the server."""

    @functools.wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        where: str = args[0].where  # type: ignore[attr-defined]
        with reading(where):
            return method(*args, **kwargs)

    return call


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Within it, what the client raises becomes our errors; for functions beside the store."""
    try:
        yield
    except (ApiError, TransportError, UnsupportedProductError) as error:
        raise as_ours(error, where) from error


def as_ours(error: Exception, where: str) -> SearchAppError:
    """The sentence and remedy for what the client raised while talking to the server at ``where``."""
    if isinstance(error, TlsError):
        return ServiceRefusedError("certificate_untrusted", where=where)
    if isinstance(error, ConnectionTimeout):
        return ServiceUnavailableError("elasticsearch_slow", where=where, seconds=REQUEST_SECONDS)
    if isinstance(error, TransportError):
        return ServiceUnavailableError("elasticsearch_away", where=where)
    if isinstance(error, UnsupportedProductError):
        return IncompatibleServerError("not_elasticsearch", where=where)
    if isinstance(error, ApiError):
        return _refusal(error, where)
    raise error


def _refusal(error: ApiError, where: str) -> SearchAppError:
    status, reason = error.meta.status, reason_of(error)
    if "current license is non-compliant" in reason:
        return IncompatibleServerError("licence_forbids", where=where, why=reason)
    if status in (401, 403) and "cluster_block" not in reason and "blocked by" not in reason:
        code = "credentials_refused" if status == 401 else "credentials_insufficient"
        return ServiceRefusedError(code, where=where, status=status)
    if "compatible-with" in reason or "Accept version must be" in reason or "media_type_header" in reason:
        return IncompatibleServerError("server_of_another_version", where=where, client=client_version[0])
    if "read-only" in reason or "flood" in reason or status == 403:
        return StorageError("index_read_only_at", where=where, why=reason)
    if status == 503 and PART_AWAY in reason:
        return ServiceUnavailableError("index_part_away", where=where)
    if status in AWAY:  # from a load balancer too, in words of its own
        return ServiceUnavailableError("elasticsearch_not_serving", where=where, status=status, why=reason)
    if not isinstance(error.body, dict):  # Elasticsearch says everything in JSON
        return IncompatibleServerError("not_elasticsearch", where=where)
    if status == 429:
        return ServiceUnavailableError("elasticsearch_busy_at", where=where)
    refused = ServiceRefusedError if status == 400 else ServiceUnavailableError  # the same again is refused again
    return refused("elasticsearch_refuses", where=where, status=status, why=reason)


def reason_of(error: ApiError) -> str:
    """What the server gave as the cause, cut to a line."""
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        causes = body["error"].get("root_cause") or [body["error"]]
        return f"{causes[0].get('type', '')}: {causes[0].get('reason', '')}"[:300]
    return str(body)[:300]
