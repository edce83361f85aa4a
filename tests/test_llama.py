"""The llama-index retriever over the same index."""

from __future__ import annotations

from clsassist import Assistant
from clsassist.llama import ClsRetriever


def test_nodes_are_the_text_of_their_document_with_their_place(assistant: Assistant) -> None:
    nodes = ClsRetriever.from_assistant(assistant, k=5).retrieve("maîtrise de stage")
    texts = {document.path: document.text for document in assistant.documents()}
    assert len(nodes) == 5
    scores = [node.score for node in nodes]
    assert scores == sorted(scores, reverse=True)
    for held in nodes:
        metadata = held.node.metadata
        assert texts[metadata["document"]][metadata["start"] : metadata["end"]] == held.node.get_content()
    assert any("stage" in held.node.get_content() for held in nodes)
