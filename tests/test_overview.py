"""Overview: counts that add up and agree with the lists they open, tables exported whole, its page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html
from overview_plans import make_action, make_field, make_part, overview_of, write_plans

from clsassist.assistant import Assistant
from clsassist.catalogue import Catalogue, catalogue_of, pairs_to_filters
from clsassist.errors import ClsAssistError
from clsassist.overview import (
    FieldCount,
    Overview,
    Period,
    catalogue_to_overview,
    overview_to_chapters,
    overview_to_figures,
    overview_to_tables,
    table_to_csv,
)
from clsassist.records import Action, Role
from clsassist.settings import Settings
from clsassist.web import overview as page
from clsassist.web.server import create_app

Made = Callable[..., Overview]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Overviews of invented actions, of one plan unless a dictionary of plans is given."""
    opened = []

    def make(*actions: Action, plans: dict[str, Sequence[Action]] | None = None, plan: str = "") -> Overview:
        registry = write_plans(tmp_path / f"{len(opened)}.sqlite", plans or {"CLS d'Arvel": actions})
        opened.append(registry)
        return overview_of(registry, plan)

    yield make
    for registry in opened:
        registry.close()


@pytest.fixture(params=("demo_assistant", "other_assistant"))
def corpus(request: pytest.FixtureRequest) -> Assistant:
    return request.getfixturevalue(request.param)


@pytest.fixture
def overviews(corpus: Assistant) -> list[Overview]:
    """The overview of the whole corpus, then of each of its plans."""
    catalogue = catalogue_of(corpus)
    whole = catalogue_to_overview(catalogue, corpus.registry)
    return [whole, *(catalogue_to_overview(catalogue, corpus.registry, plan.key) for plan in whole.plans)]


def listed(catalogue: Catalogue, href: str) -> int:
    """How many fiches the list that a link opens has."""
    return catalogue.listing(pairs_to_filters(parse_qsl(urlsplit(href).query))).matching


# --- counts over whole corpora


def test_every_action_is_dated_or_not_once(overviews: list[Overview], corpus: Assistant) -> None:
    whole, *plans = overviews
    marks = [mark.id for mark in (*whole.calendar.dated, *whole.calendar.undated)]
    assert sorted(marks) == sorted(corpus.registry.actions)
    assert sum(plan.actions for plan in plans) == whole.actions == len(marks)


def test_axes_of_a_plan_add_up_to_its_actions(overviews: list[Overview]) -> None:
    for overview in overviews:
        for plan in overview.plans:
            assert sum(share.count for share in overview.axes.shares if share.plan == plan) == plan.actions


def test_each_count_is_that_of_the_list_it_opens(overviews: list[Overview], corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    shares = [share for overview in overviews for share in (*overview.axes.shares, *overview.leaders.shares)]
    assert {share.href: listed(catalogue, share.href) for share in shares} == {one.href: one.count for one in shares}
    for overview in overviews:
        for chapter in overview_to_chapters(overview):
            if chapter.missing:
                assert chapter.missing.startswith(f"{listed(catalogue, chapter.missing_href)} ")


def test_each_empty_field_opens_the_fiches_that_leave_it_empty(overviews: list[Overview], corpus: Assistant) -> None:
    catalogue = catalogue_of(corpus)
    cells = [row[3] for row in overview_to_tables(overviews[0])["champs"].rows if row[3].href]
    assert cells
    assert [int(cell.text) for cell in cells] == [listed(catalogue, cell.href) for cell in cells]


def test_states_of_a_field_add_up_to_the_actions_of_the_plan(overviews: list[Overview]) -> None:
    grid = overviews[0].fields
    assert grid.plans and grid.keys
    assert all(grid.count(plan, key).total == plan.actions for plan in grid.plans for key in grid.keys)
    assert all(grid.overall(key).total == overviews[0].actions for key in grid.keys)


def test_years_of_a_plan_count_each_action_once_a_year(overviews: list[Overview]) -> None:
    calendar = overviews[0].calendar
    lasting = sum(len(mark.period.years()) for mark in calendar.dated if mark.period)
    assert sum(sum(row.counts.values()) for row in calendar.by_plan()) == lasting


def test_pairs_are_those_that_the_actions_hold(overviews: list[Overview]) -> None:
    for pair in overviews[0].network.pairs:
        held = [
            {tie.action.id for tie in member.ties if not tie.to_contact and not tie.inside}
            for member in (pair.one, pair.other)
        ]
        assert pair.actions == len(held[0] & held[1]) > 0


# --- counts of actions made for it


def test_an_unticked_box_is_no_answer_and_an_unreadable_one_is_told_apart(made: Made) -> None:
    overview = made(
        make_action(fields=[make_field("public", boxes=[False, True])]),
        make_action(fields=[make_field("public", boxes=[False, False])]),
        make_action(fields=[make_field("public", boxes=[False, None])]),
        make_action(fields=[make_field("contexte", "Un diagnostic.")]),
    )
    assert overview.fields.overall("public") == FieldCount(filled=1, empty=1, unclear=1, absent=1)


def test_a_field_asked_twice_is_filled_once(made: Made) -> None:
    overview = made(make_action(fields=[make_field("moyens"), make_field("moyens", "Deux salles")]))
    assert overview.fields.overall("moyens") == FieldCount(filled=1)


def test_fields_under_their_own_label_are_counted_apart(made: Made) -> None:
    overview = made(make_action(fields=[make_field("autre", "Oui", label="Vigilance"), make_field("public", "Tous")]))
    assert (overview.fields.keys, overview.fields.own_labels) == (("public",), 1)


def test_an_action_with_one_year_only_has_no_period(made: Made) -> None:
    overview = made(make_action(years=(2025, None)), make_action(years=(2026, 2027)))
    assert [mark.period for mark in overview.calendar.dated] == [Period(2026, 2027)]
    assert len(overview.calendar.undated) == 1


def test_two_wordings_of_one_axe_are_one(made: Made) -> None:
    overview = made(
        make_action(axe=(3, "Axe 3 : Faciliter l'accès")),
        make_action(axe=(3, "Axe 3 :Faciliter l'accès")),
        make_action(),
    )
    assert [(share.count, share.missing) for share in overview.axes.shares] == [(2, False), (1, True)]


def test_axes_stand_in_the_order_of_their_numbers(made: Made) -> None:
    overview = made(*(make_action(axe=(number, f"Axe {number} : thème")) for number in (10, 2, 1)))
    assert [share.name for share in overview.axes.shares] == ["1. Thème", "2. Thème", "10. Thème"]


def test_the_strongest_part_of_an_organisation_counts_once(made: Made) -> None:
    overview = made(make_action(parts=[make_part("MSA"), make_part("MSA", Role.PORTEUR)]))
    [member] = overview.network.members
    assert (len(member.ties), member.count(Role.PORTEUR), member.count(Role.PARTENAIRE)) == (1, 1, 0)


def test_a_partner_to_contact_is_no_partner_yet(made: Made) -> None:
    overview = made(make_action(parts=[make_part("MSA", to_contact=True), make_part("CPAM"), make_part("ARS")]))
    msa = next(member for member in overview.network.members if member.name == "MSA")
    assert (msa.to_contact, msa.count(Role.PARTENAIRE)) == (1, 0)
    assert [{pair.one.name, pair.other.name} for pair in overview.network.pairs] == [{"CPAM", "ARS"}]


def test_an_organisation_only_mentioned_takes_no_part(made: Made) -> None:
    overview = made(make_action(parts=[make_part("MSA", Role.CITE, field="contexte")]))
    assert overview.network.members == ()
    assert len(overview.network.alone) == 1


def test_a_name_inside_another_meets_nobody_by_it(made: Made) -> None:
    overview = made(
        make_action(parts=[make_part("Lycée agricole"), make_part("MSA")]),
        make_action(parts=[make_part("Lycée agricole")]),
    )
    assert [{pair.one.name, pair.other.name} for pair in overview.network.pairs] == [{"Lycée agricole", "MSA"}]


def test_organisations_of_one_kind_are_told_to_be_several(made: Made) -> None:
    names = ("CCAS d'Arvel", "CCAS d'Orvane", "CCAS", "Centre hospitalier de Sarnay")
    overview = made(make_action(parts=[make_part(name) for name in names]))
    told = {member.told for member in overview.network.members}
    assert told == {"CCAS (2\u00a0noms)", "Centre hospitalier de Sarnay"}


def test_the_pilote_of_a_step_is_told_from_the_porteur(made: Made) -> None:
    overview = made(
        make_action(parts=[make_part("MSA", Role.PORTEUR)]),
        make_action(parts=[make_part("CPAM", Role.PORTEUR), make_part("MSA", Role.PILOTE, field="etapes")]),
    )
    counts = {share.name: (share.count, share.part) for share in overview.leaders.shares}
    assert counts == {"MSA": (2, 1), "CPAM": (1, 0)}


def test_actions_without_porteur_are_counted_apart(made: Made) -> None:
    overview = made(make_action(), make_action(parts=[make_part("MSA", Role.PORTEUR)]))
    assert overview.leaders.missing == 1
    assert [share.count for share in overview.leaders.named] == [1]


def test_one_plan_alone_leaves_the_others_out(made: Made) -> None:
    plans = {"CLS d'Arvel": [make_action()], "CLS d'Orvane": [make_action(), make_action()]}
    overview = made(plans=plans, plan="cls-d-orvane")
    assert (overview.actions, overview.documents, overview.scope) == (2, 1, "CLS d'Orvane")


def test_an_unknown_plan_is_refused_in_french(made: Made) -> None:
    with pytest.raises(ClsAssistError, match="Aucun plan ne s'appelle « cls-de-la-lune »"):
        made(make_action(), plan="cls-de-la-lune")


def test_nothing_read_gives_zeros_and_sentences(made: Made) -> None:
    overview = made()
    assert overview.calendar.period is None
    assert all(chapter.said for chapter in overview_to_chapters(overview))
    assert all(table.rows == () for table in overview_to_tables(overview).values())


# --- sentences and tables


def test_sentences_say_their_denominator(made: Made) -> None:
    overview = made(make_action(years=(2025, 2027), axe=(1, "Prévenir")), make_action(), make_action())
    said = {chapter.name: (chapter.said, chapter.missing) for chapter in overview_to_chapters(overview)}
    assert said["calendrier"] == ("1 action sur 3 dit ses années, entre 2025 et 2027.", "2 actions sans années")
    assert said["axes"] == ("1 action sur 3 relève d'un axe de son plan.", "2 actions sans axe")


def test_key_figures_open_the_lists_they_count(demo_assistant: Assistant) -> None:
    catalogue = catalogue_of(demo_assistant)
    overview = catalogue_to_overview(catalogue, demo_assistant.registry)
    figures = {figure.label: figure for figure in overview_to_figures(overview)}
    assert int(figures["Actions"].value) == listed(catalogue, figures["Actions"].href) == overview.actions
    assert figures["Période"].note == f"{len(overview.calendar.dated)} actions datées sur {overview.actions}"


def test_large_figures_are_written_as_in_french(made: Made) -> None:
    overview = made(*(make_action(f"Action {number}") for number in range(1_200)))
    assert {figure.value for figure in overview_to_figures(overview)} >= {"1\u202f200"}


def test_a_table_is_exported_whole_and_without_formulas(made: Made) -> None:
    overview = made(make_action('=HYPERLINK("http://mechant.example")'), make_action("Été ; hiver", years=(2025, 2026)))
    table = overview_to_tables(overview)["calendrier"]
    written = table_to_csv(table)
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == list(table.head)
    assert [row[0] for row in rows[1:]] == ["Été ; hiver", '\'=HYPERLINK("http://mechant.example")']
    assert rows[2][2:] == ["non renseigné", "non renseigné"]


def test_many_wordings_are_cut_in_the_page_and_whole_in_the_export(made: Made) -> None:
    wordings = [f"CCAS de Val {number}" for number in range(6)]
    overview = made(make_action(parts=[make_part(wording) for wording in wordings]))
    table = overview_to_tables(overview)["organisations"]
    assert table.rows[0][-1].brief.endswith(" et 3 autres")
    assert all(wording in table_to_csv(table).decode("utf-8-sig") for wording in wordings)


# --- the page


@pytest.fixture(scope="module")
def client(demo_assistant: Assistant) -> Iterator[TestClient]:
    with TestClient(create_app(demo_assistant, Settings()), base_url="http://127.0.0.1") as client:
        yield client


def test_each_picture_of_the_page_has_its_table_and_its_export(client: TestClient) -> None:
    tree = html.fromstring(client.get("/vue-d-ensemble").text)
    chapters = tree.xpath("//section[contains(@class, 'overview-chapter')]")
    assert len(chapters) == 6
    for chapter in chapters:
        assert chapter.xpath(".//figure//*[local-name() = 'svg']")
        assert chapter.xpath(".//table/caption") and chapter.xpath(".//th[@scope = 'col']")
        [export] = chapter.xpath(".//a[@download]/@href")
        answer = client.get(export)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        # A long table is cut in the page, and says so.
        shown = len(chapter.xpath(".//tbody/tr"))
        assert len(lines) == 1 + shown or (shown == 200 and "200 premières" in chapter.xpath("string(.//caption)"))


def test_the_plan_stands_in_the_address_and_in_the_exports(client: TestClient, demo_assistant: Assistant) -> None:
    plan = catalogue_to_overview(catalogue_of(demo_assistant), demo_assistant.registry).plans[-1]
    tree = html.fromstring(client.get("/vue-d-ensemble", params={"plan": plan.key}).text)
    assert tree.xpath("//option[@selected]/@value") == [plan.key]
    assert tree.get_element_by_id("chiffres").text_content() == plan.name
    exports = tree.xpath("//a[@download]/@href")
    assert exports and all(export.endswith(f".csv?plan={plan.key}") for export in exports)
    rows = client.get(exports[0]).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + plan.actions


def test_an_unknown_plan_or_table_is_a_french_page(client: TestClient) -> None:
    for address in (
        "/vue-d-ensemble?plan=%3Cscript%3E",
        "/vue-d-ensemble/secret.csv",
        "/vue-d-ensemble/axes.csv?plan=x",
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "Aucun" in answer.text
        assert "<script>" not in answer.text


def test_the_page_holds_no_script_and_no_style_of_its_own(client: TestClient) -> None:
    text = client.get("/vue-d-ensemble").text
    assert not re.search(r"<script(?! src=)|\son\w+=|javascript:|\sstyle=|<style", text)


def test_a_second_visit_draws_nothing(demo_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    draw = page.overview_to_pictures
    monkeypatch.setattr(page, "overview_to_pictures", lambda overview: drawn.append(overview.scope) or draw(overview))
    gallery = page.Gallery()
    first = gallery.drawn(demo_assistant, "")
    assert gallery.drawn(demo_assistant, "") is first
    assert drawn == ["tous les plans"]


def test_overviews_kept_are_a_few(demo_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(page, "overview_to_pictures", lambda overview: drawn.append(overview.scope) or {})
    monkeypatch.setattr(page, "_MOST_KEPT", 2)
    gallery = page.Gallery()
    plans = [plan.key for plan in gallery.drawn(demo_assistant, "").overview.plans]
    for key in (*plans, plans[-1], plans[-2], ""):
        gallery.drawn(demo_assistant, key)
    assert len(drawn) == 1 + len(plans) + 1


def test_the_first_visitor_waits_for_nothing_once_warm(
    demo_assistant: Assistant, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.warm_overview(demo_assistant)
    monkeypatch.setattr(page, "overview_to_pictures", lambda overview: pytest.fail("drawn again"))
    assert client.get("/vue-d-ensemble").status_code == 200


def test_visitors_at_once_make_one_drawing(demo_assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(page, "overview_to_pictures", lambda overview: drawn.append(overview.scope) or {})
    gallery = page.Gallery()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: gallery.drawn(demo_assistant, ""), range(8)))
    assert len(drawn) == 1
    assert all(one is found[0] for one in found)
