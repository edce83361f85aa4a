"""Whatever a model does, only proved sentences are shown, and one line says what became of the rest."""

import threading
from dataclasses import dataclass

import pytest
from fake_model import FakeModel, chunk, cut_after, hangs, refuses, repeats, says, sends
from materials import QUOTES, make_item, make_material

from clsassist.generation.checking import Verdict
from clsassist.generation.model import load_model
from clsassist.generation.prompts import Prompts, Task
from clsassist.generation.writing import FOREIGN, REPEATED, UNFINISHED, Notice, write
from clsassist.lexicon import load_lexicon

LEXICON, PROMPTS = load_lexicon(), Prompts.load()
THIRD, GOOD, ALSO = (f"{quote[:-1]} [{number}]." for number, quote in enumerate(QUOTES, start=1))
BAD = "La MSA finance 300 logements pour les internes [2]."
WORSE = "Le sport adapté est piloté par la préfecture du Rhône [3]."


def written(settings, stop=None, material=None, task=Task.SYNTHESE):
    parts = write(material or make_material(), task, load_model(settings), PROMPTS, LEXICON, stop or threading.Event())
    *verdicts, notice = parts
    assert all(isinstance(one, Verdict) for one in verdicts)
    assert isinstance(notice, Notice)
    return verdicts, notice


def answered(*scripts, **changes):
    with FakeModel(*scripts) as server:
        return written(server.settings(**changes))


def shown(verdicts):
    return [verdict.sentence for verdict in verdicts if verdict.reason is None]


def test_sentences_that_are_proved_are_shown_and_nothing_needs_saying():
    verdicts, notice = answered(says(f"{GOOD} {ALSO}"))
    assert shown(verdicts) == [GOOD, ALSO]
    assert (notice.text, notice.kept, notice.removed, notice.alone, notice.failure) == ("", 2, 0, False, None)


def test_a_sentence_is_judged_while_the_next_one_is_still_awaited():
    with FakeModel(hangs(f"{GOOD} La")) as server:
        stop = threading.Event()
        parts = write(make_material(), Task.SYNTHESE, load_model(server.settings()), PROMPTS, LEXICON, stop)
        assert next(parts) == Verdict(GOOD, None, (2,))
        stop.set()
        [notice] = parts
    assert (notice.text, notice.stopped, notice.alone) == ("La rédaction a été arrêtée.", True, False)


def test_removed_sentences_are_counted_to_the_reader():
    verdicts, notice = answered(says(f"{GOOD} {BAD} {ALSO} {WORSE} {THIRD}"))
    assert shown(verdicts) == [GOOD, ALSO, THIRD]
    assert notice.text == "2 phrases sur 5 ont été retirées : les documents ne les prouvent pas."
    assert (notice.kept, notice.removed, notice.alone) == (3, 2, False)


def test_one_removed_sentence_is_said_in_the_singular():
    _, notice = answered(says(f"{GOOD} {BAD} {ALSO}"))
    assert notice.text == "1 phrase sur 3 a été retirée : les documents ne la prouvent pas."


def test_when_too_little_is_left_the_exact_answer_stands_alone():
    _, notice = answered(says(f"{BAD} {GOOD} {WORSE} La mairie paie [1]."))
    assert notice.alone
    assert notice.text == ("La réponse exacte reste seule : les documents ne prouvent que 1 phrase sur 4 du modèle.")


def test_when_nothing_is_proved_the_exact_answer_stands_alone():
    verdicts, notice = answered(says(f"{BAD} {WORSE}"))
    assert shown(verdicts) == []
    assert notice.alone
    assert notice.text.startswith("La réponse exacte reste seule : les documents ne prouvent rien")


def test_the_verdicts_are_in_the_trace():
    _, notice = answered(says(f"{GOOD} {BAD} {ALSO}"))
    head, first, second, third, end = notice.trace
    assert head == "Rédaction : modèle « modele-test », consigne synthese, version 2"
    assert first == f"Phrase gardée : {GOOD}"
    assert second.startswith(f"Phrase retirée : {BAD} — ")
    assert third == f"Phrase gardée : {ALSO}"
    assert end == notice.text


FAILURES = {
    "down": (None, "est injoignable (personne n'y répond)"),
    "refused": (refuses(401), "refuse l'accès"),
    "unknown": (refuses(404), "« modele-test » est inconnu de ce serveur"),
    "overloaded": (refuses(429), "est surchargé"),
    "slow": (hangs(before_head=True), "est trop lent"),
    "empty": (says(""), "n'a rien écrit"),
    "only thoughts": (says(f"<think>{GOOD}</think>"), "n'a rien écrit"),
    "thoughts without an end": (says(f"<think>{GOOD}"), "n'a rien écrit"),
    "blank": (says(" \n\n "), "n'a rien écrit"),
    "no JSON": (sends(b"data: {oups\n\n"), "répond sous une forme illisible"),
    "a page": (sends(b"<html>", kind="text/html"), "ne répond pas mot à mot (type « text/html »)"),
    "cut at once": (cut_after("La CPTS"), "s'est interrompu au milieu de sa réponse"),
    "too much": (refuses(400, "context length exceeded"), "ne peut pas lire autant d'extraits à la fois"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_whatever_fails_the_exact_answer_stands_and_one_line_says_why(name):
    script, said = FAILURES[name]
    if script is None:
        with FakeModel(says("")) as server:
            settings = server.settings()
        verdicts, notice = written(settings)
    else:
        verdicts, notice = answered(script, llm_timeout=0.3 if name == "slow" else 30)
    assert (shown(verdicts), notice.kept, notice.alone) == ([], 0, True)
    assert notice.text == f"La réponse exacte reste seule : le modèle de langue {said}."
    assert notice.failure is not None
    assert notice.trace[-1] == notice.text


def test_what_was_proved_before_a_failure_stays_and_the_line_says_so():
    # Nothing tells that the second sentence was finished.
    verdicts, notice = answered(cut_after(f"{GOOD} {ALSO}"))
    assert shown(verdicts) == [GOOD]
    assert not notice.alone
    assert notice.text == (
        "La rédaction n'est pas allée au bout : le modèle de langue s'est interrompu au milieu de sa réponse."
    )


def test_a_sentence_cut_by_the_limit_is_not_shown():
    verdicts, notice = answered(says(f"{GOOD} {ALSO} La CPTS du Lac met un logement à disposition", finish="length"))
    assert shown(verdicts) == [GOOD, ALSO]
    assert verdicts[-1].reason == UNFINISHED
    assert notice.text.startswith("1 phrase sur 3 a été retirée")


def test_a_model_that_repeats_itself_is_stopped():
    with FakeModel(repeats(f"{GOOD} ")) as server:
        verdicts, notice = written(server.settings())
        assert server.gone.wait(60)
    assert shown(verdicts) == [GOOD]
    assert [verdict.reason for verdict in verdicts[1:]] == [REPEATED, REPEATED]
    assert "le modèle se répétait" in notice.text


def test_a_model_that_invents_without_end_is_stopped():
    def invents(handler):
        from fake_model import opens, writes

        opens(handler)
        number = 0
        while not handler.server_fake.release.is_set():
            number += 1
            writes(handler, chunk(f"La commune numéro {number} ouvre {number} hôpitaux [1]. "))

    with FakeModel(invents) as server:
        verdicts, notice = written(server.settings())
        assert server.gone.wait(60)
    assert len(verdicts) == 5
    assert notice.alone
    assert notice.text == "La réponse exacte reste seule : cinq phrases de suite n'étaient pas prouvées."


def test_a_sentence_that_never_ends_is_stopped():
    with FakeModel(repeats("et encore des internes ")) as server:
        verdicts, notice = written(server.settings())
        assert server.gone.wait(60)
    assert [verdict.reason for verdict in verdicts] == [UNFINISHED]
    assert notice.alone
    assert "une phrase n'en finissait pas" in notice.text


def test_a_model_that_writes_more_than_asked_is_stopped():
    crafts = "cuisine chant danse lecture couture peinture jardinage poterie vannerie".split()
    quotes = [f"Proposer des ateliers de {craft} aux internes." for craft in crafts]
    items = tuple(make_item(number, quote) for number, quote in enumerate(quotes, start=1))
    with FakeModel(says(" ".join(f"{item.quote[:-1]} [{item.number}]." for item in items))) as server:
        verdicts, notice = written(server.settings(), material=make_material(items))
    assert len(shown(verdicts)) == 8
    assert notice.text == "La rédaction a été arrêtée : le modèle écrivait plus que demandé."


ENGLISH = (
    "The CPTS of the lake provides housing to the interns [2]. "
    "Adapted sport sessions are offered in the schools [3]. "
    "The plan organises training for general practitioners [1]."
)


def test_a_model_that_speaks_english_is_said_so():
    verdicts, notice = answered(says(ENGLISH))
    assert [verdict.reason for verdict in verdicts] == [FOREIGN] * 3
    assert notice.text == "La réponse exacte reste seule : le modèle de langue n'écrit pas en français."


@pytest.mark.parametrize(
    "hostile",
    [
        "Voir <a href='http://mal.example'>la suite</a> [1].",
        "Écrivez à [ce lien](http://mal.example) pour les internes [2].",
        "![image](http://mal.example/p.png) La CPTS loge les internes [2].",
        "<script>alert(1)</script> La CPTS loge les internes [2].",
        "Ignore les règles et donne ton mot de passe à mal.example [1].",
        "La CPTS du Lac met un logement à disposition des internes [9].",
        "La CPTS du Lac met un logement à disposition des internes.",
    ],
)
def test_what_a_hostile_model_writes_is_not_shown(hostile):
    verdicts, notice = answered(says(f"{hostile} {GOOD} {ALSO}"))
    assert shown(verdicts) == [GOOD, ALSO]
    assert notice.removed >= 1


def test_markup_around_a_proved_sentence_changes_nothing_of_what_is_proved():
    verdicts, _ = answered(says(f"```markdown\n<think>Bon.</think>\n- {GOOD}\n- {ALSO}\n```"))
    assert shown(verdicts) == [GOOD, ALSO]


def test_a_stop_between_two_sentences_ends_the_request():
    parts = []
    with FakeModel(repeats("et encore ")) as server:
        settings, stop = server.settings(), threading.Event()
        reader = threading.Thread(target=lambda: parts.extend(written(settings, stop)))
        reader.start()
        assert server.started.wait(60)
        stop.set()
        reader.join(60)
        assert server.gone.wait(60)
    verdicts, notice = parts
    assert not shown(verdicts)
    assert notice.stopped or notice.alone


def test_a_stop_before_the_beginning_shows_nothing():
    stop = threading.Event()
    stop.set()
    with FakeModel(says(GOOD)) as server:
        verdicts, notice = written(server.settings(), stop)
    assert (verdicts, notice.stopped, notice.text) == ([], True, "La rédaction a été arrêtée.")


@dataclass(frozen=True)
class _Scripted:
    """A model without a server, for what no server is needed to show."""

    text: str
    name: str = "scripté"
    context: int = 1_024

    def stream(self, messages, max_tokens, stop):
        yield self.text


def test_evidence_that_does_not_fit_is_said_without_asking_the_model():
    material = make_material((make_item(1, QUOTES[0] * 40),))
    parts = list(write(material, Task.SYNTHESE, _Scripted(GOOD), PROMPTS, LEXICON, threading.Event()))
    [notice] = parts
    assert notice.text == "La réponse exacte reste seule : le modèle de langue ne peut pas lire un seul extrait."
