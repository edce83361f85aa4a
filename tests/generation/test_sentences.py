"""Characters become sentences as they come, the same however they come."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsassist.generation.sentences import Sentences, split_sentences

CASES = {
    "La CPTS porte. [1][2] La MSA [1]. Et puis.": ["La CPTS porte. [1][2]", "La MSA [1].", "Et puis."],
    "Trois actions [1, 2]. Une autre [3 ; 4]. Fin.": ["Trois actions [1, 2].", "Une autre [3 ; 4].", "Fin."],
    "Fin [1] . Suite [2] !": ["Fin [1] .", "Suite [2] !"],
    "[1] La MSA [1].\n[2] La CPAM [2].": ["[1] La MSA [1].", "[2] La CPAM [2]."],
    "La MSA [1]. [2] La CPAM. [3]": ["La MSA [1].", "[2] La CPAM."],
    "[1] La MSA [1]\n[2] La CPAM [2]": ["[1] La MSA [1]", "[2] La CPAM [2]"],
    "[1] La MSA.\n[2] La CPAM.\n[3] Fin.": ["[1] La MSA.", "[2] La CPAM.", "[3] Fin."],
    "[1] La MSA. [2] La CPAM. [3] Fin.": ["[1] La MSA.", "[2] La CPAM.", "[3] Fin."],
    "La MSA [1]. [2]\n": ["La MSA [1]."],
    "La suite… [2] Puis ? [3] Oui ! [4]": ["La suite… [2]", "Puis ? [3]", "Oui ! [4]"],
    "Deux ans (art. 5, p. 12) sont prévus, p. ex. La Poste [1]. Fin.": [
        "Deux ans (art. 5, p. 12) sont prévus, p. ex. La Poste [1].", "Fin.",
    ],
    "M. Roux et le Dr. Petit, n° 3, voient Mme. Lune [1].": ["M. Roux et le Dr. Petit, n° 3, voient Mme. Lune [1]."],
    "Le taux est de 2.5 % et 10.000 euros [1]. Fin.": ["Le taux est de 2.5 % et 10.000 euros [1].", "Fin."],
    "La C.P.A.M. Haute et J.-P. Martin [1].": ["La C.P.A.M. Haute et J.-P. Martin [1]."],
    "Des médecins, infirmiers, etc. [1] Puis rien.": ["Des médecins, infirmiers, etc. [1]", "Puis rien."],
    "Il dit « Que faire ? Rien. » en 2023 [1]. Fin.": ["Il dit « Que faire ? Rien. » en 2023 [1].", "Fin."],
    "C'est « fini. » [1] La suite [2].": ["C'est « fini. » [1]", "La suite [2]."],
    "**La MSA** agit. [1] **La CPAM** aussi. [2]": ["**La MSA** agit. [1]", "**La CPAM** aussi. [2]"],
    "Aucune action n'est\nportée par la MSA [1].": ["Aucune action n'est portée par la MSA [1]."],
    "Aucune action n'est\n\nportée par la MSA [1].": ["Aucune action n'est portée par la MSA [1]."],
    "Aucune action de la\nMSA [1].": ["Aucune action de la MSA [1]."],
    "La MSA agit.\n[1] La CPAM aussi [2].": ["La MSA agit. [1]", "La CPAM aussi [2]."],
    "La MSA [1].\nLa CPAM [2].": ["La MSA [1].", "La CPAM [2]."],
    "## Titre\nLa MSA [1].": ["Titre", "La MSA [1]."],
    "**Titre :**\nLa MSA [1].": ["**Titre :**", "La MSA [1]."],
    "La MSA [1].\n\n---\n\nLa CPAM [2].": ["La MSA [1].", "La CPAM [2]."],
    "1. La MSA [1].\n2. La CPAM [2].": ["La MSA [1].", "La CPAM [2]."],
    "- La MSA [1]\n- La CPAM [2]": ["La MSA [1]", "La CPAM [2]"],
    "Ne sont pas partenaires :\n- la MSA [1]\n- la CPAM [2].\n\nFin [3].": [
        "Ne sont pas partenaires : la MSA [1]", "Ne sont pas partenaires : la CPAM [2].", "Fin [3].",
    ],
    "Absents :\n\n* un [1]\n\n* deux [2]\n\nTexte [3].": ["Absents : un [1]", "Absents : deux [2]", "Texte [3]."],
    "```markdown\nLa MSA [1].\n```\nFin [2].": ["La MSA [1].", "Fin [2]."],
    "> La MSA [1].\n> La CPAM [2].": ["La MSA [1].", "La CPAM [2]."],
    "<think>Bon. La MSA.</think>\nOui [1].": ["Oui [1]."],
    "<THINK>Bon.\n<b>La</b> MSA < 3.</THINK>Oui [1].": ["Oui [1]."],
    "Bon, voyons</think>\n\nOui [1].": ["Oui [1]."],
    "Un taux < 3 % et <b>gras</b> [1].": ["Un taux < 3 % et <b>gras</b> [1]."],
    "": [],
    " \n\n ": [],
}  # fmt: skip


@pytest.mark.parametrize("text", CASES)
def test_a_text_is_cut_into_its_sentences(text):
    assert split_sentences(text) == CASES[text]


@pytest.mark.parametrize(
    "text", ["Trois actions portent sur", "Les partenaires :", "La MSA [1]. Elle est", "La [", "Un <"]
)
def test_what_is_cut_short_is_no_sentence(text):
    sentences = Sentences()
    whole = [*sentences.feed(text), *sentences.close()]
    assert sentences.pending
    assert sentences.pending not in whole


def test_a_thought_that_never_ends_says_nothing():
    assert split_sentences("<think>La MSA porte l'action [1]. La CPTS aussi [2].") == []


def test_a_sentence_is_given_before_the_next_one_is_finished():
    sentences = Sentences()
    assert list(sentences.feed("La MSA porte l'action. [1] L")) == ["La MSA porte l'action. [1]"]
    assert sentences.pending == "L"


PIECES = st.sampled_from(
    [
        "La MSA", "porte", "l'action", "n'est", "pas", "2.5", "art.", "p. ex.", "Dr.", "M.", "n°", "3", "etc.", "«",
        "»", "[1]", "[2]", "[1, 2]", "[", "]", ".", "!", "?", "…", ":", "\n", "\n\n", "- ", "* ", "1. ", "12) ",
        "## ", "> ", "```", "```md\n", "<think>", "</think>", "<", "<b>", "**", "--", "É", "(", ")", "”", "\t",
        "\u00a0",
    ]
)  # fmt: skip
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", "\n"])), max_size=25).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.randoms(use_true_random=False))
def test_the_sentences_do_not_depend_on_how_the_characters_come(text, chance):
    sentences, came, at = Sentences(), [], 0
    while at < len(text):
        size = chance.choice([1, 1, 2, 3, 7, 40])
        came += sentences.feed(text[at : at + size])
        at += size
    came += sentences.close()
    assert came == split_sentences(text)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["La MSA agit", "Rien", "Le Dr. Bleu vient", "Il y a 2.5 % de « cas. Rares »"]), min_size=1
    ),
    st.lists(st.sampled_from([". ", " [1]. ", ". [1][2] ", " ! [3] ", ".\n", " [2].\n\n"]), min_size=6, max_size=6),
)
def test_no_word_is_lost_nor_added(parts, ends):
    text = "".join(part + ends[place % len(ends)] for place, part in enumerate(parts))
    assert re.sub(r"\s", "", "".join(split_sentences(text))) == re.sub(r"\s", "", text)
    assert len(split_sentences(text)) == len(parts)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_a_sentence_is_one_line_that_says_something(text):
    for sentence in split_sentences(text):
        assert sentence == " ".join(sentence.split())
        assert re.search(r"\w", sentence)
