"""The catalogue of fiches: filters and counts that agree with each other and with answers, fiches shown whole."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_registry import many_fiches

from clsassist.assistant import Assistant
from clsassist.catalogue import NOT_SAID, Catalogue, Column, Facet, Filters, Row, catalogue_of, pairs_to_filters, slug
from clsassist.catalogue.alike import actions_like
from clsassist.catalogue.fiche import action_to_fiche
from clsassist.catalogue.side_by_side import DIFFERENT, NOWHERE, PARTLY, SAME, compare
from clsassist.catalogue.table import ROWS_PER_PAGE
from clsassist.conditions import involves
from clsassist.lexicon import load_lexicon
from clsassist.question import Intent, Organisation, Question
from clsassist.records import Role, Span
from clsassist.segments import field_to_segments
from clsassist.text import squeeze
from clsassist.topic_search import Match

CORPORA = ("assistant", "demo_assistant", "other_assistant")


@pytest.fixture(params=CORPORA)
def corpus(request: pytest.FixtureRequest) -> Assistant:
    """Each of the three indexes in turn: the real documents, the shipped ones, plans of other makers."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """A hundred and twenty invented fiches."""
    registry = many_fiches(tmp_path_factory.mktemp("many") / "registry.sqlite", 120)
    yield Catalogue.from_registry(registry, load_lexicon())
    registry.close()


def chosen(*pairs: tuple[Facet, str], words: str = "") -> Filters:
    return Filters(words, pairs)


def ids(rows: tuple[Row, ...]) -> set[str]:
    return {row.action.id for row in rows}


def found(catalogue: Catalogue, filters: Filters) -> set[str]:
    return ids(catalogue.matching(filters))


# --- addresses


_TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30)
_FILTERS = st.builds(
    Filters,
    st.one_of(st.just(""), _TEXT),
    st.lists(st.tuples(st.sampled_from(Facet), _TEXT), max_size=6, unique=True).map(
        lambda pairs: tuple(sorted(pairs, key=lambda pair: list(Facet).index(pair[0])))
    ),
    st.sampled_from([None, *Column]),
    st.just(False),
    st.integers(1, 500),
    st.lists(_TEXT, max_size=4, unique=True).map(tuple),
)


@given(_FILTERS)
def test_an_address_says_the_whole_view(filters: Filters) -> None:
    assert pairs_to_filters(parse_qsl(filters.query().removeprefix("?"))) == filters


@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=60))))
def test_any_parameter_is_read_or_left_aside(pairs: list[tuple[str, str]]) -> None:
    filters = pairs_to_filters([*pairs, *((name, value) for (_, value) in pairs for name in ("page", "tri", "q"))])

    assert filters.page >= 1
    assert filters.words.isprintable()


def test_controls_and_marks_that_reorder_text_leave_the_address() -> None:
    filters = pairs_to_filters(
        [("q", "\x00santé\u202e\tmentale\n"), ("plan", "\u200b"), ("page", "-3"), ("tri", "sql")]
    )

    assert filters == Filters("santé mentale")


def test_a_search_too_long_is_cut_and_said(assistant: Assistant) -> None:
    listing = catalogue_of(assistant).listing(pairs_to_filters([("q", "santé " * 2_000)]))

    assert len(listing.filters.words) <= 200
    assert "trop longue" in listing.notices[0]


def test_a_column_asked_twice_is_reversed() -> None:
    once = Filters(page=4).sorted_by(Column.PLAN)

    assert (once.column, once.descending, once.page) == (Column.PLAN, False, 1)
    assert once.sorted_by(Column.PLAN).descending
    assert not once.sorted_by(Column.PLAN).sorted_by(Column.PLAN).descending
    assert once.sorted_by(Column.PLAN).query() == "?tri=-plan"


# --- filters and counts


def test_each_count_is_what_choosing_the_value_keeps(corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    facets = catalogue.listing(Filters()).facets

    assert facets
    for view in facets:
        for one in (*view.shown, *view.folded):
            assert len(catalogue.matching(chosen((view.facet, one.value.key)))) == one.number, one


def test_values_of_a_facet_add_up_and_facets_restrict_each_other(corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    views = {view.facet: view for view in catalogue.listing(Filters()).facets}
    first, second = (one.value.key for one in views[Facet.PORTEUR].shown[:2])
    year = views[Facet.ANNEE].shown[0].value.key
    alone = [found(catalogue, chosen((Facet.PORTEUR, key))) for key in (first, second)]
    that_year = found(catalogue, chosen((Facet.ANNEE, year)))

    both = catalogue.matching(chosen((Facet.PORTEUR, first), (Facet.PORTEUR, second)))
    all_three = catalogue.matching(chosen((Facet.PORTEUR, first), (Facet.PORTEUR, second), (Facet.ANNEE, year)))

    assert ids(both) == alone[0] | alone[1]
    assert ids(all_three) == (alone[0] | alone[1]) & that_year


def test_every_fiche_has_a_value_or_says_it_has_none(corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    for view in catalogue.listing(Filters()).facets:
        if view.facet is Facet.VIDE:
            continue
        values = [one.value.key for one in (*view.shown, *view.folded)]
        assert found(catalogue, Filters("", tuple((view.facet, key) for key in values))) == ids(catalogue.rows)


def test_an_active_filter_says_what_the_list_has_without_it(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)
    filters = chosen((Facet.PORTEUR, "ARS"), (Facet.ANNEE, "2026"), words="santé")

    listing = catalogue.listing(filters)

    assert [one.name for one in listing.active] == ["Recherche", "Porteur ou pilote", "Année"]
    for one in listing.active:
        assert len(catalogue.matching(one.without)) == one.number
        assert len(one.without.pairs()) == len(filters.pairs()) - 1


def test_an_unknown_value_keeps_nothing_and_says_why(assistant: Assistant) -> None:
    listing = catalogue_of(assistant).listing(chosen((Facet.PLAN, "<b>"), (Facet.ANNEE, "2025")))

    assert listing.rows == ()
    assert [(one.label, one.alone, one.number) for one in listing.active] == [("<b>", 0, 8), ("2025", 8, 0)]


def test_a_field_left_empty_is_told_from_one_that_the_form_lacks(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)
    rows = catalogue.matching(chosen((Facet.VIDE, "personne-referente")))

    assert [row.action.id for row in rows] == ["saverne-attractivite-stages:a1"]
    by_id = {row.action.id: row for row in catalogue.rows}
    assert by_id["plan-sante-79:a1"].absence(Facet.PUBLIC) == "rubrique absente"
    assert all(row.absence(Facet.STATUT) == "rubrique absente" for row in catalogue.rows)


def test_facets_of_which_the_corpus_says_nothing_are_hidden(assistant: Assistant, other_assistant: Assistant) -> None:
    assert Facet.STATUT in catalogue_of(assistant).listing(Filters()).hidden
    assert Facet.PLAN not in catalogue_of(other_assistant).listing(Filters()).hidden


def test_a_territory_of_the_plan_stands_for_that_of_a_fiche_that_has_none(assistant: Assistant) -> None:
    rows = catalogue_of(assistant).matching(chosen((Facet.TERRITOIRE, "deux-sevres")))

    assert len(rows) == 26
    assert not any(row.own_territory for row in rows)


def test_an_unticked_box_is_no_public(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)
    view = next(view for view in catalogue.listing(Filters()).facets if view.facet is Facet.PUBLIC)
    shown = {one.value.label for one in (*view.shown, *view.folded)}

    ticked = {
        option.label
        for action in assistant.actions()
        for field in action.fields
        if field.key == "public"
        for option in field.options
        if option.ticked
    }
    unticked = {
        option.label
        for action in assistant.actions()
        for field in action.fields
        if field.key == "public"
        for option in field.options
    } - ticked
    assert unticked
    assert shown.isdisjoint(unticked)


# --- organisations


@pytest.mark.parametrize(
    "name", ["CPAM", "cpam", "C.P.A.M.", "Caisse primaire d'assurance maladie", "CAISSE PRIMAIRE D’ASSURANCE MALADIE"]
)
def test_every_alias_of_an_organisation_is_the_same_filter(assistant: Assistant, name: str) -> None:
    catalogue = catalogue_of(assistant)

    assert len(catalogue.matching(chosen((Facet.PORTEUR, name)))) == 9
    view = next(view for view in catalogue.listing(chosen((Facet.PORTEUR, name))).facets if view.facet is Facet.PORTEUR)
    assert [one.value.label for one in view.shown if one.chosen] == ["CPAM"]


@pytest.mark.parametrize("name", ["conseil", "sant", "RS", "PAM", "de", "alsace", "%", "*", "caisse"])
def test_a_part_of_a_name_designates_nobody(assistant: Assistant, name: str) -> None:
    listing = catalogue_of(assistant).listing(chosen((Facet.PARTENAIRE, name)))

    assert listing.rows == ()
    assert f"« {name} »" in listing.notices[0]


def test_an_organisation_is_not_found_inside_another(assistant: Assistant) -> None:
    rows = catalogue_of(assistant).matching(chosen((Facet.PARTENAIRE, "Région")))

    named = {held.organisation for row in rows for held in row.action.involvements if held.role is Role.PARTENAIRE}
    hospital_only = [
        row
        for row in catalogue_of(assistant).rows
        if any("Région de Mulhouse" in held.organisation for held in row.action.involvements) and row not in rows
    ]
    assert named
    assert hospital_only


def test_a_territory_after_the_name_restricts_to_its_plans(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)
    anywhere = found(catalogue, chosen((Facet.PARTENAIRE, "CPAM")))

    there = found(catalogue, chosen((Facet.PARTENAIRE, "CPAM du Haut-Rhin")))

    assert there
    assert there < anywhere
    assert found(catalogue, chosen((Facet.PARTENAIRE, "CPAM de Vladivostok"))) == set()


def test_a_slip_of_the_finger_is_answered_with_near_names(assistant: Assistant) -> None:
    listing = catalogue_of(assistant).listing(chosen((Facet.PARTENAIRE, "Mision locale")))

    assert "Mission locale" in listing.notices[0]


def test_organisation_filters_keep_what_answers_keep(corpus: Assistant) -> None:
    catalogue, registry, lexicon = catalogue_of(corpus), corpus.registry, load_lexicon()
    actors = [concept for concept in lexicon.concepts if concept.actor]
    checked = 0
    for role, facet in ((Role.PORTEUR, Facet.PORTEUR), (Role.PARTENAIRE, Facet.PARTENAIRE)):
        for actor in actors:
            same = tuple(dict.fromkeys(form for one in actors if one.name == actor.name for form in one.stems))
            question = Question("", Intent.SET, organisations=(Organisation(actor.name, same, role=role),))
            condition = involves(question, registry, lexicon)
            answered = {action.id for action in registry.actions.values() if condition(Match(action), {})}
            checked += bool(answered)
            assert found(catalogue, chosen((facet, slug(actor.name)))) == answered, actor.name
    assert checked > 5


# --- search


@pytest.mark.parametrize(
    "words", ["maîtrise de stage", "MAITRISES DE STAGES", "la maitrise du stage", "stage maîtrise"]
)
def test_search_ignores_accents_case_plurals_and_little_words(assistant: Assistant, words: str) -> None:
    assert found(catalogue_of(assistant), Filters(words)) == {"saverne-attractivite-stages:a1", "thur-doller-cls:2"}


def test_search_reads_titles_fields_and_the_names_above(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)

    assert "plan-sante-79:a1" in found(catalogue, Filters("conjoint"))
    assert len(found(catalogue, Filters("Plan Santé 79"))) == 26


def test_the_beginning_of_a_word_is_enough_when_no_document_says_it(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)

    assert found(catalogue, Filters("interconnaiss")) == found(catalogue, Filters("interconnaissance")) != set()


def test_words_between_quotation_marks_stand_together(assistant: Assistant) -> None:
    catalogue = catalogue_of(assistant)
    apart, together = (found(catalogue, Filters(words)) for words in ("faculté médecine", "« faculté de médecine »"))

    assert together
    assert together <= apart
    assert not found(catalogue, Filters("« médecine de faculté »"))


def test_an_unticked_box_is_not_found(assistant: Assistant) -> None:
    # Every form lists the box, one fiche at most ticks it.
    assert len(found(catalogue_of(assistant), Filters("« Adolescents (12 à 15 ans) »"))) < 3


def test_what_a_search_found_is_quoted_word_for_word(corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    listing = catalogue.listing(Filters("santé"))

    assert listing.proofs
    for identifier, proof in listing.proofs.items():
        document = corpus.registry.documents[corpus.registry.actions[identifier].document_id]
        assert proof.owner == identifier
        assert proof.span.of(document.text) == proof.quote
        assert "sant" in proof.stems


@pytest.mark.parametrize("words", ["les de la", "!!!", "🙂", "«»"])
def test_words_that_say_nothing_leave_the_list_whole_and_say_so(assistant: Assistant, words: str) -> None:
    listing = catalogue_of(assistant).listing(Filters(words))

    assert listing.matching == listing.total == 34
    assert "aucun mot à chercher" in listing.notices[0]


@pytest.mark.parametrize("words", ["'; DROP TABLE segment; --", "%", "stage' OR '1'='1", "<script>alert(1)</script>"])
def test_a_hostile_search_is_only_words(assistant: Assistant, words: str) -> None:
    assert catalogue_of(assistant).listing(Filters(words)).total == 34
    assert len(catalogue_of(assistant).matching(Filters("stage"))) == 3


# --- order and pages


@pytest.mark.parametrize("column", list(Column))
def test_an_order_and_its_reverse_hold_the_same_fiches_blanks_last(other_assistant: Assistant, column: Column) -> None:
    catalogue = catalogue_of(other_assistant)
    rising, falling = (catalogue.matching(Filters(column=column, descending=down)) for down in (False, True))

    assert ids(rising) == ids(falling) == ids(catalogue.rows)
    if column is Column.PERIODE:
        years = [row.action.first_year for row in rising if row.action.first_year is not None]
        assert years == sorted(years)
        assert [row.action.first_year for row in rising][len(years) :] == [None] * (len(rising) - len(years))
        assert [row.action.first_year for row in falling][len(years) :] == [None] * (len(rising) - len(years))


def test_titles_are_ordered_without_regard_to_accents_and_case(assistant: Assistant) -> None:
    from clsassist.text import fold

    titles = [fold(row.action.title) for row in catalogue_of(assistant).matching(Filters(column=Column.TITRE))]

    assert titles == sorted(titles)


def test_pages_hold_every_fiche_once_in_order(many: Catalogue) -> None:
    pages = [many.listing(Filters(column=Column.PORTEUR, page=page)) for page in (1, 2, 3)]

    assert [len(page.rows) for page in pages] == [ROWS_PER_PAGE, ROWS_PER_PAGE, 120 - 2 * ROWS_PER_PAGE]
    held = [row.action.id for page in pages for row in page.rows]
    assert held == [row.action.id for row in many.matching(Filters(column=Column.PORTEUR))]
    assert many.listing(Filters(page=99)).filters.page == 3


def test_long_facets_are_folded_then_cut(tmp_path: Path) -> None:
    registry = many_fiches(tmp_path / "registry.sqlite", 800)
    listing = Catalogue.from_registry(registry, load_lexicon()).listing(Filters())
    registry.close()

    view = next(view for view in listing.facets if view.facet is Facet.PARTENAIRE)
    assert (len(view.shown), len(view.folded)) == (8, 150)
    assert view.left_out > 0


def test_fiches_to_compare_stay_whatever_the_filters(many: Catalogue) -> None:
    listing = many.listing(Filters("télémédecine", picked=("plan-0:1", "nulle-part:9", "plan-5:3"), page=2))

    assert [row.action.id for row in listing.picked] == ["plan-0:1", "plan-5:3"]


# --- one fiche whole


def test_a_fiche_is_shown_whole_in_the_order_of_its_form(corpus: Assistant) -> None:
    for action in corpus.actions():
        view = action_to_fiche(action, corpus.registry)
        assert [field.label for field in view.fields] == [squeeze(one.label).rstrip(" :") for one in action.fields]
        assert len({field.anchor for field in view.fields}) == len(view.fields)
        for field, shown in zip(action.fields, view.fields, strict=True):
            lines = [line.text for line in shown.lines if not line.heading]
            assert sorted(lines) == sorted(
                [item.text for item in field.items]
                + [" : ".join(filter(None, (squeeze(one.label), squeeze(one.typed)))) for one in field.options]
            )
            assert shown.filled == field.filled
        assert not view.quoted
        assert view.quote is None


def test_boxes_keep_their_three_states(assistant: Assistant) -> None:
    view = action_to_fiche(assistant.registry.action("saverne-attractivite-stages:a1"), assistant.registry)
    boxes = {line.text: line.box for field in view.fields for line in field.lines if line.box}

    assert boxes["Nouvelle action"] == "cochée"
    assert boxes["Annuelle"] == "indéterminée"
    assert "non cochée" in boxes.values()


def test_any_quote_is_marked_at_its_place(corpus: Assistant) -> None:
    for action in corpus.actions()[::3]:
        text = corpus.registry.documents[action.document_id].text
        for field in action.fields:
            for segment in field_to_segments(action, field, text, (), load_lexicon().analyser):
                view = action_to_fiche(action, corpus.registry, segment.span)
                assert view.quote
                quoted = next(one for one in view.quoted if one.label == squeeze(field.label).rstrip(" :"))
                marked = "".join(piece.text for line in quoted.lines for piece in line.pieces if piece.marked)
                if segment.kind == "item":
                    assert squeeze(marked) == squeeze(segment.quote)
                else:
                    assert marked
                    assert squeeze(marked).split(" : ")[0] in squeeze(segment.quote)


def test_the_quote_of_an_empty_field_marks_its_label(assistant: Assistant) -> None:
    action = assistant.registry.action("saverne-attractivite-stages:a1")
    empty = next(field for field in action.fields if not field.filled and not field.options)

    view = action_to_fiche(action, assistant.registry, empty.span)

    assert [field.label for field in view.quoted] == [squeeze(empty.label).rstrip(" :")]


def test_a_quote_from_elsewhere_is_said_not_to_be_here(assistant: Assistant) -> None:
    action = assistant.registry.action("thur-doller-cls:2")

    assert action_to_fiche(action, assistant.registry, Span(10**8, 10**8 + 5)).quote is False


def test_partners_still_to_contact_are_told_on_their_line_and_in_the_list(assistant: Assistant) -> None:
    view = action_to_fiche(assistant.registry.action("thur-doller-cls:1"), assistant.registry)

    lines = [line.text for field in view.fields for line in field.lines if line.to_contact]
    assert "Lycées" in lines
    parts = {part.organisation for part in view.parts if part.to_contact}
    assert len(parts) == len(lines)
    assert all(part.anchor in {field.anchor for field in view.fields} for part in view.parts)


def test_neighbours_are_those_of_the_document(assistant: Assistant) -> None:
    view = action_to_fiche(assistant.registry.action("thur-doller-cls:2"), assistant.registry)

    assert view.before and view.after
    assert (view.before.id, view.after.id) == ("thur-doller-cls:1", "thur-doller-cls:3")
    assert action_to_fiche(assistant.registry.action("thur-doller-cls:1"), assistant.registry).before is None


# --- side by side


def test_a_fiche_differs_in_nothing_from_itself(corpus: Assistant) -> None:
    for row in catalogue_of(corpus).rows[:30]:
        comparison = compare((row, row), corpus.registry, load_lexicon())
        assert {field.verdict for field in comparison.fields} <= {SAME, NOWHERE}
        assert comparison.own == ((), ())


def test_verdicts_say_what_cells_show(corpus: Assistant) -> None:
    rows = catalogue_of(corpus).rows
    for pair in itertools.pairwise(rows):
        for field in compare(pair, corpus.registry, load_lexicon()).fields:
            filled = [cell for cell in field.cells if not cell.absence]
            if field.verdict == SAME:
                assert all(cell.common and not cell.own for cell in field.cells)
            elif field.verdict == DIFFERENT:
                assert all(cell.own and not cell.common for cell in field.cells)
            elif field.verdict == PARTLY:
                assert len({cell.common for cell in field.cells}) >= 1
                assert any(cell.own for cell in field.cells)
            elif field.verdict == NOWHERE:
                assert not filled
            else:
                assert field.verdict == f"renseigné dans {len(filled)} fiche sur 2"


def test_common_partners_are_those_of_the_answer(assistant: Assistant) -> None:
    rows = [catalogue_of(assistant).row(one) for one in ("thur-doller-cls:1", "thur-doller-cls:2")]
    comparison = compare(rows, assistant.registry, load_lexicon())

    answer = assistant.ask("Compare les partenaires de la fiche 1 et de la fiche 2 du Pays Thur Doller").text
    told = re.search(r"(\d+) partenaires communs", answer)
    assert told
    assert len(comparison.common) == int(told.group(1))
    for row, own, total in zip(rows, comparison.own, comparison.totals, strict=True):
        assert row.action.title in answer
        assert total.startswith(f"{len(own) + len(comparison.common)} partenaires")


def test_a_field_that_a_form_lacks_is_told_from_an_empty_one(assistant: Assistant) -> None:
    rows = [catalogue_of(assistant).row(one) for one in ("saverne-attractivite-stages:a1", "plan-sante-79:a1")]
    fields = {field.name: field for field in compare(rows, assistant.registry, load_lexicon()).fields}

    assert [cell.absence for cell in fields["Public"].cells] == ["", "rubrique absente"]
    assert fields["Public"].verdict == "renseigné dans 1 fiche sur 2"
    assert [cell.absence for cell in fields["Personne référente"].cells] == ["non renseigné", "rubrique absente"]


# --- alike


def test_actions_alike_are_those_of_the_answer(assistant: Assistant) -> None:
    action = assistant.registry.action("thur-doller-cls:1")
    asked = assistant.ask(f"Quelles actions ressemblent à « {action.title} » ?")

    likeness = actions_like(action, assistant.registry, load_lexicon())

    assert [one.ref for one in likeness.actions] == list(asked.actions)
    for one in likeness.actions:
        assert one.text.startswith("- En commun :")


def test_every_action_can_be_asked_what_it_is_like(corpus: Assistant) -> None:
    for action in corpus.actions():
        likeness = actions_like(action, corpus.registry, load_lexicon())
        assert len(likeness.actions) <= 3
        assert action.id not in {one.ref.id for one in likeness.actions}


def test_a_catalogue_is_read_once_for_an_assistant(assistant: Assistant) -> None:
    assert catalogue_of(assistant) is catalogue_of(assistant)
    assert NOT_SAID.key == "non-precise"
