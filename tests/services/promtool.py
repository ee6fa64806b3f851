"""Prometheus's own checker of rules and expressions."""

import shutil

from tests.services import ServiceUnavailableError, tools


def program() -> str:
    """The one on PATH; raises ServiceUnavailableError."""
    if not shutil.which("promtool"):
        tools.ensure_debian_packages("prometheus")
    found = shutil.which("promtool")
    if not found:
        raise ServiceUnavailableError("no promtool on PATH (Debian has it in the package prometheus)")
    return found
