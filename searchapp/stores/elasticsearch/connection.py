"""The client, and its exceptions as ours. The only module that catches what the Elasticsearch client raises."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from elastic_transport import NodeConfig, ObjectApiResponse, SerializationError, TlsError
from elastic_transport.client_utils import url_to_node_config
from elasticsearch import (
    ApiError,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)
from elasticsearch import __version__ as client_version
from elasticsearch.serializer import NdjsonSerializer, OrjsonSerializer

from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from searchapp.settings import Settings
from searchapp.stores.elasticsearch.blocks import closed, refused_by_block
from searchapp.stores.elasticsearch.scheme import misnamed

P = ParamSpec("P")
R = TypeVar("R")

REQUEST_SECONDS = 30.0
RETRIES = 2
PART_AWAY = "search_phase_execution_exception"
TOO_LARGE = 413
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
    return WholeAnswers([_node(_bare(address) if key else address) for address in addresses], **options)


def _node(address: str) -> NodeConfig:
    """Where one node is; without a port in its address it is that of the scheme, as everywhere on the web."""
    try:
        return url_to_node_config(address, use_default_ports_for_scheme=True)
    except ValueError:
        # Not chained: the message may hold the address with its password.
        raise UsageError("elasticsearch_address_unusable", where=_bare(address)) from None


class OrjsonLines(OrjsonSerializer, NdjsonSerializer):
    """Lines of JSON, as ``_bulk`` and ``_msearch`` take them, each written by orjson."""

    mimetype = NdjsonSerializer.mimetype
    loads = NdjsonSerializer.loads
    dumps = NdjsonSerializer.dumps


class WholeAnswers(Elasticsearch):
    """A client that answers wholly or raises: the server leaves out what lies in a shard that is away, silently."""

    def search(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.search``; ``ignore_unavailable`` is for what is missing, not for what is closed."""
        return _unless_closed(partial(super().search, allow_partial_search_results=False), arguments)

    def count(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.count``, and ``search``."""
        answer = _unless_closed(super().count, arguments)
        if answer["_shards"]["successful"] < answer["_shards"]["total"]:
            raise _in_part(answer, {"type": PART_AWAY, "reason": "a shard is away"})
        return answer

    def mget(self, **arguments: Any) -> ObjectApiResponse[Any]:
        """See ``Elasticsearch.mget``; an index that is not there holds nothing, which is no error."""
        answer = super().mget(**arguments)
        for document in answer["docs"]:
            kind = document.get("error", {}).get("type", "index_not_found_exception")
            if kind != "index_not_found_exception":
                is_closed = kind == "index_closed_exception"
                cause = document["error"] if is_closed else {"type": PART_AWAY, "reason": "a shard is away"}
                raise _in_part(answer, cause)
        return answer


def _unless_closed(ask: Callable[..., ObjectApiResponse[Any]], arguments: dict[str, Any]) -> ObjectApiResponse[Any]:
    """The answer; where no shard gave it, since its indices are left out, it is asked for again with their errors."""
    answer = ask(**arguments)
    if arguments.get("ignore_unavailable") and answer["_shards"]["total"] == 0:
        with contextlib.suppress(NotFoundError):
            return ask(**{**arguments, "ignore_unavailable": False})
    return answer


def _in_part(answer: ObjectApiResponse[Any], cause: Mapping[str, Any]) -> ApiError:
    """The error that a search gives in the same case."""
    return ApiError(cause["type"], dataclasses.replace(answer.meta, status=503), {"error": cause})


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
    if isinstance(error, ConnectionTimeout):
        return ServiceUnavailableError("elasticsearch_slow", where=where, seconds=REQUEST_SECONDS)
    if isinstance(error, SerializationError | UnsupportedProductError):
        return _stranger(where)
    if isinstance(error, TransportError):
        return _unreached(error, where)
    if isinstance(error, ApiError):
        return _refusal(error, where)
    raise error


def _unreached(error: TransportError, where: str) -> SearchAppError:
    if wrong := misnamed(where):
        return ServiceRefusedError(wrong.code, where=wrong.address)
    if isinstance(error, TlsError):
        return ServiceRefusedError("certificate_untrusted", where=where)
    if bare := next((one for one in where.split(", ") if urlsplit(one).port is None), None):
        port = 443 if bare.startswith("https:") else 80
        return ServiceUnavailableError("elasticsearch_away_without_port", where=where, port=port)
    return ServiceUnavailableError("elasticsearch_away", where=where)


def _stranger(where: str) -> SearchAppError:
    """The error that something else answers than Elasticsearch."""
    if wrong := misnamed(where):
        return ServiceRefusedError(wrong.code, where=wrong.address)
    return IncompatibleServerError("not_elasticsearch", where=where)


def _refusal(error: ApiError, where: str) -> SearchAppError:
    status, reason = error.meta.status, reason_of(error)
    if status == TOO_LARGE:  # of Elasticsearch itself only from 100 MB on (http.max_content_length)
        return ServiceRefusedError("request_too_large", where=where)
    if not isinstance(error.body, dict):  # Elasticsearch says everything in JSON
        return _proxys(error, where)
    if "current license is non-compliant" in reason:
        return IncompatibleServerError("licence_forbids", where=where, why=reason)
    if blocked := refused_by_block(reason, where):
        return blocked
    if status in (401, 403):
        return _forbidden(status, where)
    if "compatible-with" in reason or "Accept version must be" in reason or "media_type_header" in reason:
        return IncompatibleServerError("server_of_another_version", where=where, client=client_version[0])
    if reason.startswith("index_closed_exception"):
        return ServiceUnavailableError("index_closed", **closed(error.body["error"].get("index", ""), where))
    if status == 503 and PART_AWAY in reason:
        return ServiceUnavailableError("index_part_away", where=where)
    if status in AWAY:
        return ServiceUnavailableError("elasticsearch_not_serving", where=where, status=status, why=reason)
    if status == 429:
        return ServiceUnavailableError("elasticsearch_busy_at", where=where)
    refused = ServiceRefusedError if status == 400 else ServiceUnavailableError  # the same again is refused again
    return refused("elasticsearch_refuses", where=where, status=status, why=reason)


def _proxys(error: ApiError, where: str) -> SearchAppError:
    """What an answer means that is not in Elasticsearch's words: of a proxy before it, or of something else."""
    status = error.meta.status
    if status in (401, 403):
        return _forbidden(status, where)
    if status == 429:
        return ServiceUnavailableError("elasticsearch_busy_at", where=where)
    if status >= 500:
        return ServiceUnavailableError("proxy_not_serving", where=where, status=status)
    if to := error.meta.headers.get("location") if 300 <= status < 400 else "":
        moved = _bare(urlsplit(str(to))._replace(query="", fragment="").geturl())[:200]
        return ServiceRefusedError("elasticsearch_moved", where=where, to=moved)
    return _stranger(where)


def _forbidden(status: int, where: str) -> SearchAppError:
    code = "credentials_refused" if status == 401 else "credentials_insufficient"
    return ServiceRefusedError(code, where=where, status=status)


def reason_of(error: ApiError) -> str:
    """What the server gave as the cause, cut to a line."""
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        causes = body["error"].get("root_cause") or [body["error"]]
        return f"{causes[0].get('type', '')}: {causes[0].get('reason', '')}"[:300]
    return str(body)[:300]
