"""Macros told from the content of a file: what is offered for download must run nothing."""

from __future__ import annotations

from clsassist.readers.packages import list_names

# Parts of an Office package that hold programs: Visual Basic, and the macro sheets that came before it.
_PARTS = ("vbaproject.bin", "vbadata.xml")
_FOLDERS = ("xl/macrosheets/", "basic/", "scripts/")
# The stream of an old Office file where Visual Basic is.
_STREAM = "_VBA_PROJECT".encode("utf-16-le")
# A Word page saved as text carries its macros in this envelope, plain or in base64.
_ENVELOPES = (b"ActiveMime", b"QWN0aXZlTWlt")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE = b"PK\x03\x04"


def holds_macros(raw: bytes) -> bool:
    """Say whether a file of an office suite holds macros; what they would do is not looked at."""
    if raw.startswith(_PACKAGE):
        names = [name.lower().replace("\\", "/") for name in list_names(raw)]
        return any(name.endswith(_PARTS) or name.startswith(_FOLDERS) for name in names)
    if raw.startswith(_OLE):
        return _STREAM in raw
    return any(envelope in raw for envelope in _ENVELOPES)
