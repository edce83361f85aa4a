"""Measure reading on one core, in the reading process, beside a plain library on the same bytes in the same run.

python tools/bench_reading.py           prints a Markdown table
"""

from __future__ import annotations

import io
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from clsassist.readers.isolation import ReadingProcess

if TYPE_CHECKING:
    from markitdown import MarkItDown

_ROUNDS = 3
_PAGES = 60
_FICHES = 100
_ROWS = 5_000
_LIBRARIES = ("pypdf", "pypdfium2", "lxml", "python-docx", "markitdown", "openpyxl")
_WORDS = (
    "Améliorer l'accès aux soins de premier recours des habitants du territoire en lien avec les professionnels, "
    "les associations et les communes, par des permanences régulières et des visites à domicile. "
)


@dataclass(frozen=True, slots=True)
class Bench:
    """One kind of file: its bytes, what is counted in them, and what else reads the same."""

    name: str
    suffix: str
    files: Sequence[bytes]
    unit: str
    units: int
    reference: str
    read_reference: Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """Units a second, the median of the rounds, and the highest memory of the process in bytes."""

    speed: float
    reference_speed: float
    peak: int


def make_pdf(pages: int) -> bytes:
    """Make a PDF of fiches: a heading, a ruled table of eight rows and two paragraphs on each page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    styles = getSampleStyleSheet()
    cell = styles["BodyText"]
    grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")])
    story: list[Flowable] = []
    for number in range(pages):
        rows = [[Paragraph(f"Champ {row}", cell), Paragraph(_WORDS, cell)] for row in range(8)]
        story += [Paragraph(f"Fiche-action n°{number + 1} : Aider", styles["Heading1"])]
        story += [Table(rows, colWidths=[110, 340], style=grid), Paragraph(_WORDS, cell), PageBreak()]
    written = io.BytesIO()
    SimpleDocTemplate(written, pagesize=A4).build(story)
    return written.getvalue()


def make_docx() -> bytes:
    """Make a Word fiche: a heading and a table of ten rows, with bullets in half of them."""
    import docx

    document = docx.Document()
    document.add_heading("Fiche-action n°1 : Aider", 1)
    table = document.add_table(rows=10, cols=2)
    for row in range(10):
        table.cell(row, 0).text = f"Champ {row}"
        table.cell(row, 1).text = _WORDS
        for _ in range(4 * (row % 2)):
            table.cell(row, 1).add_paragraph("Un objectif", style="List Bullet")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def make_xlsx(rows: int) -> bytes:
    """Make a table of actions, eight columns wide."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Actions")
    sheet.append(("N°", "Action", "Porteur", "Partenaires", "Public", "Échéance", "Budget", "État"))
    for number in range(rows):
        sheet.append((number, "Aider les habitants", "ARS", "MSA ; CPAM", "Jeunes", "2025", 12_000, "en cours"))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def extract_with_pypdf(raw: bytes) -> int:
    """Extract the text of each page, tables flattened."""
    import pypdf

    return sum(len(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(raw)).pages)


def convert_with_markitdown(raw: bytes) -> int:
    """Convert a Word file to Markdown."""
    return len(_load_markitdown().convert_stream(io.BytesIO(raw), file_extension=".docx").text_content)


@cache
def _load_markitdown() -> MarkItDown:
    import markitdown

    return markitdown.MarkItDown()


def iterate_with_openpyxl(raw: bytes) -> int:
    """Go through the values of each row."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    return sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))


def make_benches() -> list[Bench]:
    """Return what is measured."""
    pdf, fiche, sheet = make_pdf(_PAGES), make_docx(), make_xlsx(_ROWS)
    return [
        Bench("PDF avec tableaux", ".pdf", [pdf], "pages", _PAGES, "pypdf extract_text", extract_with_pypdf),
        Bench("fiche Word", ".docx", [fiche] * _FICHES, "fiches", _FICHES, "markitdown", convert_with_markitdown),
        Bench("tableur", ".xlsx", [sheet], "lignes", _ROWS, "openpyxl, valeurs seules", iterate_with_openpyxl),
    ]


def measure(bench: Bench) -> Measure:
    """Read every file several times, by turns with the reference; the first file of each, which loads it, is apart."""
    own, reference, peak = [], [], 0
    with ReadingProcess(patience=120) as reading:
        reading.read(bench.suffix, bench.files[0])
        bench.read_reference(bench.files[0])
        for _ in range(_ROUNDS):
            own.append(_time(lambda raw: reading.read(bench.suffix, raw), bench))
            reference.append(_time(bench.read_reference, bench))
        peak = _peak_memory(reading.pid or 0)
    return Measure(statistics.median(own), statistics.median(reference), peak)


def _time(read: Callable[[bytes], object], bench: Bench) -> float:
    started = time.perf_counter()
    for raw in bench.files:
        read(raw)
    return bench.units / (time.perf_counter() - started)


def _peak_memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def time_start() -> float:
    """Return how long the process takes to start and read its first text, in seconds: the best of five."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        with ReadingProcess() as reading:
            reading.read(".txt", b"Porteur : ARS")
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print the table."""
    # One core for this process and its children.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    print("| fichier | lecture | mémoire au plus | référence, même exécution |")
    print("|---|---|---|---|")
    for bench in make_benches():
        found = measure(bench)
        print(
            f"| {bench.name} | {found.speed:.0f} {bench.unit}/s | {found.peak / 1e6:.0f} Mo "
            f"| {bench.reference} : {found.reference_speed:.0f} {bench.unit}/s |"
        )
    print(f"\nDémarrage du processus de lecture : {time_start():.2f} s.")
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    print(f"{_processor()}, un cœur ; Python {platform.python_version()} ; {libraries}.")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


if __name__ == "__main__":
    main()
