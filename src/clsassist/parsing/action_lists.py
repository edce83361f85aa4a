"""A list of actions being read, one a row below its header: spreadsheets, and tables of levers."""

from __future__ import annotations

from dataclasses import dataclass

from clsassist.parsing.column_rows import (
    Listed,
    RowKind,
    lone_heading,
    row_number,
    row_to_kind,
    row_to_listed,
)
from clsassist.parsing.columns import Header, row_to_header, with_sub_header
from clsassist.parsing.gathering import Gathering
from clsassist.parsing.outline import read_line
from clsassist.parsing.units import Row
from clsassist.records import Warning


@dataclass(slots=True)
class ActionList:
    """The header that the rows stand under, and how many actions were read below it."""

    header: Header
    actions: int = 0

    def read(self, row: Row, gathering: Gathering) -> None:
        """Read one row: an action, or what a list holds between them."""
        text = gathering.text
        deeper = with_sub_header(self.header, row, text) if not self.actions else None
        if deeper is not None:
            self.header = deeper
            return
        kind = row_to_kind(row, self.header, text, first=not self.actions)
        if kind is RowKind.HEADER:
            self.header = row_to_header(row, text) or self.header
        elif kind is RowKind.INSTRUCTION:
            message = f"ligne {row_number(row)} : consigne ou exemple du modèle, non lu"
            gathering.warnings.append(Warning(message))
        elif kind is RowKind.HEADING and (block := lone_heading(row, text)):
            read_line(gathering, block, None)
        elif kind is RowKind.TOTAL:
            gathering.add_row_to_section(row)
        elif kind is RowKind.LISTED:
            self._read_action(row_to_listed(row, self.header, text), row, gathering)

    def _read_action(self, listed: Listed, row: Row, gathering: Gathering) -> None:
        """Open the action of a row; a row without a title goes on with the action above, unless it names its axe."""
        current = gathering.fiche if gathering.fiche and gathering.fiche.from_column else None
        if current and (listed.title == current.title or (listed.title is None and not listed.opens)):
            listed.continue_fields(current.fields, gathering.text)
        elif listed.title or listed.opens:
            fiche = gathering.open_fiche(listed.number, listed.title, None)
            fiche.from_column, fiche.title_field = True, listed.title_field
            fiche.axe_number = listed.axe_number or fiche.axe_number
            fiche.fields.extend(listed.fields)
            self.actions += 1
        else:
            gathering.add_row_to_section(row)
            return
        gathering.warnings.extend(listed.warnings)
