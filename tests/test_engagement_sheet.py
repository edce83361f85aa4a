"""Engagement sheets: which names are one organisation, what is said of it, and that the answers say the same."""

from __future__ import annotations

import pytest
from engagement_plans import VALMONT_PLAN, open_directory

from clsassist.assistant import Assistant
from clsassist.engagement_sheet import Directory, Part, Reason, Sheet, build_sheet, closest
from clsassist.engagement_sheet.names import read_name, same_place
from clsassist.errors import UnknownPageError
from clsassist.lexicon import load_lexicon
from clsassist.records import Role, Status
from clsassist.text import fold


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Directory:
    return open_directory(tmp_path_factory.mktemp("plans"))


@pytest.fixture(scope="module")
def real_directory(assistant: Assistant) -> Directory:
    return Directory(assistant.registry, load_lexicon())


def actions_of(sheet: Sheet) -> set[str]:
    return {one.action_id for one in sheet.commitments}


def written(sheet: Sheet) -> dict[str, Reason]:
    return {one.written: one.reason for one in sheet.names}


# --- names


@pytest.mark.parametrize(
    ("name", "actors", "place"),
    [
        ("CPAM", ("CPAM",), ""),
        ("Caisse primaire d'assurance maladie de l'Orne (CPAM)", ("CPAM",), "Orne"),
        ("Agence régionale de santé (ARS) Grand Est", ("ARS",), "Grand Est"),
        ("ARS grand est", ("ARS",), "grand est"),
        ("Groupe hospitalier de la Région de Mulhouse et Sud Alsace", ("GHRMSA",), ""),
        ("3 communautés de communes", ("EPCI",), ""),
        ("Dispositif GEMINSTAL", ("GEMINSTAL",), ""),
        ("Direction de l'autonomie du Département", ("CD",), ""),
        ("Fédération des MSP", (), ""),
        ("Association des communes forestières", (), ""),
        ("Cafés associatifs", (), ""),
        ("Médiathèques intercommunales", (), ""),
        ("CLSM du PETR", ("CLSM",), "PETR"),
        ("", (), ""),
        ("***", (), ""),
    ],
)
def test_a_name_says_its_own_actors_and_their_place(name: str, actors: tuple[str, ...], place: str) -> None:
    read = read_name(name, load_lexicon())
    assert (read.actors, read.place) == (actors, place)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CPTS Thur Doller", "CPTS du Pays Thur Doller", True),
        ("Région Grand Est", "Région Grand-Est", True),
        ("MSP du Vernois", "MSP du Haut-Vernois", False),
        ("CPAM du Cher", "CPAM du Loiret", False),
    ],
)
def test_places_are_compared_word_by_word(one: str, other: str, same: bool) -> None:
    lexicon = load_lexicon()
    assert same_place(read_name(one, lexicon), read_name(other, lexicon)) is same


@pytest.mark.parametrize(
    "typed", ["MSA", "msa", "Mutualité sociale agricole", "mutualite sociale agricole", " M.S.A. "]
)
def test_an_organisation_is_found_under_each_of_its_names(directory: Directory, typed: str) -> None:
    sheet = build_sheet(typed, directory)
    assert actions_of(sheet) == {"valmont:1", "brisac:1"}
    assert set(written(sheet)) == {"Mutualité sociale agricole (MSA)", "MSA"}
    assert sheet.name == "MSA"
    assert sheet.long_form == "mutualité sociale agricole"


@pytest.mark.parametrize(
    ("typed", "never"),
    [
        ("MSA", "GHRMSA pour l'hôpital"),
        ("Région", "Groupe hospitalier de la Région de Mulhouse et Sud Alsace"),
        ("MSP", "Fédération des MSP"),
        ("Lycée agricole", "Lycées"),
    ],
)
def test_a_name_is_never_found_inside_another(directory: Directory, typed: str, never: str) -> None:
    names = written(build_sheet(typed, directory))
    assert names
    assert never not in names


def test_an_old_name_and_the_new_one_are_one_organisation(directory: Directory) -> None:
    sheet = build_sheet("pole emploi", directory)
    assert written(sheet) == {"Pôle emploi": Reason.SAME, "France Travail": Reason.ALIAS}
    assert sheet.name == "France Travail"


def test_a_general_name_takes_those_that_begin_with_it(directory: Directory) -> None:
    assert written(build_sheet("Lycées", directory)) == {
        "Lycées": Reason.SAME,
        "Lycée agricole de Brisac": Reason.FULLER,
    }


# --- places and ambiguity


def test_a_place_leaves_out_the_same_body_of_another_place(directory: Directory) -> None:
    sheet = build_sheet("CPAM du Loiret", directory)
    assert actions_of(sheet) == {"valmont:1", "valmont:2"}
    assert written(sheet) == {"CPAM du Loiret": Reason.SAME, "CPAM": Reason.PLACE}
    assert build_sheet("CPAM du Morbihan", directory).commitments == ()


def test_a_bare_name_of_two_places_offers_each(directory: Directory) -> None:
    sheet = build_sheet("CPAM", directory)
    assert [(one.organisation, one.actions) for one in sheet.choices] == [("CPAM du Cher", 1), ("CPAM du Loiret", 2)]
    for choice in sheet.choices:
        assert len(build_sheet(choice.organisation, directory, choice.plan).commitments) == choice.actions


def test_a_choice_leads_to_the_number_of_actions_it_tells(real_directory: Directory) -> None:
    told = 0
    for one in real_directory.organisations:
        for choice in build_sheet(one.name, real_directory).choices:
            assert len(build_sheet(choice.organisation, real_directory, choice.plan).commitments) == choice.actions
            told += 1
    assert told > 20


def test_a_plan_restricts_the_sheet(directory: Directory) -> None:
    sheet = build_sheet("France Travail", directory, VALMONT_PLAN)
    assert actions_of(sheet) == {"valmont:2"}
    assert sheet.examined == 2


def test_an_unknown_plan_is_said(directory: Directory) -> None:
    with pytest.raises(UnknownPageError, match="Aucun plan"):
        build_sheet("CPAM", directory, "Plan de nulle part")


# --- unknown names


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("cpma", "CPAM"),
        ("mision locale", "Mission locale"),
        ("mission loc", "Mission locale"),
        ("CPAM du Morbihan", "CPAM"),
        ("Groupe hospitalier", "GHRMSA"),
        ("federation des msp de france", "Fédération des MSP"),
    ],
)
def test_an_unknown_name_gives_the_closest_ones(directory: Directory, typed: str, first: str) -> None:
    sheet = build_sheet(typed, directory)
    assert sheet.commitments == ()
    assert sheet.closest[0].name == first


@pytest.mark.parametrize("typed", ["Ligue de rugby", "", "   ", "🙂", "'; DROP TABLE action; --", "<b>", "de la"])
def test_a_name_that_looks_like_nothing_gives_nothing(directory: Directory, typed: str) -> None:
    sheet = build_sheet(typed, directory)
    assert (sheet.commitments, sheet.closest, sheet.choices) == ((), (), ())


def test_every_organisation_is_the_closest_to_itself(real_directory: Directory) -> None:
    for one in real_directory.organisations:
        assert closest(one.name, real_directory)[0].name == one.name


# --- what is said of each action


def test_commitments_go_from_the_strongest_part_to_the_weakest(directory: Directory) -> None:
    groups = build_sheet("CPAM", directory).groups
    assert [(part, [one.action_id for one in held]) for part, held in groups] == [
        (Part.LEADS, ["brisac:1", "valmont:2"]),
        (Part.PARTNER, ["valmont:1"]),
    ]


def test_every_part_in_an_action_is_told_once(directory: Directory) -> None:
    (commitment,) = [one for one in build_sheet("CPAM", directory).commitments if one.action_id == "valmont:2"]
    assert [one.role for one in commitment.mentions] == [Role.PORTEUR, Role.FINANCEUR]


def test_an_organisation_to_contact_is_no_partner_yet(directory: Directory) -> None:
    groups = dict(build_sheet("GHRMSA", directory).groups)
    assert [one.action_id for one in groups[Part.TO_CONTACT]] == ["valmont:1"]
    assert groups[Part.TO_CONTACT][0].mentions[0].status is Status.TO_CONTACT
    assert [one.action_id for one in groups[Part.PARTNER]] == ["brisac:1"]


def test_dates_are_told_as_published(directory: Directory) -> None:
    (commitment,) = build_sheet("Communauté de communes de Valmont", directory).commitments
    assert (commitment.first_year, commitment.last_year) == (2024, 2026)
    assert [(one.label, one.text) for one in commitment.calendar] == [
        ("Calendrier prévisionnel", "De janvier 2024 à décembre 2026")
    ]


def test_a_contact_is_told_with_the_line_that_publishes_it(directory: Directory) -> None:
    (commitment,) = build_sheet("EPCI", directory).commitments
    (contact,) = commitment.contacts
    assert contact.text == (
        "Communauté de communes de Valmont, Mme Anne Duval, coordinatrice : a.duval@valmont.example"
    )
    assert contact.own


def test_a_contact_behind_another_name_is_not_the_organisation_s(directory: Directory) -> None:
    commitment = next(one for one in build_sheet("CPAM", directory).commitments if one.action_id == "valmont:1")
    assert [one.own for one in commitment.contacts] == [False]


def test_the_part_a_fiche_gives_under_a_role_of_its_own_is_told(real_directory: Directory) -> None:
    commitments = build_sheet("CPTS Thur Doller", real_directory).commitments
    duties = [duty for one in commitments for duty in one.duties]
    assert {duty.label for duty in duties} == {"Rôle de la CPTS co-pilote", "Rôle de la CPTS pilote"}
    assert all("Maintenir le lien avec chaque partenaire" in duty.text for duty in duties)


def test_every_quote_is_the_text_of_its_document(real_directory: Directory) -> None:
    texts = {one.path: one.text for one in real_directory.registry.documents.values()}
    quotes = 0
    for one in real_directory.organisations:
        for commitment in build_sheet(one.name, real_directory).commitments:
            for mention in commitment.mentions:
                assert mention.span.of(texts[commitment.document]) == mention.quote
                quotes += 1
            for contact in commitment.contacts:
                assert contact.span.of(texts[commitment.document]).split() == contact.text.split()
    assert quotes > 200


def test_the_label_of_a_mention_is_that_of_the_field_around_it(real_directory: Directory) -> None:
    commitments = build_sheet("CPTS Thur Doller", real_directory).commitments
    labels = {mention.label for one in commitments for mention in one.mentions if mention.quote.startswith("Rôle")}
    assert labels == {"Rôle de la CPTS co-pilote", "Rôle de la CPTS pilote"}


# --- the whole directory


def test_the_directory_counts_what_the_sheets_show(real_directory: Directory) -> None:
    for one in real_directory.organisations:
        groups = build_sheet(one.name, real_directory).groups
        assert one.counts == tuple((part, len(held)) for part, held in groups), one.name


def test_every_name_of_the_documents_is_listed(real_directory: Directory) -> None:
    listed = {name for one in real_directory.organisations for name in one.written}
    assert listed == {held.organisation for _, held in real_directory.registry.involvements()}


def test_every_name_of_the_documents_finds_itself(real_directory: Directory) -> None:
    for action, held in real_directory.registry.involvements():
        sheet = build_sheet(held.organisation, real_directory)
        assert action.id in actions_of(sheet), held.organisation
        assert fold(held.organisation) in map(fold, written(sheet))


# Names that the answers do not read as an organisation, or find inside another's name.
_READ_OTHERWISE = {"CLS", "GEMINSTAL", "Hôpitaux", "Médecins généralistes"}


def test_the_answers_say_the_same_set_of_every_organisation(assistant: Assistant, real_directory: Directory) -> None:
    differing = set()
    for one in real_directory.organisations:
        answered = {ref.id for ref in assistant.partners(one.name).actions}
        if answered != actions_of(build_sheet(one.name, real_directory)):
            differing.add(one.name)
    assert differing <= _READ_OTHERWISE
