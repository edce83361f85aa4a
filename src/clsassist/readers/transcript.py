"""What a reader gives: the text of one file, its blocks, and what to tell about it."""

from __future__ import annotations

from dataclasses import dataclass

from clsassist.records import Block, Warning


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file, read: ``blocks`` point into ``text``.

    ``margins`` holds the headers, footers and watermarks, each once: they tell what the document is, and are no
    content. ``title`` is the one that the file's own properties give, when it is no file name.
    """

    text: str
    blocks: tuple[Block, ...]
    warnings: tuple[Warning, ...] = ()
    margins: tuple[str, ...] = ()
    title: str | None = None
