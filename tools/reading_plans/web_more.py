"""More pages made by a browser: cards printed to PDF, side bands, a saved page of nested boxes."""

from __future__ import annotations

from html import escape

from reading_plans.truth import Entry, Fiche, Plan
from reading_plans.web import print_page, value_html

_CARDS_STYLE = """@page{size:A4;margin:12mm}body{font-family:'DejaVu Sans',sans-serif;font-size:9.5pt;line-height:1.4}
h1{font-size:20pt;color:#2b2d6e}.axe{background:#2b2d6e;color:#fff;font-size:15pt;padding:8px 14px;margin:10px -12mm}
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
