"""More pages made by a browser: cards printed to PDF, side bands, a saved page of nested boxes."""

from __future__ import annotations

import re
from html import escape

from reading_plans.truth import Entry, Fiche, Plan
from reading_plans.web import print_page, value_html

_CARDS_STYLE = """@page{size:A4;margin:12mm}body{font-family:'DejaVu Sans',sans-serif;font-size:9.5pt;line-height:1.4}
h1{font-size:20pt;color:#2b2d6e}.axe{background:#2b2d6e;color:#fff;font-size:15pt;padding:8px 14px;margin:10px 0}
.carte{border-radius:12px;background:#f3f4fb;padding:12px 16px;margin:12px 0;break-inside:avoid}
.tete{display:flex;align-items:center;gap:12px}.pastille{background:#e4572e;color:#fff;border-radius:50%;width:34px;
height:34px;text-align:center;line-height:34px;font-weight:bold}.titre{font-size:13pt;font-weight:bold}
.mots span{background:#d8daf0;border-radius:8px;padding:1px 8px;font-size:7.5pt;margin-right:4px}
.corps{display:flex;gap:18px;margin-top:8px}.corps>div:first-child{flex:3}.corps>div:last-child{flex:2}
.bloc{margin-bottom:9px}.bloc small{color:#e4572e;font-weight:bold;font-size:8pt;display:block}
ul{margin:0;padding-left:14px}p{margin:0}"""


def _page(plan: Plan, style: str, body: str) -> str:
    head = f'<!DOCTYPE html><html lang="fr"><meta charset="utf-8"><title>{escape(plan.title)}</title>'
    intro = "".join(f"<p>{escape(piece.text)}</p>" for piece in plan.intro)
    return f"{head}<style>{style}</style><h1>{escape(plan.title)}</h1>{intro}{body}"


def pill_cards(plan: Plan) -> None:
    """Print cards with a number in a disc, key words, and two columns of small labels over their values."""
    body, axe = "", None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            body += f'<div class="axe">Axe {axe[0]} | {escape(axe[1])}</div>'
        tags = "".join(f"<span>#{escape(tag)}</span>" for tag in fiche.data["tags"])
        body += f'<div class="carte"><div class="tete"><div class="pastille">{fiche.number}</div>'
        body += f'<div><div class="titre">{escape(fiche.title)}</div><div class="mots">{tags}</div></div></div>'
        columns = (_blocks(fiche, plan.data[side]) for side in ("left", "right"))
        body += f'<div class="corps">{"".join(f"<div>{column}</div>" for column in columns)}</div></div>'
    print_page(_page(plan, _CARDS_STYLE, body), plan.path(".pdf"))


def _blocks(fiche: Fiche, labels: list[str]) -> str:
    return "".join(_block(fiche.entry(label)) for label in labels)


def _block(entry: Entry) -> str:
    return f'<div class="bloc"><small>{escape(entry.label)}</small>{value_html(entry)}</div>'


_PROSE_STYLE = """@page{size:A4;margin:24mm 38mm}body{font-family:'Liberation Serif',serif;font-size:11.5pt;
line-height:1.35;text-align:justify;hyphens:manual}h1{font-size:22pt;text-align:left}
h2{font-variant:small-caps;font-size:17pt;color:#6b1f3a}h3{font-size:13.5pt;font-style:italic}
h4{font-size:12pt;margin-bottom:2px}p{margin:0 0 7px}"""
# Between two syllables: after a vowel, before a consonant and its vowel; never near the ends of a word.
_SYLLABLES = re.compile(
    r"(?<=\w{3})(?<=[aeiouyéèê])(?=[bcdfgjlmnpqrstv][aeiouéèê]\w)|(?<=\w{3}[lnrs])(?=[bcdfgjmpqtv][aeiouéèê]\w)"
)


def justified_prose(plan: Plan) -> None:
    """Print prose, justified and hyphenated, under three ranks of headings; underlined labels run into the text."""
    body, axe, objective = "", None, None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            body += f"<h2>Orientation {axe[0]}. {escape(axe[1])}</h2>"
        if fiche.data["objective"] != objective:
            objective = fiche.data["objective"]
            body += f"<h3>Objectif {objective[0]} – {escape(objective[1])}</h3>"
        body += f"<h4>Action {fiche.number}. {escape(fiche.title)}</h4>"
        for entry in fiche.entries:
            label = "" if entry.label == "Texte" else f"<u>{escape(entry.label)}</u> : "
            text = _SYLLABLES.sub("&shy;", escape(entry.text.removesuffix("."), quote=False))
            body += f"<p>{label}{text}.</p>"
    print_page(_page(plan, _PROSE_STYLE, body), plan.path(".pdf"))


_BAND_STYLE = """@page{size:A4;margin:0}body{margin:0;font-family:'Liberation Sans',sans-serif;font-size:11pt}
h1{display:none}
section{height:297mm;display:flex;page-break-after:always;overflow:hidden}
.bande{width:22mm;background:#0b7a75;color:#fff;display:flex;justify-content:center;align-items:center}
.bande span{writing-mode:vertical-rl;transform:rotate(180deg);font-size:20pt;font-weight:bold}
.page{flex:1;padding:16mm 14mm}.plan{color:#777;font-size:9pt}.titre{font-size:17pt;font-weight:bold;margin:4mm 0 7mm}
.titre em{color:#0b7a75;font-style:normal;margin-right:3mm}table{border-spacing:0 2mm;width:100%}
td{padding:3mm 4mm;vertical-align:top}td:first-child{background:#cdeae8;width:44mm;font-weight:bold}
ul{margin:0;padding-left:15px}p{margin:0}.note{font-size:8.5pt}"""


def turned_band(plan: Plan) -> None:
    """Print a fiche a page: the axe turned in a side band, coloured cells of labels without any rule."""
    body = ""
    for fiche in plan.fiches:
        axe = f"Axe {fiche.axe[0]} : {escape(fiche.axe[1])}" if fiche.axe else ""
        rows = "".join(f"<tr><td>{escape(e.label)}</td><td>{value_html(e)}{_star(e)}</td></tr>" for e in fiche.entries)
        body += f'<section><div class="bande"><span>{axe}</span></div><div class="page">'
        body += f'<div class="plan">{escape(plan.title)}</div>'
        body += f'<div class="titre"><em>{fiche.number}</em>{escape(fiche.title)}</div>'
        body += f"<table>{rows}</table></div></section>"
    print_page(_page(plan, _BAND_STYLE, body), plan.path(".pdf"))


def _star(entry: Entry) -> str:
    return '<p class="note">* à confirmer</p>' if entry.text.endswith("*") else ""


def nested_boxes(plan: Plan) -> None:
    """Write a saved page of boxes within boxes: no tag tells a heading, a label or a value."""
    body = (
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{escape(plan.title)}</title></head><body>\n'
        '<div class="cookies"><div>Ce site dépose des témoins de connexion.</div><button>Accepter</button></div>\n'
        '<div class="haut"><div><a href="/">Accueil</a></div><div><a href="/sante">Santé</a></div></div>\n'
        f'<div class="corps"><div class="h-xl">{escape(plan.title)}</div>\n'
        + "".join(f"<div>{escape(piece.text)}</div>\n" for piece in plan.intro)
    )
    axe = None
    for fiche in plan.fiches:
        if fiche.axe and fiche.axe != axe:
            axe = fiche.axe
            body += f'<div class="accordeon"><span>Axe {axe[0]}</span> <span>{escape(axe[1])}</span></div>\n'
        body += '<div class="engagement"><div class="entete"><div class="no"><span>Engagement n° '
        body += (
            f'{fiche.number}</span></div><div class="nom"><b>{escape(fiche.title)}</b></div></div>\n<div class="deux">'
        )
        for name, chosen in (("large", False), ("etroit", True)):
            entries = [entry for entry in fiche.entries if (entry.label in plan.data["side"]) is chosen]
            body += f'<div class="{name}">{"".join(map(_box, entries))}</div>\n'
        body += '</div><div class="partage"><a href="#">Partager</a> <a href="#">Imprimer</a></div></div>\n'
    plan.path(".html").write_text(f"{body}</div></body></html>\n", encoding="utf-8")


def _box(entry: Entry) -> str:
    lines = "".join(f"<div>{'– ' if piece.bullet else ''}{escape(piece.text)}</div>" for piece in entry.pieces)
    return f'<div class="champ"><div class="lib">{escape(entry.label)}</div><div class="val">{lines}</div></div>\n'
