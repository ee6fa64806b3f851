"""A real tesseract with the languages that scanned pages are read in by default."""

import shutil

from tests.services import ServiceUnavailableError, tools

DEBIAN_PACKAGES = ("tesseract-ocr", "tesseract-ocr-eng", "tesseract-ocr-chi-sim")


def program() -> str:
    """The one on PATH; raises ServiceUnavailableError."""
    if not shutil.which("tesseract"):
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
    found = shutil.which("tesseract")
    if not found:
        raise ServiceUnavailableError("no tesseract on PATH")
    return found
