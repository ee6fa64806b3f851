"""Fetching a model from the hub, with its progress shown and every failure a sentence."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from searchapp import progress
from searchapp.embedding.weights import HUB_SECONDS, Weights, find_weights, hub_cache, names_folder, repository
from searchapp.errors import ModelUnavailableError, StorageError, unwritable
from searchapp.messages import Value

LEFT_OUT = ["*.onnx", "*.msgpack", "*.h5", "*.ot", "onnx/*", "openvino/*", "*.gguf"]
"""The same weights in formats that are not read."""

_BROKEN_OFF = {
    cause for kind in ("Connect", "Read", "Write", "Close") for cause in (f"{kind}Error", f"{kind}Timeout")
} | {"RemoteProtocolError", "PoolTimeout", "ChunkedEncodingError"}
"""Errors of the client for HTTP that the hub's own client lets through, by name: which client it is changes."""


def fetch(name: str) -> Weights:
    """Download the model called ``name`` into the local hub cache; what is there already is not fetched again.

    Raises ModelUnavailableError where the hub cannot be reached, or answers anything else than the model, and
    StorageError where the disk does not take it. What was fetched by then is kept, and the next try goes on from it.
    """
    if names_folder(name) or not hub_answers():
        raise missing(name)
    from huggingface_hub import snapshot_download

    progress.tell(f"Fetching {repository(name)}", 0.0)
    try:
        snapshot_download(repository(name), ignore_patterns=LEFT_OUT, tqdm_class=_bar())
    except Exception as error:  # of the hub's client, the one for HTTP below it, and the system's
        raise _failure(name, error) from error
    found = find_weights(name)
    if found is None:
        raise _refused("hub_weights_unreadable", name)
    return found


def _failure(name: str, error: Exception) -> ModelUnavailableError | StorageError:
    """What ``error`` says about the hub, or about the disk."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

    if isinstance(error, LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # the hub failed, and then there was nothing in the cache either
    if isinstance(error, GatedRepoError):
        return _refused("hub_consent_missing", name)
    if isinstance(error, RepositoryNotFoundError):
        return _refused("hub_model_missing", name)
    if isinstance(error, HfHubHTTPError) and error.response is not None:
        status = error.response.status_code
        return _refused("hub_token_refused" if status in (401, 403) else "hub_failed", name, status=status)
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError | TimeoutError):
        return unwritable(hub_cache(), error, "HF_HOME")
    if isinstance(error, OSError) or type(error).__name__ in _BROKEN_OFF:
        return _refused("hub_broke_off", name)
    # A page of HTML in the place of JSON ends in errors of many libraries.
    return _refused("hub_protocol_unknown", name)


def hub_answers() -> bool:
    """Whether the model hub, or the proxy on the way to it, can be reached at all and may be asked."""
    from huggingface_hub import constants

    host = urlsplit(constants.ENDPOINT)
    if constants.HF_HUB_OFFLINE or not host.hostname:
        return False
    try:
        proxy = None if proxy_bypass(host.hostname) else getproxies().get(host.scheme)
        near = urlsplit(proxy if "://" in proxy else f"http://{proxy}") if proxy else host
        port = near.port or (443 if near.scheme == "https" else 80)
        socket.create_connection((near.hostname or "", port), timeout=HUB_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def missing(name: str) -> ModelUnavailableError:
    """The error of a model that is nowhere to be had."""
    return ModelUnavailableError("model_folder_missing" if names_folder(name) else "model_unfetchable", name=name)


def _refused(code: str, name: str, **values: Value) -> ModelUnavailableError:
    from huggingface_hub import constants

    host = urlsplit(constants.ENDPOINT).hostname or ""
    return ModelUnavailableError(code, name=name, host=host, **values)


def _bar() -> type[Any]:
    """A progress bar in the hub's own interface that tells ours; all files of a download share it."""
    from tqdm.auto import tqdm

    class Told(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self._counts_bytes = kwargs.get("unit") == "B"
            super().__init__(*args, **{**kwargs, "disable": True})
            self.seen = 0.0

        def update(self, n: float | None = 1) -> bool | None:
            self.seen += n or 0
            if self._counts_bytes and self.total:
                progress.tell("Fetching the embedding model", min(1.0, self.seen / self.total))
            return None

    return Told
