"""A real Chromium, the one that is installed, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.services import ServiceUnavailableError, tools

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")  # without the fonts Chinese is drawn as boxes

# A page under test is loaded over loopback; the browser itself must not call anybody.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def program() -> Path:
    """The one SEARCHAPP_TEST_CHROMIUM names, else the first on PATH; raises ServiceUnavailableError."""
    if named := os.environ.get("SEARCHAPP_TEST_CHROMIUM"):
        return Path(named)
    if not (found := _on_path()):
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
        found = _on_path()
    if not found:
        raise ServiceUnavailableError("no Chromium or Chrome on PATH")
    return Path(found)


@contextmanager
def launched(executable: Path) -> Iterator[Browser]:
    """A headless browser, closed at the end."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        flags = [*FLAGS, *sandbox]
        browser = playwright.chromium.launch(executable_path=executable, headless=True, args=flags)
        try:
            yield browser
        finally:
            browser.close()


def _on_path() -> str | None:
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)
