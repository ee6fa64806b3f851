"""Each sample document is read as a reader would expect it."""

from __future__ import annotations

from searchapp.samples import samples_folder
from searchapp.settings import load_settings
from searchapp.sources import BadTarget, Loader, discover


def test_every_sample_is_a_document_in_its_language() -> None:
    seen = {}
    with Loader(load_settings()) as loader:
        for found in discover([str(samples_folder())]):
            assert not isinstance(found, BadTarget)
            document = loader.load(found)
            assert document.title and len(document.text) > 300
            assert document.language == ("zh" if "/zh/" in found.source else "en")
            seen.setdefault(document.type, []).append(document)
    assert {str(kind): len(documents) for kind, documents in seen.items()} == {"markdown": 4, "html": 2, "pdf": 2}
    for document in seen["pdf"]:
        assert document.pages is not None and document.pages > 3
        assert len({section.page for section in document.sections}) == document.pages
    assert any("磁盘使用率超过" in document.text for document in seen["pdf"])
