"""The last step before an answer leaves: every quote is its document's text, every mark has its citation."""

from __future__ import annotations

import re

from clsassist.errors import IndexDamagedError
from clsassist.records import Answer
from clsassist.registry import Registry

_MARK = re.compile(r"(?<!\\)\[(\d+)\]")


def verify(answer: Answer, registry: Registry) -> Answer:
    """Return the answer if all of it is proved.

    Raises IndexDamagedError when a quote is not the text of its document: no false quote may be shown.
    """
    for citation in answer.citations:
        text = registry.sources[registry.documents_at[citation.document]].text
        if citation.span.of(text) != citation.quote or not citation.quote:
            raise IndexDamagedError(
                f"La citation [{citation.number}] ne correspond plus au texte de « {citation.document} ». "
                "Lancez : clsassist index"
            )
    numbers = {citation.number for citation in answer.citations}
    marks = {int(mark) for mark in _MARK.findall(answer.text)}
    if not marks <= numbers:
        raise IndexDamagedError(
            f"La réponse renvoie à une source absente ({sorted(marks - numbers)}). Lancez : clsassist index"
        )
    return answer
