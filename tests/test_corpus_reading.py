"""Reading the five real documents: golden records, provenance, and one test for each trap they hold."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from clsassist.records import Action, Corpus, Document, Field, ParsedDocument, Role, Status

GOLDEN = Path(__file__).parent / "golden"


def parsed(corpus: Corpus, stem: str) -> ParsedDocument:
    return next(held for held in corpus.documents if held.document.id == stem)


def fiche(corpus: Corpus, number: str) -> Action:
    actions = parsed(corpus, "thur-doller-cls").actions
    return next(action for action in actions if action.number == number)


def only(corpus: Corpus, stem: str) -> Action:
    (action,) = parsed(corpus, stem).actions
    return action


def ticked(field: Field | None) -> list[str]:
    assert field is not None
    return [option.label for option in field.options if option.ticked]


# --- golden records: structure in clear, sentences as digests


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def field_to_golden(field: Field) -> dict[str, Any]:
    return {
        "key": field.key,
        "label": field.label,
        "text": digest(field.text) if field.text else "",
        "span": list(asdict(field.span).values()),
        "inherited": field.inherited,
        "items": [
            {
                "digest": digest(item.text),
                "spans": [[span.start, span.end] for span in item.spans],
                "level": item.level,
                "parent": item.parent,
                "mark": item.mark,
            }
            for item in field.items
        ],
        "options": [
            [option.label, option.ticked, option.group, bool(option.typed), option.span.start, option.span.end]
            for option in field.options
        ],
    }


def action_to_golden(action: Action) -> dict[str, Any]:
    return {
        "id": action.id,
        "number": action.number,
        "title": digest(action.title),
        "title_field": action.title_field,
        "title_span": [action.title_span.start, action.title_span.end],
        "axe_number": action.axe_number,
        "axe": digest(action.axe or ""),
        "objectif": digest(action.objectif or ""),
        "thematique": digest(action.thematique or ""),
        "years": [action.first_year, action.last_year],
        "fields": [field_to_golden(field) for field in action.fields],
        "involvements": [
            [held.organisation, held.role.value, held.status.value, held.field_key, held.span.start, held.span.end]
            for held in action.involvements
        ],
    }


def document_to_golden(held: ParsedDocument) -> dict[str, Any]:
    return {
        "path": held.document.path,
        "sha256": held.document.sha256,
        "plan": asdict(held.plan),
        "dated": held.dated,
        "blocks": len(held.document.blocks),
        "actions": [action_to_golden(action) for action in held.actions],
        "sections": [
            {"id": section.id, "title": digest(section.title), "fields": [field_to_golden(f) for f in section.fields]}
            for section in held.sections
        ],
        "warnings": [[digest(warning.message), warning.line] for warning in held.warnings],
    }


@pytest.mark.parametrize(
    "stem",
    [
        "saverne-annuaire",
        "saverne-attractivite-stages",
        "saverne-exercices-coordonnes",
        "thur-doller-cls",
        "plan-sante-79",
    ],
)
def test_what_was_parsed_equals_the_golden_record(real_corpus: Corpus, stem: str) -> None:
    found = json.loads(json.dumps(document_to_golden(parsed(real_corpus, stem))))
    path = GOLDEN / f"{stem}.json"
    if os.environ.get("CLSASSIST_WRITE_GOLDEN"):
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(path.read_text(encoding="utf-8"))


def test_thirty_four_actions_are_found(real_corpus: Corpus) -> None:
    counts = {held.document.id: len(held.actions) for held in real_corpus.documents}
    assert counts == {
        "plan-sante-79": 26,
        "saverne-annuaire": 1,
        "saverne-attractivite-stages": 1,
        "saverne-exercices-coordonnes": 1,
        "thur-doller-cls": 5,
    }
    assert real_corpus.failures == ()


# --- provenance


def spans_of(held: ParsedDocument) -> list[tuple[int, int]]:
    spans = [(block.span.start, block.span.end) for block in held.document.blocks]
    for owner in (*held.actions, *held.sections):
        for field in owner.fields:
            spans.append((field.span.start, field.span.end))
            spans.extend((span.start, span.end) for item in field.items for span in item.spans)
            spans.extend((option.span.start, option.span.end) for option in field.options)
    spans.extend((one.span.start, one.span.end) for action in held.actions for one in action.involvements)
    return spans


@pytest.mark.parametrize("name", ["real_corpus", "demo_corpus"])
def test_every_span_lies_in_its_document_and_every_item_is_its_text(name: str, request: Any) -> None:
    corpus: Corpus = request.getfixturevalue(name)
    for held in corpus.documents:
        document: Document = held.document
        assert all(0 <= start <= end <= len(document.text) for start, end in spans_of(held))
        for owner in (*held.actions, *held.sections):
            for field in owner.fields:
                for item in field.items:
                    raw = " ".join(span.of(document.text) for span in item.spans)
                    for word in item.text.split():
                        assert word in raw


@pytest.mark.parametrize("name", ["real_corpus", "demo_corpus"])
def test_no_item_crosses_markup_or_keeps_a_leftover(name: str, request: Any) -> None:
    corpus: Corpus = request.getfixturevalue(name)
    for held in corpus.documents:
        for owner in (*held.actions, *held.sections):
            for field in owner.fields:
                texts = [field.label, field.text, *[option.label for option in field.options]]
                texts += [span.of(held.document.text) for item in field.items for span in item.spans]
                for text in texts:
                    assert "<" not in text
                    assert "[bookmark" not in text
                clean = [field.text, *[option.label for option in field.options]]
                assert not any("Choisissez un élément" in text or "(Précisez)" in text for text in clean)
                assert "(si indiqué)" not in field.label


# --- the traps


def test_the_fiche_without_a_title_is_found_and_named_from_its_objective(real_corpus: Corpus) -> None:
    action = only(real_corpus, "saverne-attractivite-stages")
    assert action.title_field == "objectif_general"
    assert action.title.startswith("Améliorer l’attractivité du territoire")
    assert any("sans titre" in warning.message for warning in parsed(real_corpus, action.document_id).warnings)


def test_a_title_alone_on_its_line_is_the_title(real_corpus: Corpus) -> None:
    assert only(real_corpus, "saverne-exercices-coordonnes").title == "Les exercices coordonnés"


def test_a_number_in_the_first_cell_has_its_title_in_the_second(real_corpus: Corpus) -> None:
    action = only(real_corpus, "saverne-annuaire")
    assert (action.number, action.title) == ("15", "Annuaire des actions et des acteurs")


def test_words_typed_behind_an_empty_box_are_no_public(real_corpus: Corpus) -> None:
    for stem in ("saverne-annuaire", "saverne-exercices-coordonnes"):
        public = only(real_corpus, stem).field("public")
        assert public is not None
        (typed,) = [option for option in public.options if option.typed]
        assert (typed.label, typed.ticked, typed.typed) == ("Autre", False, "Adultes (>18 ans)")
        assert "Adultes (>18 ans)" not in ticked(public)


def test_a_box_comes_before_its_label_so_the_action_is_pluriannuelle(real_corpus: Corpus) -> None:
    duration = only(real_corpus, "saverne-attractivite-stages").field("calendrier")
    assert duration is not None
    assert ticked(duration) == ["Pluriannuelle"]
    assert [option.ticked for option in duration.options if option.label == "Annuelle"] == [None]


def test_a_box_glued_to_its_label_is_a_box(real_corpus: Corpus) -> None:
    link = only(real_corpus, "saverne-annuaire").field("lien_prse")
    assert link is not None
    assert ticked(link) == ["Hors PRSE 4"]
    assert len(link.options) == 5


def test_parent_and_children_that_disagree_are_both_kept(real_corpus: Corpus) -> None:
    public = only(real_corpus, "saverne-exercices-coordonnes").field("public")
    assert public is not None
    assert ticked(public) == ["Médical", "Paramédical", "Médico-social"]
    assert {option.group for option in public.options if option.ticked} == {"professionnels"}
    assert [option.ticked for option in public.options if option.label == "Professionnels"] == [False]


def test_nothing_ticked_is_an_empty_field(real_corpus: Corpus) -> None:
    determinants = only(real_corpus, "saverne-attractivite-stages").field("determinants")
    assert determinants is not None
    assert not determinants.filled
    assert len(determinants.options) == 18


@pytest.mark.parametrize(("number", "kind"), [("1", "input"), ("2", "input"), ("3", "☑"), ("4", "☑"), ("5", "input")])
def test_both_kinds_of_boxes_of_one_document_are_read(real_corpus: Corpus, number: str, kind: str) -> None:
    calendar = fiche(real_corpus, number).field("calendrier")
    assert calendar is not None
    assert len(ticked(calendar)) == 5
    text = parsed(real_corpus, "thur-doller-cls").document.text
    assert all(("☑" in option.span.of(text)) is (kind == "☑") for option in calendar.options)


@pytest.mark.parametrize(
    ("number", "starred", "total"), [("1", 6, 19), ("2", 2, 12), ("3", 9, 22), ("4", 2, 7), ("5", 2, 10)]
)
def test_an_asterisk_marks_a_partner_still_to_contact(
    real_corpus: Corpus, number: str, starred: int, total: int
) -> None:
    listed = [held for held in fiche(real_corpus, number).involvements if held.field_key == "partenaires"]
    to_contact = [held for held in listed if held.status is Status.TO_CONTACT]
    assert (len(to_contact), len(listed)) == (starred, total)


def test_a_dash_inside_a_name_does_not_cut_the_partner(real_corpus: Corpus) -> None:
    names = [held.organisation for held in fiche(real_corpus, "2").involvements if held.field_key == "partenaires"]
    assert sum("Faculté de médecine - Département" in name for name in names) == 1


def test_hyphens_inside_an_item_are_no_bullets(real_corpus: Corpus) -> None:
    steps = fiche(real_corpus, "4").field("etapes")
    assert steps is not None
    assert any("ville - hôpitaux - ESMS via" in item.text for item in steps.items)


def test_porteur_and_pilote_are_one_field(real_corpus: Corpus) -> None:
    fields = {number: fiche(real_corpus, number).field("porteur") for number in "12345"}
    assert all(field is not None and field.filled for field in fields.values())
    assert fields["5"] is not None
    assert fields["5"].label == "Pilote(s)"
    roles = {held.role for held in fiche(real_corpus, "5").involvements if held.field_key == "porteur"}
    assert roles == {Role.PILOTE}


@pytest.mark.parametrize(("number", "inherits"), [("1", False), ("2", True), ("3", False), ("4", False), ("5", True)])
def test_a_heading_written_once_is_inherited_by_the_next_fiche(
    real_corpus: Corpus, number: str, inherits: bool
) -> None:
    objective = fiche(real_corpus, number).field("objectif_strategique")
    assert objective is not None
    assert objective.inherited is inherits
    above = {"2": "1", "5": "4"}.get(number)
    if above:
        assert fiche(real_corpus, number).objectif == fiche(real_corpus, above).objectif


def test_two_labels_in_one_cell_share_its_value(real_corpus: Corpus) -> None:
    for number in "123":
        roles = [field for field in fiche(real_corpus, number).fields if field.key == "role_porteur"]
        assert [role.label for role in roles] == ["Rôle du PETR co-pilote", "Rôle de la CPTS co-pilote"]
        assert roles[0].text == roles[1].text


def test_a_cell_cut_by_a_page_break_is_joined_back(real_corpus: Corpus) -> None:
    steps = fiche(real_corpus, "3").field("etapes")
    assert steps is not None
    (cut,) = [item for item in steps.items if len(item.spans) == 2]
    assert "en communiquant sur ces dispositifs" in cut.text
    financing = fiche(real_corpus, "5").field("financement")
    assert financing is not None
    assert financing.items[-1].text == "Appels à projets potentiels"


def test_nested_bullets_keep_their_parent_and_their_own_pilot(real_corpus: Corpus) -> None:
    steps = fiche(real_corpus, "3").field("etapes")
    assert steps is not None
    mobile = next(item for item in steps.items if "équipe mobile en addictologie" in item.text)
    assert mobile.parent is not None
    assert "aller-vers" in steps.items[mobile.parent].text
    pilots = {
        held.organisation
        for held in fiche(real_corpus, "3").involvements
        if held.field_key == "etapes" and held.role is Role.PILOTE
    }
    assert pilots == {"CPTS", "CLS", "CSAPA le CAP"}


def test_a_label_column_of_several_lines_gives_sub_fields(real_corpus: Corpus) -> None:
    action = only(real_corpus, "saverne-exercices-coordonnes")
    labels = [field.label for field in action.fields]
    assert "Financement › Budget global prévisionnel" in labels
    assert "Financement › Financeurs et montants" in labels
    assert "Porteur › Personne référente" in labels
    referent = action.field("referent")
    assert referent is not None
    assert len(referent.items) == 3


def test_inner_labels_of_indicators_make_fields_even_when_empty(real_corpus: Corpus) -> None:
    action = only(real_corpus, "saverne-attractivite-stages")
    impact, method = action.field("indicateurs_impact"), action.field("methode_evaluation")
    assert impact is not None
    assert impact.filled
    assert method is not None
    assert not method.filled


def test_plan_79_has_26_leviers_in_4_axes_and_11_thematiques(real_corpus: Corpus) -> None:
    actions = parsed(real_corpus, "plan-sante-79").actions
    per_axe = [sum(1 for action in actions if action.axe_number == axe) for axe in (1, 2, 3, 4)]
    assert per_axe == [8, 8, 8, 2]
    assert len({action.thematique for action in actions}) == 11


def test_rows_without_a_levier_go_on_with_the_one_above(real_corpus: Corpus) -> None:
    last = parsed(real_corpus, "plan-sante-79").actions[-1]
    steps, pilots = last.field("etapes"), last.field("porteur")
    assert last.title == "COPILOTAGE MULTI PARTENARIAL"
    assert steps is not None
    assert pilots is not None
    assert len(steps.items) == len(pilots.items) == 3


def test_pilots_are_paired_with_actions_by_order_only_when_they_are_as_many(real_corpus: Corpus) -> None:
    actions = {action.title: action for action in parsed(real_corpus, "plan-sante-79").actions}
    welcome = actions['ACCUEILLIR : "BICHONNER" LES INTERNES'].field("porteur")
    digital = actions["AMÉLIORER LE MATÉRIEL NUMÉRIQUE"].field("porteur")
    assert welcome is not None
    assert [item.text for item in welcome.items] == ["CD / Intercommunalités", "CDOM / CD / Hôpitaux"]
    assert digital is not None
    assert [item.text for item in digital.items] == ["ARS / CD"]


def test_a_list_whose_bullets_were_lost_is_cut_at_its_verbs(real_corpus: Corpus) -> None:
    steps = parsed(real_corpus, "plan-sante-79").actions[0].field("etapes")
    assert steps is not None
    assert len(steps.items) == 2


def test_a_table_of_contents_gives_no_action_and_no_passage(real_corpus: Corpus) -> None:
    held = parsed(real_corpus, "plan-sante-79")
    texts = [field.text for section in held.sections for field in section.fields]
    assert not any("Axe 2 :" in text for text in texts)


def test_a_key_figure_keeps_its_number_and_its_words_together(real_corpus: Corpus) -> None:
    items = [
        item
        for section in parsed(real_corpus, "plan-sante-79").sections
        for field in section.fields
        for item in field.items
    ]
    assert any(item.text.startswith("61 % des médecins répondants") for item in items)
    assert not any(item.text in {"2", "3", "4"} for item in items)


def test_page_footers_are_no_content(real_corpus: Corpus) -> None:
    for action in parsed(real_corpus, "thur-doller-cls").actions:
        assert not any("Projet vo" in field.text.lower() for field in action.fields)


def test_fiches_without_a_title_page_share_the_plan_of_their_territory(real_corpus: Corpus) -> None:
    plans = {held.document.id: held.plan.name for held in real_corpus.documents}
    assert plans["thur-doller-cls"] == "CLS Pays Thur Doller 2023-2028"
    assert {plans[stem] for stem in plans if stem.startswith("saverne")} == {
        "CLS Pays de Saverne Plaine et Plateau 2025-2029"
    }
    assert plans["plan-sante-79"] == "Plan Santé 79"
    assert parsed(real_corpus, "plan-sante-79").dated == "Janvier 2021"


def test_acronyms_are_whole_words(real_corpus: Corpus) -> None:
    attractive = only(real_corpus, "saverne-attractivite-stages")
    names = {held.organisation for held in attractive.involvements if held.field_key == "partenaires"}
    assert {"MSA", "CPAM", "CeA", "IFSI"} <= names
    assert not any(held.organisation == "MSA" for held in fiche(real_corpus, "5").involvements)


def test_an_open_list_says_so(real_corpus: Corpus) -> None:
    exercises = only(real_corpus, "saverne-exercices-coordonnes")
    assert any(held.open for held in exercises.involvements if held.field_key == "partenaires")
    directory = only(real_corpus, "saverne-annuaire")
    assert all(held.open for held in directory.involvements if held.field_key == "partenaires")


def test_misspellings_survive_in_the_text(real_corpus: Corpus) -> None:
    texts = {
        held.document.id: "\n".join(f.text for a in held.actions for f in a.fields) for held in real_corpus.documents
    }
    assert "annnuaire" in texts["saverne-annuaire"]
    assert "acceuil" in texts["saverne-attractivite-stages"]
    assert "leins" in texts["saverne-exercices-coordonnes"]


def test_the_shipped_corpus_holds_the_same_facts(real_corpus: Corpus, demo_corpus: Corpus) -> None:
    for held in real_corpus.documents:
        twin = parsed(demo_corpus, held.document.id)
        # A header names the plan in full, where the text exports leave it to be deduced.
        assert (twin.plan.first_year, twin.plan.last_year) == (held.plan.first_year, held.plan.last_year)
        assert len(twin.actions) == len(held.actions)
        for action, copy in zip(held.actions, twin.actions, strict=True):
            assert (copy.number, copy.axe_number) == (action.number, action.axe_number)
            assert (copy.first_year, copy.last_year) == (action.first_year, action.last_year)
            assert [field.key for field in copy.fields] == [field.key for field in action.fields]
            for field, other in zip(action.fields, copy.fields, strict=True):
                # A box that the export lost may be there in the form.
                states = [(option.label, option.ticked) for option in field.options if option.ticked is not None]
                assert [(box.label, box.ticked) for box in other.options if (box.label, box.ticked) in states] == states
                assert other.filled == field.filled
            for key in ("porteur", "partenaires"):
                listed = [
                    (one.organisation, one.role, one.status) for one in action.involvements if one.field_key == key
                ]
                same = [(one.organisation, one.role, one.status) for one in copy.involvements if one.field_key == key]
                assert same == listed
