"""A workbook to its sheets: the text of every filled cell, merged ranges, hidden rows, and what to tell about them."""

from __future__ import annotations

import io
import re
import warnings as python_warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any

from clsassist.readers.packages import open_package
from clsassist.readers.spreadsheet_values import value_to_text
from clsassist.records import Warning

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from openpyxl.packaging.relationship import RelationshipList
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet._reader import WorkSheetParser

MAX_ROWS = 20_000
MAX_COLUMNS = 200
# Measured on a loaded machine: 100,000 filled cells take six seconds and 200 MB.
MAX_CELLS = 150_000
# Beyond this a cell is no text that a person wrote; it is also what Excel itself accepts.
_LONGEST_CELL = 32_767
_LINK_FORMULA = re.compile(r'^\s*HYPERLINK\(\s*"([^"]+)"', re.IGNORECASE)
# Only these addresses are worth showing: the others lead inside the workbook or into somebody's disk.
_SHOWN_LINKS = ("http://", "https://", "mailto:", "ftp://")

# Cells and rows that only have a style: a sheet may hold a million of them, and parsing them would take ten seconds.
_STYLED_CELL = re.compile(rb'<(?:\w+:)?c(?=\s[^<>]*?\br="[A-Z]+\d+")[^<>]*/>')
_STYLED_ROW = re.compile(rb'<(?:(\w+):)?row(?=\s[^<>]*?\br="\d+")[^<>]*(?:/>|>\s*</(?:\w+:)?row>)')

_COMMENTS = re.compile(r"xl/(?:comments/)?comments?\d*\.xml")
_COMMENT = re.compile(rb"<(?:\w+:)?comment\s")

# What openpyxl raises on a damaged workbook: it checks little, so the damage shows wherever it is used.
_DAMAGE = (
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,  # the XML parsers' errors are of this class
    EOFError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One filled cell: what it shows, with its line ends, and the day or truth value that it holds."""

    text: str
    day: date | None = None
    number: float | None = None
    truth: bool | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, by its first and last rows and columns; all count from 0, and the last is inside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """One sheet: its filled cells by row and column, which count from 0.

    ``from_1904`` tells that its bare numbers count days from 1904, as old workbooks of the Mac do.
    """

    name: str
    rows: dict[int, dict[int, SheetCell]] = field(default_factory=dict)
    merges: tuple[Merge, ...] = ()
    warnings: list[Warning] = field(default_factory=list)
    from_1904: bool = False

    def cell_text(self, row: int, column: int) -> str:
        """Return what a cell shows, '' for an empty one."""
        found = self.rows.get(row, {}).get(column)
        return found.text if found else ""

    def tell(self, message: str) -> None:
        """Add a warning about this sheet."""
        self.warnings.append(Warning(f"feuille « {self.name} » : {message}"))


def cell_name(row: int, column: int) -> str:
    """Return how a spreadsheet calls a cell.

    >>> cell_name(0, 27)
    'AB1'
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def load_sheets(raw: bytes) -> tuple[list[Sheet], str | None]:
    """Return the worksheets of an Excel workbook in order, and its title when its properties give one.

    Raises ValueError with a French reason when it is damaged, protected, no workbook, or beyond the limits.
    """
    _refuse_old_format(raw)
    with open_package(raw) as package:
        if "[Content_Types].xml" not in package.namelist():
            raise ValueError("ce n'est pas un classeur Excel")
        _refuse_entities(package)
        comments = _count_comments(package)
    with python_warnings.catch_warnings():
        # openpyxl tells of styles and extensions that it drops: none is content.
        python_warnings.simplefilter("ignore")
        workbook = _load_workbook(raw)
        try:
            sheets = [_read_sheet(workbook, found) for found in workbook.worksheets]
            if comments and sheets:
                sheets[0].warnings.append(Warning(f"{comments} commentaire(s) de cellule, laissé(s) de côté"))
            return sheets, workbook.properties.title
        finally:
            workbook.close()


def _refuse_old_format(raw: bytes) -> None:
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise ValueError("il est protégé par un mot de passe : enregistrez-le sans mot de passe")
        raise ValueError("c'est un classeur d'un ancien format (.xls) : enregistrez-le en .xlsx")


def _count_comments(package: zipfile.ZipFile) -> int:
    """Count the remarks hung on cells; those of a conversation stand in a part of their own, and in the older one."""
    names = (name for name in package.namelist() if _COMMENTS.fullmatch(name))
    return sum(len(_COMMENT.findall(package.read(name))) for name in names)


def _refuse_entities(package: zipfile.ZipFile) -> None:
    """Refuse XML that defines entities: no spreadsheet program writes any, and they unfold without end."""
    for name in package.namelist():
        if name.endswith((".xml", ".rels")):
            try:
                with package.open(name) as entry:
                    head = entry.read(2_048)
            except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
                raise ValueError(f"il est abîmé (« {name} » est illisible)") from error
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise ValueError("il définit des entités XML (fichier piégé)")


def _load_workbook(raw: bytes) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        return load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    except (*_DAMAGE, OSError, InvalidFileException) as error:
        raise ValueError("il est abîmé, ou ce n'est pas un classeur Excel") from error


def _read_sheet(workbook: Workbook, source: ReadOnlyWorksheet) -> Sheet:
    sheet = Sheet(source.title, from_1904=workbook.epoch.year == 1904)
    if source.sheet_state != "visible":
        sheet.tell("elle est masquée dans le classeur, et lue comme les autres")
    try:
        _SheetLoader(workbook, source, sheet).load()
    except _TooLargeError as error:
        raise ValueError(str(error)) from error
    except _DAMAGE as error:
        raise ValueError(f"il est abîmé (feuille « {source.title} » illisible)") from error
    return sheet


class _TooLargeError(Exception):
    """A sheet is beyond the limits; its message is the French reason."""


class _SheetLoader:
    """One pass over one sheet.

    It drives openpyxl's own row parser: the read-only worksheet built on it gives neither merged ranges nor links nor
    hidden rows, and the full one costs fifty times the memory.
    """

    def __init__(self, workbook: Workbook, source: ReadOnlyWorksheet, sheet: Sheet) -> None:
        self._workbook = workbook
        self._source: Any = source  # for its private attributes, which the type stubs leave out
        self._sheet = sheet
        self._filled = 0
        self._uncomputed: list[str] = []
        self._links: dict[tuple[int, int], str] = {}

    def load(self) -> None:
        with self._source._get_source() as stream:
            filled = _STYLED_ROW.sub(b"", _STYLED_CELL.sub(b"", stream.read()))
        parser = self._parser(io.BytesIO(filled))
        for number, cells in _parse_wanted(parser):
            self._keep_row(number - 1, cells)
        self._add_links(parser)
        self._sheet.merges = tuple(_merges(parser))
        self._tell_hidden(parser)
        if self._uncomputed:
            places = some(self._uncomputed)
            self._sheet.tell(f"formule sans résultat enregistré en {places} : cellule lue comme vide")

    def _parser(self, stream: IO[bytes]) -> WorkSheetParser:
        from openpyxl.worksheet._reader import WorkSheetParser

        loader = self

        class Parser(WorkSheetParser):
            def parse_cell(self, element: Element) -> dict[str, Any]:
                cell: dict[str, Any] = super().parse_cell(element)
                # A cell of type s, n or b without formula has one child at most: only the others cost more.
                if len(element) > 1 or cell["value"] is None:
                    loader._look_at_formula(element, cell)
                return cell

        return Parser(
            stream,
            self._source._shared_strings,
            data_only=True,
            epoch=self._workbook.epoch,
            date_formats=self._workbook._date_formats,  # type: ignore[attr-defined]
            timedelta_formats=self._workbook._timedelta_formats,  # type: ignore[attr-defined]
        )

    def _look_at_formula(self, element: Element, cell: dict[str, Any]) -> None:
        formula = next((child for child in element if child.tag.endswith("}f")), None)
        if formula is None:
            return
        place = (cell["row"] - 1, cell["column"] - 1)
        # A text result may be empty: only a cell without any result was never computed.
        if cell["value"] is None and element.get("t") != "str":
            self._uncomputed.append(cell_name(*place))
        link = _LINK_FORMULA.match(formula.text or "")
        if link:
            self._links[place] = link.group(1)

    def _keep_row(self, row: int, cells: list[dict[str, Any]]) -> None:
        kept = {}
        for cell in cells:
            value = cell["value"]
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            column = cell["column"] - 1
            if row >= MAX_ROWS or column >= MAX_COLUMNS:
                raise _TooLargeError(self._too_large(row))
            kept[column] = self._cell(value, cell)
        if kept:
            self._filled += len(kept)
            if self._filled > MAX_CELLS:
                raise _TooLargeError(f"sa feuille « {self._sheet.name} » compte plus de {MAX_CELLS} cellules remplies")
            self._sheet.rows[row] = kept

    def _too_large(self, row: int) -> str:
        beyond = f"{MAX_ROWS} lignes" if row >= MAX_ROWS else f"{MAX_COLUMNS} colonnes"
        return f"sa feuille « {self._sheet.name} » dépasse {beyond}"

    def _cell(self, value: object, cell: dict[str, Any]) -> SheetCell:
        if isinstance(value, str):
            if cell["data_type"] == "e":
                place = cell_name(cell["row"] - 1, cell["column"] - 1)
                self._sheet.tell(f"la cellule {place} contient l'erreur {value}")
            return SheetCell(value[:_LONGEST_CELL].replace("\r\n", "\n").replace("\r", "\n"))
        text = value_to_text(value, self._number_format(cell["style_id"]))
        if isinstance(value, bool):
            return SheetCell(text, truth=value)
        if isinstance(value, datetime):
            return SheetCell(text, day=value.date())
        if isinstance(value, date):
            return SheetCell(text, day=value)
        return SheetCell(text, number=value if isinstance(value, int | float) else None)

    def _number_format(self, style: int) -> str:
        from openpyxl.cell.read_only import ReadOnlyCell

        if not style:
            return "General"
        return str(ReadOnlyCell(self._source, 1, 1, None, style_id=style).number_format)

    def _add_links(self, parser: WorkSheetParser) -> None:
        targets = self._link_targets() if parser.hyperlinks.hyperlink else None
        for link in parser.hyperlinks.hyperlink:
            related = targets.get(link.id) if targets is not None and link.id else None
            if related is not None and link.ref:
                for merge in _parse_range(link.ref):
                    self._links[merge.top, merge.left] = related.target
        for (row, column), address in self._links.items():
            shown = self._sheet.rows.get(row, {}).get(column)
            if shown and address.startswith(_SHOWN_LINKS) and _bare(address) not in shown.text:
                self._sheet.rows[row][column] = SheetCell(f"{shown.text} ({_bare(address)})")

    def _link_targets(self) -> RelationshipList | None:
        from openpyxl.packaging.relationship import get_dependents, get_rels_path

        archive = self._workbook._archive  # type: ignore[attr-defined]
        path = get_rels_path(self._source._worksheet_path)  # type: ignore[no-untyped-call]
        return get_dependents(archive, path) if path in archive.namelist() else None

    def _tell_hidden(self, parser: WorkSheetParser) -> None:
        hidden = [
            int(number) - 1
            for number, attributes in parser.row_dimensions.items()
            if attributes.get("hidden") in ("1", "true")
        ]
        filled = [str(row + 1) for row in hidden if row in self._sheet.rows]
        if filled:
            self._sheet.tell(f"lignes masquées (ou filtrées) lues comme les autres : {some(filled)}")
        columns = list(_hidden_columns(parser, self._sheet))
        if columns:
            self._sheet.tell(f"colonnes masquées lues comme les autres : {some(columns)}")


def _parse_wanted(parser: WorkSheetParser) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Parse the rows of a sheet, and of its other parts only the columns, merged ranges and links.

    lxml does it several times faster than the parser that openpyxl chooses. Each element is dropped once read.
    """
    from lxml import etree
    from openpyxl.worksheet import _reader
    from openpyxl.worksheet.hyperlink import HyperlinkList
    from openpyxl.worksheet.merge import MergeCells

    wanted = (_reader.ROW_TAG, _reader.COL_TAG, _reader.MERGE_TAG, _reader.HYPERLINK_TAG)
    for _, element in etree.iterparse(parser.source, tag=wanted, resolve_entities=False, no_network=True):
        if element.tag == _reader.ROW_TAG:
            yield parser.parse_row(element)
        elif element.tag == _reader.COL_TAG:
            parser.parse_column_dimensions(element)
        elif element.tag == _reader.MERGE_TAG:
            parser.merged_cells = MergeCells.from_tree(element)
        else:
            parser.hyperlinks = HyperlinkList.from_tree(element) or parser.hyperlinks
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _hidden_columns(parser: WorkSheetParser, sheet: Sheet) -> Iterator[str]:
    used = {column for cells in sheet.rows.values() for column in cells}
    for attributes in parser.column_dimensions.values():
        if attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]) - 1, int(attributes.get("max", attributes["min"])) - 1
            for column in sorted(column for column in used if first <= column <= last):
                yield cell_name(0, column)[:-1]


def _merges(parser: WorkSheetParser) -> Iterator[Merge]:
    if parser.merged_cells is not None:
        for found in parser.merged_cells.mergeCell:
            yield from _parse_range(found.ref)


def _parse_range(ref: str) -> Iterator[Merge]:
    from openpyxl.utils import range_boundaries

    left, top, right, bottom = range_boundaries(ref)
    if left and top and right and bottom:
        yield Merge(top - 1, left - 1, min(bottom, MAX_ROWS) - 1, min(right, MAX_COLUMNS) - 1)


def _bare(address: str) -> str:
    return address.removeprefix("mailto:")


def some(names: list[str]) -> str:
    """Name a few cells or rows, and count the others."""
    shown, rest = names[:5], len(names) - 5
    return ", ".join(shown) + (f" et {rest} autre{'s' if rest > 1 else ''}" if rest > 0 else "")
