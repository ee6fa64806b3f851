"""Rebuilds the handbook's PDFs from docs/handbook-sources, with a Chromium on this machine.

Run from the repository's root: ``python scripts/make_samples.py``.
"""

from pathlib import Path

from tests.services.chromium import launched, program

SOURCES = {"operations.html": "en/operations.pdf", "运维手册.html": "zh/运维手册.pdf"}


def main() -> None:
    """Print each source to its PDF, with an outline made of the headings."""
    root = Path(__file__).parents[1]
    with launched(program()) as browser:
        for source, target in SOURCES.items():
            page = browser.new_page()
            page.goto((root / "docs" / "handbook-sources" / source).as_uri())
            page.pdf(path=root / "searchapp" / "samples" / target, format="A4", tagged=True, outline=True)
            page.close()


if __name__ == "__main__":
    main()
