"""What the reading process and its parent say to each other: frames of bytes, and a transcript as JSON.

Nothing here is ever executed on arrival, as a pickle would be: what comes from the child was made from a file that
anybody may have written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from clsassist.readers.transcript import Transcript
from clsassist.records import Block, BlockKind, Span, Warning

# What an answer may be: a page is done and more will come; the last word on the file; or that of the process.
PAGE, READ, REFUSED, NO_MEMORY, BROKEN = "page", "read", "refused", "no memory", "broken"

# The text and blocks of a plan of 500 pages weigh a few megabytes.
_LONGEST_FRAME = 150_000_000
_LENGTH_BYTES = 8
# Half a character: some PDF files give it, and nothing can write it to a disk or a screen.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send bytes, preceded by their number."""
    stream.write(len(payload).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Wait for the next frame; None when the other side is gone, even in the middle of a frame.

    Raises ValueError when the frame is longer than any that is sent.
    """
    head = stream.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    if length > _LONGEST_FRAME:
        raise ValueError(f"frame of {length} bytes")
    payload = stream.read(length)
    return payload if len(payload) == length else None


def write_answer(stream: IO[bytes], kind: str, **values: object) -> None:
    """Send one answer of the reading process."""
    write_frame(stream, json.dumps({"kind": kind, **values}).encode("ascii"))


def transcript_to_values(transcript: Transcript) -> dict[str, object]:
    """Bring a transcript down to what JSON can say."""
    return {
        "text": transcript.text,
        "blocks": [
            (
                block.kind,
                block.span.start,
                block.span.end,
                block.page,
                block.table,
                block.row,
                block.column,
                block.level,
                block.ticked,
            )
            for block in transcript.blocks
        ],
        "warnings": [(warning.message, warning.line, warning.page) for warning in transcript.warnings],
        "margins": list(transcript.margins),
        "title": transcript.title,
    }


def values_to_transcript(values: Mapping[str, Any]) -> Transcript:
    """Build a transcript again, checking that its blocks lie in its text.

    Raises ValueError, KeyError or TypeError when the values are not those of a transcript.
    """
    text = _printable(values["text"])
    blocks = tuple(Block(BlockKind(kind), Span(start, end), *place) for kind, start, end, *place in values["blocks"])
    if any(block.span.end > len(text) for block in blocks):
        raise ValueError("a block lies outside the text")
    title = values["title"]
    return Transcript(
        text,
        blocks,
        tuple(Warning(_printable(message), line, page) for message, line, page in values["warnings"]),
        tuple(_printable(margin) for margin in values["margins"]),
        None if title is None else _printable(title),
    )


def _printable(text: str) -> str:
    # One character for one: the spans stay where they are.
    return _HALF_CHARACTER.sub("\ufffd", text)
