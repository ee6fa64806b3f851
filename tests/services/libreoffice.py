"""A real LibreOffice without a screen: Writer and Impress, which read documents of Office 97-2003."""

from searchapp.sources import libreoffice
from tests.services import ServiceUnavailableError, tools

DEBIAN_PACKAGES = ("libreoffice-writer-nogui", "libreoffice-impress-nogui")


def program() -> str:
    """The one that searchapp finds; raises ServiceUnavailableError."""
    if libreoffice.program() is None:
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
    found = libreoffice.program()
    if found is None:
        raise ServiceUnavailableError("no LibreOffice on PATH")
    return str(found)
