"""Which segments say what, as rows of numbers: sets of thousands are found without building a single record."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from clsassist.text import Stems

# Rows are places of segments in the order of the registry, in increasing order, each once.
Rows: TypeAlias = npt.NDArray[np.int32]

# How many phrases keep their rows: 100,000 rows, the most that one word has in 10,000 fiches, take 400 kB.
_KEPT = 128
_NONE: Rows = np.empty(0, dtype=np.int32)
_NONE.flags.writeable = False


@dataclass(frozen=True, slots=True)
class SegmentColumns:
    """What is told of every segment, one place a row.

    ``owner`` are places in ``owners``, ``field`` in ``fields``; ``weight`` is that of segments.Weight; ``title`` marks
    titles, ``option`` ticked boxes.
    """

    ids: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int32]
    owners: tuple[str, ...]
    weight: npt.NDArray[np.int8]
    field: npt.NDArray[np.int16]
    fields: tuple[str, ...]
    title: npt.NDArray[np.bool_]
    option: npt.NDArray[np.bool_]


class SegmentRows:
    """The words of all segments; several threads may share it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # Of phrases, not of questions: one phrase serves all the questions that say it.
        self._kept = lru_cache(maxsize=_KEPT)(self._find)

    def close(self) -> None:
        """Let go of all that was read."""
        self.__dict__.clear()

    @cached_property
    def columns(self) -> SegmentColumns:
        """Return what is told of every segment but its words."""
        rows = self._connection.execute(
            "SELECT segment.id, owner, weight, field, kind = 'title', kind = 'option' FROM segment "
            # A document written again has higher ids than those that follow it.
            "JOIN document ON document.id = segment.document ORDER BY document.position, segment.id"
        ).fetchall()
        ids, owners, weights, fields, titles, options = zip(*rows, strict=True) if rows else ((),) * 6
        owner_places = {owner: place for place, owner in enumerate(dict.fromkeys(owners))}
        field_places = {field: place for place, field in enumerate(dict.fromkeys(fields))}
        return SegmentColumns(
            np.array(ids, dtype=np.int64),
            np.fromiter(map(owner_places.__getitem__, owners), np.int32, len(owners)),
            tuple(owner_places),
            np.array(weights, dtype=np.int8),
            np.fromiter(map(field_places.__getitem__, fields), np.int16, len(fields)),
            tuple(field_places),
            np.array(titles, dtype=np.bool_),
            np.array(options, dtype=np.bool_),
        )

    def saying(self, forms: Iterable[Stems]) -> Rows:
        """Return the segments that hold any of these runs of stems in their own words."""
        return join_rows([self._kept(form) for form in dict.fromkeys(forms) if form])

    def owners(self, rows: Rows) -> frozenset[str]:
        """Return the ids of the actions and sections that some rows belong to."""
        names = self.columns.owners
        return frozenset(names[place] for place in np.unique(self.columns.owner[rows]).tolist())

    def among(self, rows: Rows, owners: Iterable[str]) -> Rows:
        """Keep the rows of some actions and sections."""
        places = [self._places[owner] for owner in owners if owner in self._places]
        return rows[np.isin(self.columns.owner[rows], places)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {owner: place for place, owner in enumerate(self.columns.owners)}

    def standing_with(self, rows: Rows, forms: Sequence[Stems]) -> Rows:
        """Keep the segments that hold one of these runs of stems in their words or in those that stand above them."""
        if () in forms:
            return rows
        own = np.isin(rows, self.saying(forms), assume_unique=True)
        others = rows[~own]
        clause = " OR ".join(["instr(context, ?) > 0"] * len(forms))
        above = self._checked(others, f"({clause})", [_spaced(form) for form in forms])
        return join_rows([rows[own], above])

    def written(self, rows: Rows, pattern: str) -> Rows:
        """Keep the segments whose words match a GLOB pattern of SQLite: « *[0-9]* »."""
        return self._checked(rows, "quote GLOB ?", [pattern])

    def _find(self, form: Stems) -> Rows:
        if len(form) == 1:
            found = self._connection.execute("SELECT segment FROM posting WHERE stem = ?", form).fetchall()
            return self._rows_of(found)
        rows = self._kept(form[:1])
        for stem in form[1:]:
            rows = np.intersect1d(rows, self._kept((stem,)), assume_unique=True)
        return self._checked(rows, "instr(stems, ?) > 0", [_spaced(form)])

    def _checked(self, rows: Rows, condition: str, values: Sequence[str]) -> Rows:
        """Keep the rows whose segment satisfies a condition of SQLite."""
        if not len(rows):
            return _NONE
        ids = json.dumps(self.columns.ids[rows].tolist())
        found = self._connection.execute(
            f"SELECT id FROM segment WHERE id IN (SELECT value FROM json_each(?)) AND {condition}", (ids, *values)
        ).fetchall()
        return self._rows_of(found)

    def _rows_of(self, found: Sequence[tuple[int]]) -> Rows:
        ids = np.fromiter((row[0] for row in found), np.int64, len(found))
        rows = self._by_id[np.searchsorted(self.columns.ids, ids, sorter=self._by_id)].astype(np.int32)
        rows.sort()
        rows.flags.writeable = False
        return rows

    @cached_property
    def _by_id(self) -> npt.NDArray[np.intp]:
        return np.argsort(self.columns.ids)


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all the parts, each once, in order."""
    filled = [part for part in parts if len(part)]
    if len(filled) < 2:
        return filled[0] if filled else _NONE
    return np.unique(np.concatenate(filled))


def _spaced(form: Stems) -> str:
    return f" {' '.join(form)} "
