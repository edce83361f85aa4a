"""Papers to files: the layouts that published plans have, as text, Word, web page, Markdown and spreadsheet."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import PurePath

from docx import Document
from openpyxl import Workbook

from many_fiches.labels import FAMILY_LABELS
from many_fiches.records import Box, Entry, Family, Fiche, Paper
from many_fiches.stock import AXES

_NOTE = "*partenaires identifiés à contacter lors de la mise en œuvre"
# What packages write of the moment they were saved: the same paper must give the same bytes.
_SAVED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = (2024, 1, 1, 0, 0, 0)


def paper_to_bytes(paper: Paper) -> bytes:
    """Write a paper in the format that its path names."""
    suffix = PurePath(paper.path).suffix
    return _WRITERS[paper.plan.family, suffix](paper)


def _axe(number: int) -> str:
    return f"Axe {number} : {AXES[number - 1]}"


def _opening(paper: Paper) -> list[str]:
    """Say what any document of a contract says first."""
    place = paper.plan.of_place
    return [paper.plan.name, f"Ce document présente une partie des fiches-actions du contrat {place}."]


def _by_axe(paper: Paper) -> Iterator[tuple[str, Iterator[Fiche]]]:
    for axe, fiches in groupby(paper.fiches, key=lambda fiche: fiche.axe):
        yield AXES[axe - 1], fiches


def _has_star(entry: Entry) -> bool:
    return any(line.endswith("*") for line in entry.lines)


def _bulleted(lines: Sequence[str]) -> list[str]:
    return [f"- {line}" for line in lines]


# --- the contract: labels and values on tabbed lines, or a web page


def _contract_text(paper: Paper) -> bytes:
    lines = ["\n\n".join(_opening(paper))]
    for number, (axe, fiches) in enumerate(_by_axe(paper)):
        lines.append(f"Axe stratégique {_axe_number(paper, number)} : {axe}")
        for fiche in fiches:
            lines.append(f"Fiche-action n°{fiche.number} : {fiche.title}")
            lines.append("\n".join(f"{entry.label}\t{_tabbed_value(entry)}" for entry in fiche.entries))
    return ("\n\n".join(lines) + "\n").encode()


def _axe_number(paper: Paper, position: int) -> int:
    return list(dict.fromkeys(fiche.axe for fiche in paper.fiches))[position]


def _tabbed_value(entry: Entry) -> str:
    boxes = " ".join(f"{'☑' if box.ticked else '☐'} {box.label}" for box in entry.boxes)
    note = [_NOTE] if _has_star(entry) else []
    return "\n".join([*([boxes] if boxes else []), *_bulleted(entry.lines), *note])


def _contract_page(paper: Paper) -> bytes:
    title, words = map(html.escape, _opening(paper))
    parts = [f"<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'><title>{title}</title></head><body>"]
    parts.append(f"<h1>{title}</h1><p>{words}</p>")
    for number, (axe, fiches) in enumerate(_by_axe(paper)):
        parts.append(f"<h2>Axe stratégique {_axe_number(paper, number)} : {html.escape(axe)}</h2>")
        for fiche in fiches:
            rows = "".join(
                f"<tr><td>{html.escape(entry.label)}</td><td>{_web_value(entry)}</td></tr>\n" for entry in fiche.entries
            )
            parts.append(f"<h3>Fiche-action n°{fiche.number} : {html.escape(fiche.title)}</h3>")
            parts.append(f"<table>{rows}</table>")
    return ("\n".join([*parts, "</body></html>"]) + "\n").encode()


def _web_value(entry: Entry) -> str:
    boxes = "".join(
        f"<p><input type='checkbox'{' checked' if box.ticked else ''}> {html.escape(box.label)}</p>"
        for box in entry.boxes
    )
    items = "".join(f"<li>{html.escape(line)}</li>" for line in entry.lines)
    note = f"<p>{_NOTE}</p>" if _has_star(entry) else ""
    return f"{boxes}{f'<ul>{items}</ul>' if items else ''}{note}"


# --- the form: one cell a line as Word exports it, or Word itself


def _form_text(paper: Paper) -> bytes:
    parts = ["\n\n".join(_opening(paper)), ""]
    for fiche in paper.fiches:
        parts.append(f"\tAction n°{fiche.number}\n\t{fiche.title}\n")
        parts += [f"\t{label}\n\t{value}\n" for label, value in _form_rows(fiche)]
    return ("\n".join(parts) + "\n").encode()


def _form_rows(fiche: Fiche) -> Iterator[tuple[str, str]]:
    """Yield labels and values; the axe stands in the form, behind whoever leads."""
    for entry in fiche.entries:
        yield entry.label, _form_value(entry)
        if entry.key == "porteur":
            yield "Axe stratégique du CLS", _axe(fiche.axe)


def _form_value(entry: Entry) -> str:
    boxes = _old_boxes(entry.boxes)
    if entry.key in ("porteur", "calendrier"):
        return "\n".join([*boxes, *([" / ".join(entry.lines)] if entry.lines else [])])
    note = [_NOTE] if _has_star(entry) else []
    lines = _bulleted(entry.lines) if len(entry.lines) > 1 else list(entry.lines)
    return "\n".join([*boxes, *lines, *note])


def _old_boxes(boxes: Sequence[Box]) -> list[str]:
    written = [f"|{'X' if box.ticked else '_'}| {box.label}" for box in boxes]
    return ["     ".join(written)] if len(written) in (2, 3) else written


def _form_word(paper: Paper) -> bytes:
    document = Document()
    title, words = _opening(paper)
    document.core_properties.title = title
    document.add_paragraph(title)
    document.add_paragraph(words)
    for fiche in paper.fiches:
        document.add_heading(f"Action n°{fiche.number} : {fiche.title}", level=2)
        rows = list(_form_rows(fiche))
        cells = document.add_table(rows=len(rows), cols=2)._cells
        for place, (label, value) in enumerate(rows):
            cells[2 * place].text = label
            # A line of a cell is a paragraph; old boxes become the characters that Word gives them.
            first, *others = value.replace("|X|", "☒").replace("|_|", "☐").split("\n")
            cells[2 * place + 1].text = first
            for line in others:
                cells[2 * place + 1].add_paragraph(line)
    saved = io.BytesIO()
    document.save(saved)
    return _steady(saved.getvalue())


# --- the booklet: labels followed by « : », or Markdown


def _booklet_text(paper: Paper) -> bytes:
    parts = _opening(paper)
    for number, (axe, fiches) in enumerate(_by_axe(paper)):
        parts.append(f"Axe {_axe_number(paper, number)} : {axe}")
        for fiche in fiches:
            parts.append(f"Fiche {fiche.number} : {fiche.title}")
            parts.append("\n".join(_spoken(entry, "{}", "☒", "☐") for entry in fiche.entries))
    return ("\n\n".join(parts) + "\n").encode()


def _booklet_markdown(paper: Paper) -> bytes:
    title, words = _opening(paper)
    parts = [f"# {title}", words]
    for number, (axe, fiches) in enumerate(_by_axe(paper)):
        parts.append(f"## Axe {_axe_number(paper, number)} : {axe}")
        for fiche in fiches:
            parts.append(f"### Fiche {fiche.number} : {fiche.title}")
            parts += [_spoken(entry, "**{}**", "- [x]", "- [ ]") for entry in fiche.entries]
    return ("\n\n".join(parts) + "\n").encode()


def _spoken(entry: Entry, mark: str, ticked: str, free: str) -> str:
    head = f"{mark.format(entry.label)} :"
    boxes = [f"{ticked if box.ticked else free} {box.label}" for box in entry.boxes]
    if len(entry.lines) == 1 and not boxes:
        return f"{head} {entry.lines[0]}"
    return "\n".join(
        [head, *([""] if mark != "{}" and (boxes or entry.lines) else []), *boxes, *_bulleted(entry.lines)]
    )


# --- the tracking sheet: one action a row


def _sheet(paper: Paper) -> bytes:
    labels = FAMILY_LABELS[Family.SHEET]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Actions"
    book.properties.title = paper.plan.name
    sheet.append(["Axe (x)", "Titre de l'action", *labels.values()])
    for fiche in paper.fiches:
        values = {entry.key: "\n".join(entry.lines) for entry in fiche.entries}
        sheet.append([_axe(fiche.axe), fiche.title, *(values.get(key) or None for key in labels)])
    saved = io.BytesIO()
    book.save(saved)
    return _steady(saved.getvalue())


def _steady(package: bytes) -> bytes:
    """Take the moment of saving out of a Word or Excel package."""
    steady = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _SAVED.sub(rb"\g<1>2024-01-01T00:00:00Z", content)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return steady.getvalue()


_WRITERS: dict[tuple[Family, str], Callable[[Paper], bytes]] = {
    (Family.CONTRACT, ".txt"): _contract_text,
    (Family.CONTRACT, ".html"): _contract_page,
    (Family.FORM, ".txt"): _form_text,
    (Family.FORM, ".docx"): _form_word,
    (Family.BOOKLET, ".txt"): _booklet_text,
    (Family.BOOKLET, ".md"): _booklet_markdown,
    (Family.SHEET, ".xlsx"): _sheet,
}
