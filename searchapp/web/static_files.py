"""Scripts, styles, labels and pictures of the page: an address for each version of them, which browsers keep for good.

The version is a hash of all files, so that modules find each other by relative addresses without a build step.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for
from markupsafe import Markup

from searchapp.messages import LANGUAGES, Language
from searchapp.messages.labels import labels

FOLDER = Path(__file__).parent / "static"
KEPT_SECONDS = 365 * 24 * 3600  # the longest that caches heed (RFC 9111 names no bound; a year is the custom)
_IMPORT = re.compile(r'^(?:import|export)\b[^"\n]*"\./([\w.]+)"', re.MULTILINE)


def _labels_in(language: Language) -> Callable[[], bytes]:
    return lambda: f"window.labels = {json.dumps(dict(labels(language)), ensure_ascii=False)};\n".encode()


_LABELS = {f"labels.{language}.js": _labels_in(language) for language in LANGUAGES}


@functools.cache
def version() -> str:
    """Twelve hexadecimal digits of what the files hold."""
    digest = hashlib.sha256()
    for file in sorted(FOLDER.iterdir()):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    for script in _LABELS.values():
        digest.update(hashlib.sha256(script()).digest())
    return digest.hexdigest()[:12]


@functools.cache
def modules(entry: str) -> tuple[str, ...]:
    """The names of the modules that ``entry`` imports, by whatever way, itself first."""
    found = [entry]
    for name in found:  # grows while it is walked
        imported = _IMPORT.findall((FOLDER / name).read_text(encoding="utf-8"))
        found.extend(one for one in dict.fromkeys(imported) if one not in found)
    return tuple(found)


def register(app: Flask) -> None:
    """Let browsers keep the files of ``app``, and tell its templates where they and their modules are."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_SECONDS
    app.view_functions["static"] = _send
    app.jinja_env.globals.update(asset=_address, script=_script)
    app.after_request(_keep)


def _address(name: str) -> str:
    return url_for("static", filename=name)


def _script(entry: str) -> Markup:
    """The element that runs a module; what it imports is fetched beside it, not one after the other."""
    preloaded = Markup("").join(
        Markup('<link rel="modulepreload" href="{}">\n  ').format(_address(name)) for name in modules(entry)[1:]
    )
    return preloaded + Markup('<script type="module" src="{}"></script>').format(_address(entry))


def _send(filename: str) -> Response:
    """A file, or the labels of a language as a script; text smaller, where the browser can unpack it."""
    if filename in _LABELS:
        response = Response(_LABELS[filename](), mimetype="text/javascript")
        response.cache_control.public, response.cache_control.max_age = True, KEPT_SECONDS
        response.add_etag()
    else:
        response = current_app.send_static_file(filename)
    if response.status_code == HTTPStatus.OK:
        _pack(response)
        response.make_conditional(request)
    return response


def _pack(response: Response) -> None:
    if request.accept_encodings["gzip"] > 0 and "Range" not in request.headers:
        response.direct_passthrough = False
        response.set_data(_packed(response.get_data()))
        response.content_encoding = "gzip"
        tag, _ = response.get_etag()
        response.set_etag(f"{tag}-gzip")


@functools.lru_cache(maxsize=256)  # as many files as there may be
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        response.cache_control.immutable = True
        response.headers["Vary"] = "Accept-Encoding"  # the same for every reader, whatever their language and session
    return response
