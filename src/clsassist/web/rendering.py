"""Answers and sources to HTML. Pure functions: whatever comes from a document or a question is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import shorten

from clsassist.exports import answer_to_plain
from clsassist.records import Answer, AnswerStatus, Citation, Source, SourceLine
from clsassist.starters import AudienceStarters
from clsassist.web.fiches import document_url, fiche_url
from clsassist.web.markdown import markdown_blocks, marked_prose, plain, prose
from clsassist.web.trace import tell_trace

# What stands above the questions proposed after an answer.
_CHOICES_TITLES = {
    AnswerStatus.ANSWERED: "Pour continuer :",
    AnswerStatus.NOT_FOUND: "Les documents répondent, par exemple, à :",
    AnswerStatus.AMBIGUOUS: "Précisez votre question :",
}

# Who is spoken to, as the page names them.
_AUDIENCES = {"élu": "Vous êtes élu ou élue", "coordinateur": "Vous coordonnez", "partenaire": "Vous êtes partenaire"}

# Beyond this number the list of sources is folded: the marks in the text open them just as well.
_SOURCES_SHOWN = 8

# A check box as readers show it, and as documents draw it with characters.
_BOXES = {
    True: '<span class="cls-box" role="img" aria-label="case cochée">☑</span> ',
    False: '<span class="cls-box" role="img" aria-label="case non cochée">☐</span> ',
}
_DRAWN_BOX = re.compile(r"^(\s*(?:\|[^|]?\||\[[^\]]?\]|[☐☑☒])\s*)")


def citation_place(citation: Citation) -> str:
    """Say in a few words where a citation comes from: « fiche 2, Partenaires »."""
    if citation.action_number:
        owner = f"fiche {citation.action_number}"
    else:
        owner = f"« {shorten(citation.action_title, 60, placeholder=' …')} »" if citation.action_title else ""
    return f"{owner or citation.document}, {_short_label(citation.label)}"


def _short_label(label: str) -> str:
    return shorten(label.rstrip(" \u00a0:"), 70, placeholder=" …")


def render_mark(turn: int, citation: Citation) -> str:
    """Return the button that stands for [n] in an answer; ``turn`` is the place of the answer on the page."""
    name = plain(f"Source {citation.number} : {citation_place(citation)}")
    return (
        f'<button type="button" class="cls-mark" data-turn="{turn}" data-source="{citation.number}"'
        f' aria-label="{name}" title="{name}">{citation.number}</button>'
    )


def render_answer_blocks(answer: Answer, turn: int) -> list[str]:
    """Return the HTML of an answer's text, block by block, each [n] a button."""
    marks = {citation.number: render_mark(turn, citation) for citation in answer.citations}
    return markdown_blocks(answer.text, marks.get)


def render_sentence(sentence: str, answer: Answer, turn: int) -> str:
    """Return the HTML of one sentence about an answer: text, each [n] of the answer a button."""
    marks = {citation.number: render_mark(turn, citation) for citation in answer.citations}
    return marked_prose(sentence, marks.get)


def render_answer(answer: Answer, turn: int, writing: str = "") -> str:
    """Return everything shown under a question: text, tools, sources, proposed questions, how it was searched.

    ``writing`` is the HTML of what a model may write, below the text.
    """
    choices = _render_choices(answer)
    answered = answer.status is AnswerStatus.ANSWERED
    text = "".join(render_answer_blocks(answer, turn))
    return "".join(
        [
            f'<div class="cls-exact">{text}</div>{writing}' if writing else text,
            "" if answered else choices,
            _render_tools(answer),
            _render_sources(answer.citations, turn),
            choices if answered else "",
            _render_trace(answer, turn),
        ]
    )


def _render_tools(answer: Answer) -> str:
    """Return what a reader may do with an answer; the page's script adds the earlier questions that it needs."""
    copied = plain(answer_to_plain(answer).replace("**", ""))
    files = _tool("word", "Word", kind="submit")
    files += _tool("md", "Markdown", 'formaction="/reponses/md"', kind="submit")
    return (
        '<div class="cls-tools" role="group" aria-label="Outils de cette réponse">'
        + _tool("copy", "Copier", f'data-copy="{copied}"')
        + _tool("share", "Lien", 'title="Copier un lien vers cette réponse"')
        + '<form class="cls-download" method="post" action="/reponses/docx">'
        + f'<input type="hidden" name="q" value="{plain(answer.question)}">{files}</form>'
        + _tool("up", "Utile", 'data-rating="plus" aria-pressed="false"')
        + _tool("down", "Pas utile", 'data-rating="moins" aria-pressed="false"')
        + '<p class="cls-tool-status" role="status"></p></div>'
    )


def _tool(name: str, label: str, attributes: str = "", kind: str = "button") -> str:
    return f'<button type="{kind}" class="cls-tool cls-tool-{name}" {attributes}>{label}</button>'


def _render_sources(citations: Sequence[Citation], turn: int) -> str:
    if not citations:
        return ""
    folded = "" if len(citations) <= _SOURCES_SHOWN else " (liste repliée)"
    count = "1 source" if len(citations) == 1 else f"{len(citations)} sources"
    items = "".join(_render_source_item(citation, turn) for citation in citations)
    return (
        f'<details class="cls-sources" id="sources-{turn}"{"" if folded else " open"}>'
        f"<summary>{count}{folded}</summary><ol>{items}</ol></details>"
    )


def _render_source_item(citation: Citation, turn: int) -> str:
    page = f", page {citation.page}" if citation.page is not None else ""
    title = f'<span class="cls-title">{plain(citation.action_title)}</span>' if citation.action_title else ""
    number = f"Fiche {citation.action_number}, " if citation.action_number else ""
    return (
        f'<li><button type="button" class="cls-source" data-turn="{turn}" data-source="{citation.number}">'
        f'<span class="cls-number">{citation.number}</span>'
        f'<span class="cls-where"><strong>{plain(number + _short_label(citation.label))}</strong>{title}'
        f'<span class="cls-document">{plain(citation.document)}{page}</span></span></button>'
        f'<blockquote class="cls-quote">«&nbsp;{plain(citation.quote)}&nbsp;»</blockquote></li>'
    )


def _render_choices(answer: Answer) -> str:
    if not answer.choices:
        return ""
    title = prose(_CHOICES_TITLES[answer.status])
    return f'<div class="cls-choices"><p>{title}</p>{render_questions(answer.choices)}</div>'


def render_questions(questions: Iterable[str]) -> str:
    """Return questions as buttons; pressing one asks it."""
    button = '<li><button type="button" class="cls-ask" data-question="{}">{}</button></li>'
    items = (button.format(plain(question), prose(question)) for question in questions)
    return f'<ul class="cls-questions">{"".join(items)}</ul>'


def render_starters(groups: Iterable[AudienceStarters]) -> str:
    """Return the first questions, a short list for each audience."""
    blocks = (
        f'<section class="cls-audience"><h3>{plain(_AUDIENCES.get(group.audience, group.audience))}</h3>'
        f"{render_questions(group.questions)}</section>"
        for group in groups
    )
    return f'<div class="cls-audiences">{"".join(blocks)}</div>'


def _render_trace(answer: Answer, turn: int) -> str:
    told = tell_trace(answer)
    passages = "".join(f"<li>{prose(passage)}</li>" for passage in told.passages)
    near = f"<p>{prose('Passages lus en premier, les plus proches de votre question :')}</p><ol>{passages}</ol>"
    return (
        f'<details class="cls-trace" id="trace-{turn}"><summary>Comment ai-je cherché&nbsp;?</summary>'
        f"<ul>{''.join(f'<li>{prose(step)}</li>' for step in told.steps)}</ul>{near if passages else ''}"
        f"<p>{prose(_duration(answer))}</p></details>"
    )


def _duration(answer: Answer) -> str:
    seconds = f"{answer.elapsed_ms / 1000:.2f}".replace(".", ",")
    return f"Réponse préparée en {seconds} seconde, à partir d'extraits des documents, sans génération."


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The citations before and after one, as a reader leafs through them; None at the ends."""

    before: Citation | None = None
    after: Citation | None = None
    total: int = 0


def render_source(source: Source, turn: int, around: Neighbours | None = None, *, originals: bool = True) -> str:
    """Return the source panel: where the quote stands, then the whole field with the quoted words marked.

    ``originals`` says whether the original files may be opened.
    """
    citation = source.citation
    near = around or Neighbours()
    lines = "".join(_render_line(line) for line in source.lines)
    count = f' <span class="cls-of">sur {near.total}</span>' if near.total > 1 else ""
    return _render_panel(
        f"Source {citation.number}{count}",
        f'{_render_facts(source)}<h3>{plain(source.label)}</h3><div class="cls-lines">{lines}</div>',
        f' data-turn="{turn}" data-source="{citation.number}"',
        _render_steps(near, turn) if near.total > 1 else "",
        f'<div class="cls-panel-foot">{_render_links(citation, originals=originals)}</div>',
    )


def _render_steps(near: Neighbours, turn: int) -> str:
    steps = (("before", "Source précédente", near.before), ("after", "Source suivante", near.after))
    return "".join(_render_step(name, label, citation, turn) for name, label, citation in steps)


def _render_step(name: str, label: str, citation: Citation | None, turn: int) -> str:
    key = "ArrowLeft" if name == "before" else "ArrowRight"
    place = f' data-turn="{turn}" data-source="{citation.number}"' if citation else " disabled"
    where = plain(f"{label} : {citation_place(citation)}" if citation else label)
    return (
        f'<button type="button" class="cls-step cls-step-{name}" aria-keyshortcuts="{key}"{place}'
        f' aria-label="{where}" title="{where}"></button>'
    )


def _render_links(citation: Citation, *, originals: bool) -> str:
    fiche = ""
    if citation.action_id:
        address = plain(fiche_url(citation.action_id, citation.span))
        fiche = f'<a class="cls-link-button" href="{address}">Voir la fiche</a>'
    if not originals:
        return fiche
    if citation.document.lower().endswith(".pdf"):
        at = f", page {citation.page}" if citation.page else ""
        told = f'<span class="cls-hidden">{at} (nouvel onglet)</span>'
        label = f'<span>Ouvrir le document{told}<span aria-hidden="true">&nbsp;↗</span></span>'
        opening = ' target="_blank" rel="noopener"'
    else:
        label, opening = "Télécharger le document", " download"
    address = plain(document_url(citation.document, citation.page))
    return f'{fiche}<a class="cls-link-button" href="{address}"{opening}>{label}</a>'


def render_source_notice(sentence: str) -> str:
    """Return the source panel with a sentence instead of a source."""
    return _render_panel("Source", f"<p>{prose(sentence)}</p>")


def _render_panel(title: str, body: str, data: str = "", steps: str = "", foot: str = "") -> str:
    return (
        f'<section class="cls-panel" aria-labelledby="cls-panel-title"{data}><div class="cls-panel-head">'
        f'<h2 id="cls-panel-title" tabindex="-1">{title}</h2>{steps}'
        f'<button type="button" class="cls-close">Fermer</button></div>'
        '<div class="cls-panel-body" tabindex="0" role="group" aria-labelledby="cls-panel-title">'
        f"{body}</div>{foot}</section>"
    )


def _render_facts(source: Source) -> str:
    citation = source.citation
    number = f"fiche {citation.action_number}, " if citation.action_number else ""
    facts = [
        ("Plan", source.plan),
        ("Date", source.dated or "non indiquée"),
        *([("État du document", source.status)] if source.status else []),
        ("Document", citation.document),
        ("Action" if citation.action_id else "Partie", number + source.title),
    ]
    if citation.page is not None:
        facts.append(("Page", str(citation.page)))
    rows = "".join(f"<div><dt>{name}</dt><dd>{plain(value)}</dd></div>" for name, value in facts)
    return f'<dl class="cls-facts">{rows}</dl>'


def _render_line(line: SourceLine) -> str:
    before, quote = plain(line.before), plain(line.quote)
    box = ""
    if line.ticked is not None:
        box = _BOXES[line.ticked]
        before, quote = (before, _hide_drawn_box(quote)) if not before.strip() else (_hide_drawn_box(before), quote)
    marked = f"<mark>{quote}</mark>" if quote else ""
    return f'<p class="cls-level-{min(max(line.level, 0), 4)}">{box}{before}{marked}{plain(line.after)}</p>'


def _hide_drawn_box(html: str) -> str:
    # « |X| » stays in the text, which is verbatim, but gives its place on screen to a box anyone can read.
    return _DRAWN_BOX.sub(r'<span class="cls-hidden" aria-hidden="true">\1</span>', html, count=1)
