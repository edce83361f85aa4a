"""The files of a form written to disk as they come: within limits, under safe names, never whole in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool

from clsassist.deposit import DepositError, Refusal, safe_name
from clsassist.readers import ARCHIVES

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

# A folder of plans; each file is a part of the form, which has hardly any other.
MOST_FILES = 100
_MOST_PARTS = MOST_FILES + 10
# Small pieces are gathered: each writing is one trip to a thread.
_PIECE = 256_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may weigh, and the whole form; an archive is bounded by the form alone."""

    file_bytes: int
    form_bytes: int


async def receive_files(
    pieces: AsyncIterator[bytes], content_type: str, folder: Path, limits: Limits
) -> tuple[Refusal, ...]:
    """Write the files of a form in a folder; return those that are not kept, with the reason.

    Raises DepositError when the form as a whole is refused: what is written by then is to be thrown away. Raises
    OSError when the disk refuses.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise DepositError("Aucun fichier n'a été reçu : choisissez au moins un fichier.")
    form = _Form(folder, limits)
    try:
        parser = MultipartParser(options[b"boundary"], form.callbacks())
        async for piece in _gathered(pieces, limits.form_bytes):
            await run_in_threadpool(parser.write, piece)
    except FormParserError as error:
        raise DepositError("L'envoi est arrivé abîmé : recommencez.") from error
    finally:
        form.close()
    return form.end()


async def _gathered(pieces: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    total, waiting = 0, bytearray()
    async for piece in pieces:
        total += len(piece)
        if total > most:
            raise DepositError(f"L'envoi dépasse {most / 1e6:.0f} Mo : envoyez les fichiers en plusieurs fois.")
        waiting += piece
        if len(waiting) >= _PIECE:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


class _Form:
    """The parts of a form as a parser tells them, one after the other."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._refused: list[Refusal] = []
        self._parts = self._files = 0
        self._complete = False
        # The header and the file being received.
        self._header = b""
        self._value = b""
        self._disposition = b""
        self._name = ""
        self._file: IO[bytes] | None = None
        self._received = 0

    def callbacks(self) -> MultipartCallbacks:
        """Return what the parser calls."""
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": self._take_header,
            "on_header_value": self._take_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_content,
            "on_part_data": self._take_content,
            "on_part_end": self.close,
            "on_end": self._end,
        }

    def close(self) -> None:
        """Close the file being received, if any."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def end(self) -> tuple[Refusal, ...]:
        """Return what is not kept; raises DepositError when the form was cut short or held no file."""
        if not self._complete:
            raise DepositError("L'envoi s'est interrompu avant la fin : recommencez.")
        if not self._files:
            raise DepositError("Aucun fichier n'a été choisi : choisissez au moins un fichier.")
        return tuple(self._refused)

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise DepositError(f"L'envoi compte plus de {MOST_FILES} fichiers : envoyez-les en plusieurs fois.")
        self._disposition = b""

    def _take_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _take_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._disposition)
        given = options.get(b"filename", b"").decode("utf-8", "replace")
        # A form sent without a choice holds one file without a name.
        if not given:
            return
        self._files += 1
        self._received = 0
        try:
            self._name = safe_name(given)
            self._file = (self._folder / self._name).open("xb")
        except ValueError as error:
            self._refused.append(Refusal(given[:100], str(error)))
        except FileExistsError:
            self._refused.append(Refusal(self._name, "un autre fichier de cet envoi porte ce nom : renommez-le"))

    def _take_content(self, data: bytes, start: int, end: int) -> None:
        # What belongs to no file that is kept is let by.
        if self._file is None:
            return
        self._received += end - start
        most = self._limits.file_bytes
        if self._received > most and not self._name.lower().endswith(ARCHIVES):
            self.close()
            (self._folder / self._name).unlink()
            self._refused.append(Refusal(self._name, f"il pèse plus que la limite de {most / 1e6:.0f} Mo"))
            return
        self._file.write(data[start:end])

    def _end(self) -> None:
        self._complete = True
