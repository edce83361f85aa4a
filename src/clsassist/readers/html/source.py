"""The bytes of a saved page to a tree: the page inside a web archive, its encoding, its bounds."""

from __future__ import annotations

import email
import re
from email.message import Message

import lxml.etree
import lxml.html

from clsassist.readers.encoding import decode
from clsassist.records import Warning

# A contract of a hundred pages, exported from Word, has some 100,000; this many take 3 to 8 s.
MAX_TAGS = 200_000
MAX_PARTS = 2_000

# Where a page names its encoding, browsers look no further than its first kilobyte; Word writes more before.
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)|<meta\s[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I
)
_HEAD = 8_192
_ARCHIVE = re.compile(rb"\s*(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?mime-version:", re.I)


def bytes_to_tree(raw: bytes) -> tuple[lxml.html.HtmlElement, tuple[Warning, ...]]:
    """Parse a page, or the main page of a web archive (.mht); nothing is fetched, no entity is defined.

    Raises ValueError with a French reason when there is no page in it, or beyond the limits.
    """
    declared = None
    if _ARCHIVE.match(raw[:_HEAD]):
        raw, declared = _archive_to_page(raw)
    named = _DECLARED.search(raw[:_HEAD])
    if declared is None and named:
        declared = (named.group(1) or named.group(2)).decode("ascii")
    text, warnings = decode(raw, declared)
    return text_to_tree(text), warnings


def text_to_tree(text: str) -> lxml.html.HtmlElement:
    """Parse the text of a page.

    Raises ValueError with a French reason when it is empty, or beyond the limits.
    """
    tags = text.count("<")
    if tags > MAX_TAGS:
        raise ValueError(f"la page contient {tags} balises, plus que la limite de {MAX_TAGS} : découpez-la")
    # The text goes in as UTF-8 bytes: lxml refuses characters that come with an encoding declaration.
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    try:
        root = lxml.html.document_fromstring(text.encode(), parser=parser)
    except lxml.etree.ParserError as error:
        raise ValueError("la page est vide") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        # The parser stops there: what follows would be lost.
        raise ValueError("ses éléments s'emboîtent trop profondément")
    return root


def _archive_to_page(raw: bytes) -> tuple[bytes, str | None]:
    """Return the first page of a web archive, and the encoding its heading gives."""
    for position, part in enumerate(_parts(email.message_from_bytes(raw))):
        if position > MAX_PARTS:
            raise ValueError(f"l'archive web contient plus de {MAX_PARTS} éléments")
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            page = part.get_payload(decode=True)
            return page if isinstance(page, bytes) else b"", part.get_content_charset()
    raise ValueError("l'archive web ne contient aucune page")


def _parts(message: Message) -> list[Message]:
    """List a message and what it holds, however deep, in order."""
    found, waiting = [], [message]
    while waiting:
        part = waiting.pop()
        found.append(part)
        held = part.get_payload()
        if isinstance(held, list):
            waiting.extend(piece for piece in reversed(held) if isinstance(piece, Message))
    return found
