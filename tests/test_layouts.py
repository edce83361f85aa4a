"""Layouts that are not those of the five documents: the same rules must read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clsassist.corpus import read_corpus
from clsassist.records import Action, Corpus, Status
from clsassist.settings import Settings

MARKDOWN_TABLES = """# Contrat local de santé de la Vallée Verte 2024-2028

## Axe 2 : Prévention

### Fiche action 2.1 : Développer le dépistage

| Structure porteuse | Communauté de communes de la Vallée Verte |
|---|---|
| Contexte et besoins | Le diabète touche 6,2 % des adultes. |
| Bénéficiaires | ☒ Adultes ☐ Enfants ☒ Seniors |
| Principaux partenaires | CPAM, MSA et pharmaciens du territoire |
| Échéancier | 2024-2026 |
| Point de vigilance | Le recrutement |

### Fiche action 2.2 : Vacciner contre la grippe

| Structure porteuse | CPTS Vallée Verte |
|---|---|
| Échéance | 2025 |
"""

LABELLED_LINES = """Plan local de santé du Bocage

Fiche action 1 : Installer une maison médicale
Porteur : Ville de Bocage
Objectifs : Accueillir quatre médecins
d'ici fin 2025
Public visé
[x] Habitants
[ ] Professionnels

Fiche action 2 : Ateliers nutrition
Pilotte de l'action : Éducation nationale
"""

FORM_WITHOUT_TITLES = """\tTypologie de l'action
\t|X| Nouvelle action |_| Action existante

\tObjectif général
\tRepérer la fragilité

\tPublic visé
\t|X| Personnes âgées

\tTypologie de l'action
\t|_| Nouvelle action |X| Action existante

\tObjectif général
\tFormer les aidants
"""


def read(tmp_path: Path, text: str, name: str = "plan.txt") -> Corpus:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return read_corpus([tmp_path], Settings())


def actions(corpus: Corpus) -> tuple[Action, ...]:
    return corpus.documents[0].actions


def value(action: Action, key: str) -> str:
    field = action.field(key)
    assert field is not None
    return field.text


def test_a_markdown_table_of_labels_and_values_is_a_form(tmp_path: Path) -> None:
    corpus = read(tmp_path, MARKDOWN_TABLES, "plan.md")
    first, second = actions(corpus)
    assert (first.number, first.title, first.axe_number) == ("2.1", "Développer le dépistage", 2)
    assert value(first, "porteur") == "Communauté de communes de la Vallée Verte"
    public = first.field("public")
    assert public is not None
    assert [(option.label, option.ticked) for option in public.options] == [
        ("Adultes", True),
        ("Enfants", False),
        ("Seniors", True),
    ]
    partners = [held.organisation for held in first.involvements if held.field_key == "partenaires"]
    assert partners == ["CPAM", "MSA", "pharmaciens du territoire"]
    assert (first.first_year, first.last_year) == (2024, 2026)
    assert second.number == "2.2"


def test_a_label_in_no_table_is_kept_under_its_own_name(tmp_path: Path) -> None:
    first, _ = actions(read(tmp_path, MARKDOWN_TABLES, "plan.md"))
    kept = [field for field in first.fields if field.key == "autre"]
    assert [(field.label, field.text) for field in kept] == [("Point de vigilance", "Le recrutement")]


def test_the_title_of_a_document_names_its_plan(tmp_path: Path) -> None:
    corpus = read(tmp_path, MARKDOWN_TABLES, "plan.md")
    assert corpus.documents[0].plan.name == "Contrat local de santé de la Vallée Verte 2024-2028"


def test_lines_of_labels_and_values_make_fields(tmp_path: Path) -> None:
    first, second = actions(read(tmp_path, LABELLED_LINES))
    assert value(first, "porteur") == "Ville de Bocage"
    assert value(first, "objectifs_operationnels") == "Accueillir quatre médecins\nd'ici fin 2025"
    public = first.field("public")
    assert public is not None
    assert [(option.label, option.ticked) for option in public.options] == [
        ("Habitants", True),
        ("Professionnels", False),
    ]
    assert value(second, "porteur") == "Éducation nationale"


def test_a_first_label_that_comes_back_opens_the_next_fiche(tmp_path: Path) -> None:
    first, second = actions(read(tmp_path, FORM_WITHOUT_TITLES))
    assert (first.title, second.title) == ("Repérer la fragilité", "Former les aidants")


def test_without_its_legend_an_asterisk_commits_nobody_less(tmp_path: Path) -> None:
    text = "Fiche-action n°1 : Essai\n\nPartenaire(s)\t<ul> - CPAM * - MSA\n"
    (action,) = actions(read(tmp_path, text))
    assert {held.status for held in action.involvements} == {Status.ENGAGED}


@pytest.mark.parametrize(
    "word", ["Partenaires", "PARTENAIRE(S)", "Partenaires de l’action :", "Partenaire de l'action"]
)
def test_a_label_is_known_whatever_its_case_plural_and_punctuation(tmp_path: Path, word: str) -> None:
    (action,) = actions(read(tmp_path, f"Fiche-action n°1 : Essai\n\n{word}\tCPAM\n"))
    assert value(action, "partenaires") == "CPAM"


def test_two_files_whose_names_give_one_identifier_are_both_kept(tmp_path: Path) -> None:
    (tmp_path / "Fiche 1.txt").write_text("Fiche-action n°1 : Un\n\nPorteur\tARS\n", encoding="utf-8")
    (tmp_path / "fiche-1.txt").write_text("Fiche-action n°1 : Deux\n\nPorteur\tMSA\n", encoding="utf-8")
    corpus = read_corpus([tmp_path], Settings())
    assert len({held.document.id for held in corpus.documents}) == 2
    assert len({action.id for held in corpus.documents for action in held.actions}) == 2
