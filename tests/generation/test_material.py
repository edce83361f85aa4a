"""The evidence given to a language model is that of the exact answer: the same marks, the same words, who does what."""

from clsassist.generation.material import answer_to_material
from clsassist.lexicon import load_lexicon
from clsassist.records import Role, Status
from clsassist.text import squeeze


def _material(assistant, question):
    return answer_to_material(assistant.ask(question), assistant.registry, load_lexicon())


def test_each_citation_becomes_one_item_that_holds_its_words(assistant):
    answer = assistant.ask("Quelles actions ciblent la maîtrise de stage ?")
    material = answer_to_material(answer, assistant.registry, load_lexicon())

    assert [item.number for item in material.items] == [citation.number for citation in answer.citations]
    for item, citation in zip(material.items, answer.citations, strict=True):
        assert squeeze(citation.quote) in squeeze(item.quote)
        assert item.action is not None
        assert item.action.id == citation.action_id
    assert material.actions == answer.actions
    assert material.exact == answer.text


def test_an_item_says_which_part_each_organisation_takes(assistant):
    material = _material(assistant, "Quels partenaires restent à contacter pour la fiche 1 ?")

    parts = [part for item in material.items for part in item.parts]

    assert {part.role for part in parts} == {Role.PARTENAIRE}
    assert {part.status for part in parts} == {Status.TO_CONTACT}
    assert "Offices de tourisme" in [part.organisation for part in parts]


def test_a_box_that_nobody_ticked_is_told_apart(demo_assistant):
    material = _material(demo_assistant, "Quel est le public de l'annuaire ?")

    unticked = [item for item in material.items if item.unticked]

    assert ["Adultes" in item.quote for item in unticked] == [True]


def test_the_words_of_a_section_have_no_action(assistant):
    material = _material(assistant, "Combien d'usagers ont répondu ?")

    assert [item.action for item in material.items] == [None]
    assert material.items[0].title
