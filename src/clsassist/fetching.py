"""Records by id, fetched when wanted: of a large corpus, no question needs them all."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

_Record = TypeVar("_Record")


class Fetched(Mapping[str, _Record]):
    """Records by id; those fetched last are kept, ``most`` of them. Several threads may share it.

    ``keys`` gives every id, in order; ``fetch`` raises KeyError for an id that is none.
    """

    def __init__(self, keys: Callable[[], Iterable[str]], fetch: Callable[[str], _Record], most: int) -> None:
        self._find_keys = keys
        self._fetch = lru_cache(maxsize=most)(fetch)

    @cached_property
    def _ids(self) -> dict[str, None]:
        return dict.fromkeys(self._find_keys())

    def __getitem__(self, key: str) -> _Record:
        return self._fetch(key)

    def __contains__(self, key: object) -> bool:
        return key in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a document and where its pages begin: all that a quote needs of it.

    ``starts`` are the offsets from which each of ``pages`` holds.
    """

    path: str
    text: str
    starts: tuple[int, ...]
    pages: tuple[int | None, ...]

    def page_at(self, offset: int) -> int | None:
        """Return the page that an offset of the text falls in, None when the format has no pages."""
        position = bisect_right(self.starts, offset)
        return self.pages[position - 1] if position else None
