"""Damage thousands of files at random and read each: a refusal is fine, an unforeseen error, a hang or a crash is not.

python tools/fuzz_readers.py                        2,000 files a format
python tools/fuzz_readers.py --count 100 docx pdf   fewer, of some formats
python tools/fuzz_readers.py --replay docx 123      one again, with its traceback
python tools/fuzz_readers.py --keep FOLDER docx     keeps the files that fail
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from clsassist.lexicon import load_lexicon
from clsassist.parsing.fiches import parse_document
from clsassist.readers import READERS, PageTold, Reader
from clsassist.readers.archive import read_archive
from clsassist.readers.formats import check_format
from clsassist.readers.isolation import ReadingProcess
from clsassist.readers.transcript import Transcript
from clsassist.readers.worker import main as serve
from clsassist.records import Document

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FORMATS = ("txt", "md", "docx", "pdf", "xlsx", "csv", "html", "zip")
# How a refusal begins that no reader decided on.
UNFORESEEN = ("erreur interne", "sa lecture", "il fait tomber", "le lecteur a donné")
_MOST_BYTES = 50_000_000
_PACKAGES = ("docx", "xlsx", "zip")
# Pieces that mean something to one reader or another.
_TOKENS = (
    *(b"\x00", b"\t", b"\n", b"\xff", b"\xef\xbb\xbf", b"<input checked>", b"1 0 R", b" 0 0 9 9 re f "),
    *'< > & | |X| |_| ☒ ☐ [?] - • " ; , Porteur Fiche-action\u00a0n°1 Axe\u00a01'.encode().split(b" "),
    *b"<td> </td> <table> </table> <tr> <ul> <li> <![CDATA[ <!-- rowspan='9' colspan='-1' <br/>".split(),
    *b"<w:tbl> </w:tbl> <w:tc> <w:p/> </w:p> <w:sdt> w:val='-1' <w:vMerge/> <w:gridSpan/> <mergeCell/>".split(),
    *b"obj endobj stream endstream << >> [ ] Tj Td Tm cm Do BT ET q Q /Kids /Parent /Contents /Resources".split(),
)
_NUMBERS = (b"0", b"-1", b"1", b"65536", b"2147483648", b"99999999999999999999", b"1e308", b"0.0000001")


@dataclass(frozen=True, slots=True)
class Failure:
    """One damaged file that was too much for its reader; format and number make it again."""

    format: str
    number: int
    reason: str


def make_seeds(corpus: Path) -> dict[str, list[bytes]]:
    """Return sound files by format: those of a folder, and small ones that hold what forms hold."""
    seeds: dict[str, list[bytes]] = {name: [] for name in FORMATS}
    for path in sorted(corpus.rglob("*")):
        if path.suffix[1:] in seeds and path.is_file():
            seeds[path.suffix[1:]].append(path.read_bytes())
    text = "Fiche-action n°1 : Aider\n\nPorteur\tARS\nPublic\t|X| Jeunes |_| Aînés\n\nObjectifs\n- Un\n  o Deux\n"
    seeds["txt"].append(text.encode())
    seeds["md"].append(f"# Plan\n\n| Porteur | Public |\n|---|---|\n| ARS | [x] Jeunes |\n\n{text}".encode())
    seeds["csv"].append('Action;Porteur;Échéance\nAider;ARS;2025\n"Former; aider";MSA;x\n'.encode())
    seeds["html"].append(
        "<html><head><title>Plan</title></head><body><h1>Axe 1 : Soins</h1><table><tr><th rowspan=2>Porteur</th>"
        "<td>ARS<ul><li>MSA<li>CPAM</ul></td></tr><tr><td><input type=checkbox checked> Jeunes</td></tr></table>"
        "<p>Fiche-action n°1 &eacute;</p></body></html>".encode()
    )
    seeds["docx"].append(_make_docx())
    seeds["xlsx"].append(_make_xlsx())
    seeds["pdf"].append(_make_pdf())
    members = {"a/fiche.txt": text.encode(), "b.csv": seeds["csv"][-1], "c.docx": seeds["docx"][-1]}
    seeds["zip"] += [_zip(members), _zip({"plan.zip": _zip(members), "d.html": seeds["html"][-1]})]
    return seeds


def _make_docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Fiche-action n°1 : Aider", 1)
    document.add_paragraph("Objectif", style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "Porteur"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "☒ Jeunes ☐ Aînés"
    table.cell(2, 1).add_table(1, 2).cell(0, 0).text = "Dedans"
    document.sections[0].header.paragraphs[0].text = "CLS du Pays"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _make_xlsx() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Action", "Porteur", "Échéance"), ("Aider", "ARS", 2025), ("Former", "=A2", True)):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.create_sheet("Suivi").append(("x", 1.5, None, "fin"))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _make_pdf() -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    written = io.BytesIO()
    # Not compressed, so that the damage reaches what the page draws.
    canvas = Canvas(written, pagesize=A4, pageCompression=0)
    for page in (1, 2):
        canvas.drawString(72, 780, f"Fiche-action n°{page} : Aider")
        canvas.grid([72, 200, 500], [600, 640, 700])
        canvas.drawString(80, 650, "Porteur")
        canvas.drawString(210, 650, "ARS")
        canvas.rect(210, 610, 8, 8)
        canvas.drawString(222, 610, "Jeunes")
        canvas.acroForm.checkbox(name=f"a{page}", x=300, y=610, size=10, checked=True)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def _zip(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def make_case(name: str, number: int, seeds: Mapping[str, list[bytes]]) -> bytes:
    """Return the damaged file of a format and number: always the same for the same seeds."""
    chance = random.Random(f"{name} {number}")
    seed = chance.choice(seeds[name])
    if name in _PACKAGES and chance.random() < 0.8:
        return _damage_package(seed, chance)
    return _damage(seed, chance, seeds[name])


def _damage_package(seed: bytes, chance: random.Random) -> bytes:
    """Damage what is folded rather than how: else the check sum of the entry would end the reading."""
    with zipfile.ZipFile(io.BytesIO(seed)) as package:
        members = {entry: package.read(entry) for entry in package.namelist()}
    # The largest entries hold the most to read.
    weights = [1 + len(content) for content in members.values()]
    for entry in chance.choices(list(members), weights, k=chance.choice((1, 1, 2))):
        members[entry] = _damage(members[entry], chance, list(members.values()))
    return _zip(members)


def _damage(raw: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        raw = chance.choice(_DAMAGES)(raw, chance, others)
    return raw


def _flip(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    damaged = bytearray(raw)
    for _time in range(chance.randint(1, 20) if raw else 0):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def _cut_end(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    return raw[: chance.randint(0, len(raw))]


def _piece(raw: bytes, chance: random.Random) -> tuple[int, int]:
    """Choose a short piece; half of the time, it starts and ends where a tag does."""
    start = chance.randint(0, len(raw))
    end = min(len(raw), start + int(2 ** chance.uniform(0, 12)))
    if chance.random() < 0.5:
        start = max(0, raw.find(b"<", start))
        end = max(start, raw.find(b"<", end))
    return start, end


def _drop(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    start, end = _piece(raw, chance)
    return raw[:start] + raw[end:]


def _repeat(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    start, end = _piece(raw, chance)
    times = chance.choice((2, 3, 50, 1_000)) if end - start < 500 else 2
    return raw[:start] + raw[start:end] * times + raw[end:]


def _splice(raw: bytes, chance: random.Random, others: list[bytes]) -> bytes:
    other = chance.choice(others)
    start, end = _piece(other, chance)
    place = chance.randint(0, len(raw))
    return raw[:place] + other[start:end] + raw[place:]


def _insert(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    place = chance.randint(0, len(raw))
    return raw[:place] + chance.choice(_TOKENS) * chance.choice((1, 1, 1, 300)) + raw[place:]


def _renumber(raw: bytes, chance: random.Random, _: list[bytes]) -> bytes:
    numbers = list(re.finditer(rb"\d+", raw))
    if not numbers:
        return raw
    chosen = chance.choice(numbers)
    return raw[: chosen.start()] + chance.choice(_NUMBERS) + raw[chosen.end() :]


_DAMAGES: tuple[Callable[[bytes, random.Random, list[bytes]], bytes], ...] = (
    _flip, _cut_end, _drop, _repeat, _splice, _insert, _renumber,
)  # fmt: skip


def read_and_parse(suffix: str, raw: bytes, on_page: PageTold) -> Transcript:
    """Read a file as the program does, and parse it."""
    check_format(suffix, raw)
    read = READERS[suffix](raw, on_page)
    document = Document("essai", f"essai{suffix}", "0", read.title, read.text, read.blocks, read.warnings, read.margins)
    parse_document(document, load_lexicon())
    return read


def read_members(raw: bytes, on_page: PageTold) -> Transcript:
    """Read an archive as the program does, and parse its documents."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "essai.zip"
        path.write_bytes(raw)
        read = [_read_member(member.path, member.raw, on_page) for member in read_archive(path, _MOST_BYTES)]
    return Transcript(f"{sum(read)} lus", ())


def _read_member(path: PurePosixPath, raw: bytes, on_page: PageTold) -> bool:
    suffix = path.suffix.lower()
    if suffix not in READERS:
        return False
    try:
        read_and_parse(suffix, raw, on_page)
    except ValueError:
        return False
    return True


CASES: dict[str, Reader] = {**{suffix: partial(read_and_parse, suffix) for suffix in READERS}, ".zip": read_members}
# This file, as a reading process.
WORKER = (sys.executable, "-P", __file__, "--worker")


def fuzz(names: list[str], count: int, seeds: Mapping[str, list[bytes]]) -> Iterator[tuple[str, int, str | None]]:
    """Yield each format and number with the reason of its refusal, None when it was read."""
    with ReadingProcess(WORKER) as reading:
        for name in names:
            for number in range(count):
                try:
                    reading.read(f".{name}", make_case(name, number, seeds))
                except ValueError as refusal:
                    yield name, number, str(refusal)
                else:
                    yield name, number, None


def find_failures(names: list[str], count: int, seeds: Mapping[str, list[bytes]]) -> Iterator[Failure]:
    """Yield the damaged files that no reader foresaw."""
    for name, number, refusal in fuzz(names, count, seeds):
        if refusal and refusal.startswith(UNFORESEEN):
            yield Failure(name, number, refusal)


def main() -> None:
    """Fuzz, replay one case, or serve as the reading process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("formats", nargs="*", default=FORMATS, help=f"among {', '.join(FORMATS)}")
    parser.add_argument("--count", type=int, default=2_000, help="files per format")
    parser.add_argument("--replay", nargs=2, metavar=("FORMAT", "NUMBER"), help="one case, in this process")
    parser.add_argument("--keep", type=Path, help="a folder for the files that fail")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        serve(CASES)
        return
    seeds = make_seeds(CORPUS)
    if arguments.replay:
        name, number = arguments.replay
        print(CASES[f".{name}"](make_case(name, int(number), seeds), lambda _: None).text[:2_000])
        return
    sys.exit(report(list(arguments.formats), arguments.count, seeds, arguments.keep))


def report(names: list[str], count: int, seeds: Mapping[str, list[bytes]], keep: Path | None) -> int:
    """Print each failure as it is found, then a line a format; return how many formats failed."""
    read, refused, failed = Counter[str](), Counter[str](), Counter[str]()
    for name, number, refusal in fuzz(names, count, seeds):
        if refusal is None:
            read[name] += 1
        elif not refusal.startswith(UNFORESEEN):
            refused[name] += 1
        else:
            failed[name] += 1
            print(f"{name} {number} : {refusal}", flush=True)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}.{name}").write_bytes(make_case(name, number, seeds))
    for name in names:
        print(f"{name:<5} {read[name]:>6} read  {refused[name]:>6} refused  {failed[name]:>4} FAILED")
    return min(1, len(failed))


if __name__ == "__main__":
    main()
