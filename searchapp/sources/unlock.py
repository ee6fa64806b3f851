"""Encrypted Office documents, opened with the passwords that the operator gave."""

from __future__ import annotations

import io

from searchapp.errors import SourceError
from searchapp.sources.containers import OLE_MAGIC, is_encrypted_office
from searchapp.sources.parsed import ParserInput

PASSWORD = "password"  # noqa: S105 - a name for one
"""What a protected document lacks (``SourceError.lacking``)."""


def locked(name: str, *, tried: bool) -> SourceError:
    """What to raise for a document that no password opened."""
    what = "is protected by a password, and none of the given ones opens it" if tried else "is protected by a password"
    return SourceError(
        f"{name} {what}.",
        "Give its password to searchapp ingest --password, or in SEARCHAPP_DOCUMENT_PASSWORDS.",
        PASSWORD,
    )


def sealed(name: str) -> SourceError:
    """What to raise for a protected document of a kind that cannot be opened here."""
    return SourceError(f"{name} is protected by a password.", "Save a copy without one, and add that.")


def unlock(source: ParserInput) -> bytes:
    """The bytes of ``source``, decrypted if they are an encrypted Office document.

    Raises SourceError when no password opens it.
    """
    if not source.data.startswith(OLE_MAGIC) or not is_encrypted_office(source.data):
        return source.data
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError

    failures: tuple[type[Exception], ...] = (DecryptionError, FileFormatError, InvalidKeyError, ParseError, ValueError)
    # The first is Excel's own, for workbooks that are only protected against changes.
    for password in ("VelvetSweatshop", *source.options.passwords):
        out = io.BytesIO()
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(source.data))
            file.load_key(password=password, verify_password=True)
            file.decrypt(out)
        except failures:
            continue
        return out.getvalue()
    raise locked(source.name, tried=bool(source.options.passwords))
