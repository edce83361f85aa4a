"""Evidence to a cited answer in French, with no model: one composer for each intent."""

from __future__ import annotations

from collections.abc import Callable

from clsassist.answering.comparison import answer_comparison
from clsassist.answering.corpus import answer_about
from clsassist.answering.counts import answer_count
from clsassist.answering.definitions import answer_definition
from clsassist.answering.fields import answer_field
from clsassist.answering.figures import answer_figure
from clsassist.answering.help import answer_help
from clsassist.answering.reuse import answer_reuse
from clsassist.answering.sets import answer_set
from clsassist.answering.synthesis import answer_open
from clsassist.evidence import Evidence
from clsassist.question import Intent
from clsassist.records import Answer

COMPOSERS: dict[Intent, Callable[[Evidence], Answer]] = {
    Intent.HELP: answer_help,
    Intent.ABOUT: answer_about,
    Intent.DEFINITION: answer_definition,
    Intent.COUNT: answer_count,
    Intent.FIELD: answer_field,
    Intent.FIGURE: answer_figure,
    Intent.COMPARE: answer_comparison,
    Intent.SIMILAR: answer_reuse,
    Intent.OPEN: answer_open,
    Intent.SET: answer_set,
}


def compose(evidence: Evidence) -> Answer:
    """Write the answer to a question from its evidence."""
    return COMPOSERS[evidence.question.intent](evidence)
