"""What rows usually hold inside the model, over some sentences: what makes its rounding finer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clsassist.embedding.base import Vectors
from clsassist.embedding.graph import INPUT, OUTPUT, Habit, Habits, container_to_onnx
from clsassist.embedding.running import open_session
from clsassist.embedding.tokens import Tokenizer

if TYPE_CHECKING:
    from clsassist.embedding.container import Container

# Of the kinds of text that are embedded: fields of fiches, prose, lists, figures, questions. Only the statistics of the
# numbers inside the model are taken from them; other sentences change the vectors by less than the rounding itself.
SENTENCES = (
    "passage: Favoriser l'accès aux soins de premier recours\nObjectifs opérationnels : Accompagner l'installation de "
    "jeunes médecins généralistes sur le territoire, promouvoir la maîtrise de stage et mieux faire connaître l'offre.",
    "passage: Santé mentale\nPartenaires : Centre hospitalier, maison des adolescents, éducation nationale, communes, "
    "associations d'usagers, pharmaciens, infirmiers libéraux, caisse d'assurance maladie (à contacter)",
    "passage: Le calendrier prévoit une première réunion au 2e trimestre 2024, puis un bilan chaque année. Budget "
    "prévisionnel : 12 500 € dont 80 % de subvention ; indicateur : nombre d'ateliers réalisés (cible : 15).",
    "passage: Les demandes de logement social sont à déposer en mairie ou en ligne. Une réponse vous est donnée dans "
    "un délai d'un mois ; en cas de refus, vous pouvez saisir le tribunal.",
    "query: quelles actions luttent contre les addictions chez les jeunes ?",
    "query: comment obtenir une aide pour faire garder mon enfant",
)


def observe(container: Container, saturating: bool) -> Habits:
    """Run the sentences through the model, rounded plainly, and return what was seen at each place."""
    session = open_session(container_to_onnx(container, saturating=saturating, watched=True))
    places = [output.name for output in session.get_outputs() if output.name != OUTPUT]
    seen: dict[str, list[Vectors]] = {place: [] for place in places}
    for words in _words_of_sentences(container):
        for place, rows in zip(places, session.run(places, {INPUT: words}), strict=True):
            seen[place].append(np.asarray(rows)[0])
    return {place: _to_habit(np.concatenate(rows)) for place, rows in seen.items()}


def _words_of_sentences(container: Container) -> list[Vectors]:
    vocabulary, tokenizer = container.vocabulary, Tokenizer(container.vocabulary)
    texts = ([vocabulary.first, *tokenizer.tokens(text), vocabulary.last] for text in SENTENCES)
    return [container.words(tokens)[None] for tokens in texts]


def _to_habit(rows: Vectors) -> Habit:
    mean = rows.mean(axis=0)
    return Habit(mean, np.abs(rows - mean).max(axis=0))
