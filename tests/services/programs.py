"""Programs that Debian has in packages of their names: zsh, fish, mandoc."""

import shutil

from tests.services import ServiceUnavailableError, tools


def program(name: str) -> str:
    """The one on PATH; raises ServiceUnavailableError."""
    if not shutil.which(name):
        tools.ensure_debian_packages(name)
    found = shutil.which(name)
    if not found:
        raise ServiceUnavailableError(f"no {name} on PATH")
    return found
