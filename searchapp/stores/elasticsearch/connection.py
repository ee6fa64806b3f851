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

from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    StorageError,
)
from searchapp.settings import Settings
from searchapp.stores.elasticsearch.serializers import serializers

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
        "serializers": serializers(),
    }
    if key := settings.elasticsearch_api_key.get_secret_value():
        options["api_key"] = key
    if settings.elasticsearch_ca_certs:
        if not settings.elasticsearch_ca_certs.is_file():
            raise ServiceRefusedError(
                f"SEARCHAPP_ELASTICSEARCH_CA_CERTS names {settings.elasticsearch_ca_certs}, which is not there.",
                "Give the file with the authority's certificate.",
            )
        options["ca_certs"] = str(settings.elasticsearch_ca_certs)
    if settings.elasticsearch_fingerprint:
        options["ssl_assert_fingerprint"] = settings.elasticsearch_fingerprint
    addresses = settings.elasticsearch_url.split(",")
    # Every address is tried once before a request fails.
    options["max_retries"] = max(RETRIES, len(addresses) - 1)
    return WholeAnswers([_bare(address) for address in addresses] if key else addresses, **options)


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
        return ServiceRefusedError(
            f"Elasticsearch at {where} shows a certificate that is not trusted.",
            "Set SEARCHAPP_ELASTICSEARCH_CA_CERTS to the authority's certificate file, or "
            "SEARCHAPP_ELASTICSEARCH_FINGERPRINT to the certificate's SHA-256 fingerprint.",
        )
    if isinstance(error, ConnectionTimeout):
        return ServiceUnavailableError(
            f"Elasticsearch at {where} did not answer within {REQUEST_SECONDS:.0f} seconds.",
            "Check its load and its log, then try again.",
        )
    if isinstance(error, TransportError):
        return ServiceUnavailableError(
            f"Elasticsearch does not answer at {where}.", "Start it, or set SEARCHAPP_ELASTICSEARCH_URL."
        )
    if isinstance(error, UnsupportedProductError):
        return _not_elasticsearch(where)
    if isinstance(error, ApiError):
        return _refusal(error, where)
    raise error


def _refusal(error: ApiError, where: str) -> SearchAppError:
    status, reason = error.meta.status, reason_of(error)
    if "current license is non-compliant" in reason:
        return IncompatibleServerError(
            f"The licence of Elasticsearch at {where} does not allow this: {reason}.",
            "Choose another SEARCHAPP_EMBEDDING_MODEL, or renew the licence; searchapp es pipeline status says more.",
        )
    if status in (401, 403) and "cluster_block" not in reason and "blocked by" not in reason:
        what = "does not accept the credentials" if status == 401 else "does not allow this"
        return ServiceRefusedError(
            f"Elasticsearch at {where} {what} (HTTP {status}).",
            "Set SEARCHAPP_ELASTICSEARCH_API_KEY to a key that may read and write the searchapp indices: "
            "searchapp es roles create worker makes one. The searchapp es commands need one of an operator.",
        )
    if "compatible-with" in reason or "Accept version must be" in reason or "media_type_header" in reason:
        return incompatible(where, "of another major version")
    if "read-only" in reason or "flood" in reason or status == 403:
        return StorageError(
            f"Elasticsearch at {where} has made the index read-only: {reason}.",
            "Its disk is probably past the flood-stage watermark: free space, and it lifts the block by itself.",
        )
    if status == 503 and PART_AWAY in reason:
        return ServiceUnavailableError(
            f"Elasticsearch at {where} has lost a part of the index for now.",
            "A node may be coming back; searchapp doctor tells what is missing.",
        )
    if status in AWAY:  # from a load balancer too, in words of its own
        return ServiceUnavailableError(
            f"Elasticsearch at {where} cannot serve now (HTTP {status}): {reason}.", "Its log tells more."
        )
    if not isinstance(error.body, dict):  # Elasticsearch says everything in JSON
        return _not_elasticsearch(where)
    if status == 429:
        return ServiceUnavailableError(
            f"Elasticsearch at {where} has too much to do (HTTP 429).", "Try again in a moment, or add nodes."
        )
    refused = ServiceRefusedError if status == 400 else ServiceUnavailableError  # the same again is refused again
    return refused(f"Elasticsearch at {where} refused a request (HTTP {status}): {reason}.", "Its log tells more.")


def _not_elasticsearch(where: str) -> IncompatibleServerError:
    return IncompatibleServerError(
        f"What answers at {where} is not Elasticsearch.", "Check SEARCHAPP_ELASTICSEARCH_URL."
    )


def incompatible(where: str, version: str) -> IncompatibleServerError:
    """The error for a server that the installed client cannot talk to."""
    major = client_version[0]
    return IncompatibleServerError(
        f"Elasticsearch at {where} is {version}; the installed client is of major version {major}.",
        f"Use a server of version {major}, or install the client of the server's major version: "
        'pip install "elasticsearch>=8.19,<9" for 8.19.',
    )


def reason_of(error: ApiError) -> str:
    """What the server gave as the cause, cut to a line."""
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        causes = body["error"].get("root_cause") or [body["error"]]
        return f"{causes[0].get('type', '')}: {causes[0].get('reason', '')}"[:300]
    return str(body)[:300]
