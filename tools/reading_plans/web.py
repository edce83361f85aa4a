"""Web pages, and text files without any form."""

from __future__ import annotations

import subprocess
import tempfile
from html import escape
from pathlib import Path

from reading_plans.truth import Entry, Plan

_CARDS_HEAD = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>{title} | Ville</title>
<style>body{{font-family:sans-serif}}dt{{font-weight:bold}}
article{{border:1px solid #ccc;margin:1em;padding:1em}}</style>
<script>window.dataLayer = window.dataLayer || [];</script></head>
<body><nav><ul><li><a href="/">Accueil</a></li><li><a href="/agenda">Agenda</a></li>
<li><a href="/contact">Nous écrire</a></li></ul></nav>
<p class="ariane">Accueil &gt; Santé &gt; Volet santé</p>
<main><h1>{title}</h1>
"""
_CARDS_FOOT = """</main>
<footer><p>Mentions légales – Plan du site – Accessibilité : partiellement conforme</p></footer></body></html>
"""


def value_html(entry: Entry) -> str:
    """Write a value as paragraphs and lists."""
    parts, bullets = [], [piece for piece in entry.pieces if piece.bullet]
    for piece in entry.pieces:
        if not piece.bullet:
            parts.append(f"<p>{escape(piece.text)}</p>")
    if bullets:
        parts.append("<ul>" + "".join(f"<li>{escape(piece.text)}</li>" for piece in bullets) + "</ul>")
    return "".join(parts)


def cards(plan: Plan) -> None:
    """Write a saved web page: menu, one card a measure made of a definition list, footer."""
    body = _CARDS_HEAD.format(title=escape(plan.title)) + "".join(f"<p>{escape(p.text)}</p>\n" for p in plan.intro)
    for fiche in plan.fiches:
        rows = "\n".join(f"<dt>{escape(entry.label)}</dt><dd>{value_html(entry)}</dd>" for entry in fiche.entries)
        title = f"Mesure {fiche.number} : {escape(fiche.title)}"
        body += f'<article class="carte"><h2>{title}</h2>\n<dl>\n{rows}\n</dl></article>\n'
    plan.path(".html").write_text(body + _CARDS_FOOT, encoding="utf-8")


def markdown_prose(plan: Plan) -> None:
    """Headings and prose, the rare labels in bold inside the text."""
    lines, axe = [f"# {plan.title}", "", *[piece.text for piece in plan.intro], ""], None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            lines += [f"## Axe {axe[0]}. {axe[1]}", ""]
        lines += [f"### Action {fiche.number} – {fiche.title}", ""]
        for entry in fiche.entries:
            lines += [entry.text if entry.label == "Texte" else f"**{entry.label} :** {entry.text}", ""]
    plan.path(".md").write_text("\n".join(lines), encoding="utf-8")


def row_headers(plan: Plan) -> None:
    """Write a saved web page: one table a fiche with headers of rows, its caption the title, boxes of a web form."""
    body = (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(plan.title)}</title></head><body>\n'
    )
    body += '<header><a href="#contenu">Aller au contenu</a></header>\n<div id="contenu">'
    body += f"<h1>{escape(plan.title)}</h1>" + "".join(f"<p>{escape(piece.text)}</p>\n" for piece in plan.intro)
    for fiche in plan.fiches:
        body += f"<table border=1><caption><b>Fiche n°{fiche.number} : {escape(fiche.title)}</b></caption>\n"
        for entry in fiche.entries:
            boxes = "<br>".join(
                f'<input type="checkbox"{" checked" if ticked else ""} disabled> {escape(name)}'
                for name, ticked in entry.boxes.items()
            )
            body += f"<tr><th scope=row>{escape(entry.label)}</th><td>{value_html(entry)}{boxes}</td></tr>\n"
        body += "</table>\n"
    body += (
        '</div><aside><h2>À lire aussi</h2><ul><li><a href="#">Agenda des jeunes</a></li></ul></aside></body></html>\n'
    )
    plan.path(".html").write_text(body, encoding="utf-8")


def pasted_text(plan: Plan) -> None:
    """Write a text copied from a message: fiches between lines of signs, labels in capitals, lists with dashes."""
    lines = [plan.title, "", *[piece.text for piece in plan.intro], ""]
    for fiche in plan.fiches:
        lines += ["=" * 60, f"Fiche {fiche.number} : {fiche.title}", "=" * 60]
        for entry in fiche.entries:
            bullets = [f"- {piece.text}" for piece in entry.pieces if piece.bullet]
            lines += [f"{entry.label} :", *bullets] if bullets else [f"{entry.label} : {entry.text}".rstrip()]
        lines.append("")
    plan.path(".txt").write_text("\n".join(lines), encoding="utf-8")


_PRINT_STYLE = """@page{size:A4;margin:18mm 16mm}body{font-family:'Liberation Sans',sans-serif;
font-size:12.5pt;line-height:1.5}
h1{color:#00507a}.axe{background:#00507a;color:#fff;padding:6px 10px;font-size:13pt}
.fiche{border:1px solid #b5ccd8;margin:14px 0}.titre{background:#e3f0f6;padding:8px 12px;
font-weight:bold;font-size:12pt}
.trio{display:grid;grid-template-columns:1fr 1fr 1fr;gap:8px;padding:8px}.boite{background:#f6f6f6;padding:6px 8px}
.boite b{display:block;color:#00507a;font-size:9pt}.ligne{display:grid;grid-template-columns:42mm 1fr}
.ligne>div{padding:6px 10px;border-top:1px solid #b5ccd8}.ligne>div:first-child{background:#eef6f0;font-weight:bold}
ul{margin:0;padding-left:16px}p{margin:0 0 4px}"""


def printed_grid(plan: Plan) -> None:
    """Lay out a page in grids, printed to PDF by Chromium: three boxes side by side, then coloured rows."""
    body = f'<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>{escape(plan.title)}</title>'
    body += f"<style>{_PRINT_STYLE}</style>"
    body += f"<h1>{escape(plan.title)}</h1>" + "".join(f"<p>{escape(piece.text)}</p>" for piece in plan.intro)
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            body += f'<div class="axe">Axe {axe[0]} · {escape(axe[1])}</div>'
        title = f"Fiche-projet n°{fiche.number} · {escape(fiche.title)}"
        body += f'<div class="fiche"><div class="titre">{title}</div><div class="trio">'
        for entry in fiche.entries[:3]:
            body += f'<div class="boite"><b>{escape(entry.label)}</b>{value_html(entry)}</div>'
        body += "</div>"
        for entry in fiche.entries[3:]:
            body += f'<div class="ligne"><div>{escape(entry.label)}</div><div>{value_html(entry)}</div></div>'
        body += "</div>"
    print_page(body, plan.path(".pdf"))


def print_page(page: str, target: Path) -> None:
    """Print a page to PDF with Chromium; raises subprocess.CalledProcessError when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
        ]
        command = ["chromium", *options, f"--print-to-pdf={target}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


_SIDEBAR_STYLE = """@page{size:A4;margin:0}body{margin:0;
font-family:'Liberation Sans',sans-serif;font-size:10pt;line-height:1.45}
section{height:296mm;box-sizing:border-box;padding:14mm;page-break-after:always}
.axe{color:#b23a48;font-size:9pt;text-transform:uppercase;letter-spacing:.5px}
.tete{display:flex;align-items:center;gap:6mm;margin:3mm 0 8mm}
.numero{font-size:40pt;font-weight:bold;color:#b23a48}.titre{font-size:17pt;font-weight:bold}
.corps{display:grid;grid-template-columns:112mm 58mm;gap:10mm}h3{font-variant:small-caps;color:#b23a48;margin:0 0 1mm}
.cote{background:#f7ecea;padding:5mm;align-self:start}.bloc{margin-bottom:6mm}p{margin:0}ul{margin:0;padding-left:14px}"""
_MAIN_COLUMN = ("Contexte", "Objectifs", "Description", "Indicateurs")


def sidebar(plan: Plan) -> None:
    """Lay out a magazine page a fiche: a large number, the text on the left, the facts in a coloured side column."""
    body = f'<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>{escape(plan.title)}</title>'
    body += f"<style>{_SIDEBAR_STYLE}</style>"
    for fiche in plan.fiches:
        axe = f"Axe {fiche.axe[0]} – {escape(fiche.axe[1])}" if fiche.axe else ""
        body += f'<section><div class="axe">{axe}</div><div class="tete"><div class="numero">{fiche.number}</div>'
        body += f'<div class="titre">{escape(fiche.title)}</div></div><div class="corps">'
        for name, chosen in (("texte", True), ("cote", False)):
            blocks = [entry for entry in fiche.entries if (entry.label in _MAIN_COLUMN) is chosen]
            inner = "".join(f'<div class="bloc"><h3>{escape(e.label)}</h3>{value_html(e)}</div>' for e in blocks)
            body += f'<div class="{name}">{inner}</div>'
        body += "</div></section>"
    print_page(body, plan.path(".pdf"))
