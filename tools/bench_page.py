"""Measure the pages as people meet them: first paint, first words of an answer, twenty people asking at once.

python tools/bench_page.py --index-dir index --output docs/benchmarks/page.md
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from gradio_client.utils import apply_diff  # type: ignore[import-untyped]
from playwright.sync_api import Browser, sync_playwright

from clsassist.assistant import Assistant
from clsassist.contracts import answer_to_payload
from clsassist.engagement_sheet import Directory
from clsassist.evaluation.cases import load_cases
from clsassist.lexicon import load_lexicon
from clsassist.records import Answer
from clsassist.web.rendering import render_answer_blocks

CHROMIUM = os.environ.get("CLSASSIST_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]
LIBRARIES = ("clsassist", "gradio", "fastapi", "starlette", "uvicorn", "jinja2", "tantivy", "chromadb", "onnxruntime")
BOX = "Votre question"

# What must hold on two cores, in milliseconds.
MOST_PAINT, MOST_WORDS, MOST_P95 = 2_000.0, 300.0, 1_500.0

_WATCH_PAINT = """
() => new Promise((resolve) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName("first-contentful-paint")[0];
  if (paint) resolve(paint.startTime);
}).observe({ type: "paint", buffered: true }))
"""
# From the key pressed to the first words of the answer, told by the page itself.
_WATCH_WORDS = """
() => {
  const before = document.querySelectorAll(".cls-turn").length;
  window.firstWords = new Promise((resolve) => {
    let pressed = 0;
    document.addEventListener("keydown", () => { pressed = performance.now(); }, { once: true, capture: true });
    const look = () => {
      const turn = document.querySelectorAll(".cls-turn")[before];
      const words = turn?.querySelector(".cls-answer > :not(.cls-wait)");
      if (words?.textContent.trim()) { observer.disconnect(); resolve(performance.now() - pressed); }
    };
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { childList: true, subtree: true });
  });
}
"""


@dataclass(frozen=True, slots=True)
class Times:
    """Some durations of one thing, in milliseconds."""

    values: tuple[float, ...]

    def at(self, part: float) -> float:
        """Return the value that this part of the others does not exceed, by the nearest rank."""
        ordered = sorted(self.values)
        return ordered[max(0, -(-len(ordered) * part // 1).__int__() - 1)]

    def cells(self) -> str:
        """Return the cells of a table: how many, median, 95th centile, highest."""
        return f"{len(self.values)} | {self.at(0.5):.0f} | {self.at(0.95):.0f} | {max(self.values):.0f}"


@dataclass(frozen=True, slots=True)
class Crowd:
    """People asking at once: durations to the first words and to the end, and the questions answered otherwise.

    ``processor`` is what the server worked for one question, in milliseconds: it does not depend on what else the
    machine does.
    """

    name: str
    first: Times | None
    whole: Times
    wrong: tuple[str, ...]
    processor: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured."""

    command: str
    corpus: str
    people: int
    load: float
    started: float
    memory: int
    first_visits: dict[str, float]
    paints: dict[str, Times]
    first_words: Times
    words: Times
    alone: Times
    crowds: tuple[Crowd, ...]


# --- a server


@dataclass(frozen=True, slots=True)
class Server:
    """A server in its own process, listening."""

    url: str
    pid: int
    started: float

    def processor(self) -> float:
        """Return the milliseconds of processor that it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def peak_memory(self) -> int:
        """Return the most memory that it ever held, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found.group(1)) * 1024 if found else 0


@contextmanager
def serving(index_dir: Path) -> Iterator[Server]:
    """Serve an index by the command that people type, every visitor allowed to ask often."""
    command = [sys.executable, "-m", "clsassist", "serve", "--port", "0", "--index-dir", str(index_dir)]
    settings = {"CLSASSIST_RATE_PER_MINUTE": "100000", "CLSASSIST_EMBED_ORIGINS": "https://www.ville.example"}
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **settings}) as process:
        try:
            assert process.stdout
            found = re.search(r"http://\S+", process.stdout.readline())
            if not found:
                sys.exit("Le serveur n'a pas démarré.")
            yield Server(found.group(), process.pid, time.perf_counter() - begin)
        finally:
            process.terminate()


# --- in a browser


def fetch(address: str) -> float:
    """Fetch a page for the first time since the server started, and return the milliseconds that it took to come."""
    begin = time.perf_counter()
    response = httpx.get(address, timeout=60)
    if response.status_code != 200:
        sys.exit(f"{address} n'a pas été servie : {response.status_code}.")
    return (time.perf_counter() - begin) * 1000


def measure_paints(browser: Browser, url: str, paths: dict[str, str], visits: int) -> dict[str, Times]:
    """Open each page as a newcomer, nothing in the browser's cache, and return its first contentful paints."""
    return {name: Times(tuple(_paint(browser, url + path) for _ in range(visits))) for name, path in paths.items()}


def _paint(browser: Browser, address: str) -> float:
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(address)
        return float(page.evaluate(_WATCH_PAINT))


def measure_words(browser: Browser, url: str, questions: Sequence[str]) -> Times:
    """Ask questions one after the other in one page, and return the times to the first words of each answer."""
    found = []
    with browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(url)
        page.get_by_label(BOX).wait_for()
        for question in questions:
            page.get_by_label(BOX).fill(question)
            page.evaluate(_WATCH_WORDS)
            page.get_by_label(BOX).press("Enter")
            found.append(float(page.evaluate("window.firstWords")))
            page.locator(".cls-turn").last.locator(".cls-trace").wait_for()
    return Times(tuple(found))


# --- many at once


# Asks one question and returns the seconds to the first words (none when all comes at once) and what came.
Ask = Callable[[str], tuple[float | None, Any]]


def gather_crowd(
    name: str,
    server: Server,
    rounds: Sequence[Sequence[str]],
    make_ask: Callable[[str], Ask],
    judge: Callable[[str, Any], bool],
) -> Crowd:
    """Let each person ask a question of their own at the same moment, and do so again each round."""
    people = len(rounds[0])
    asks = [make_ask(server.url) for _ in range(people)]
    worked = server.processor()
    first: list[float] = []
    whole: list[float] = []
    wrong: list[str] = []
    with ThreadPoolExecutor(people) as pool:
        for questions in rounds:
            start = threading.Barrier(people)
            came = list(
                pool.map(lambda pair, start=start: _time(pair[0], pair[1], start), zip(asks, questions, strict=True))
            )
            first += [words * 1000 for words, _, _ in came if words is not None]
            whole += [seconds * 1000 for _, seconds, _ in came]
            wrong += [one for one, (_, _, what) in zip(questions, came, strict=True) if not judge(one, what)]
    worked = (server.processor() - worked) / len(whole)
    return Crowd(name, Times(tuple(first)) if first else None, Times(tuple(whole)), tuple(wrong), worked)


def _time(ask: Ask, question: str, start: threading.Barrier) -> tuple[float | None, float, Any]:
    start.wait()
    begin = time.perf_counter()
    words, what = ask(question)
    return words, time.perf_counter() - begin, what


def api_asker(url: str) -> Ask:
    """Return a program that asks through the API."""
    client = httpx.Client(base_url=url, timeout=60)
    client.get("/healthz")

    def ask(question: str) -> tuple[None, Any]:
        response = client.post("/api/v1/ask", json={"question": question})
        return None, response.json() if response.status_code == 200 else response.text

    return ask


def queue_asker(url: str) -> Ask:
    """Return a visitor of the page: each question is a new conversation, through Gradio's queue as its page does."""
    client = httpx.Client(base_url=url, timeout=60)
    config = client.get("/config").json()
    components = {one["id"]: one for one in config["components"]}
    box = next(key for key, one in components.items() if one["props"].get("label") == BOX)
    event = next(one for one in config["dependencies"] if [box, "submit"] in one["targets"])

    def ask(question: str) -> tuple[float | None, str]:
        begin = time.perf_counter()
        session = secrets.token_hex(8)
        values = [question if key == box else components[key]["props"].get("value") for key in event["inputs"]]
        sent = {"data": values, "fn_index": event["id"], "trigger_id": box, "session_hash": session}
        client.post("/gradio_api/queue/join", json=sent).raise_for_status()
        words = None
        shown = ""
        for shown in _shown(client, session):
            if words is None and "cls-wait" not in shown:
                words = time.perf_counter() - begin
        return words, shown

    return ask


def _shown(client: httpx.Client, session: str) -> Iterator[str]:
    """Yield the conversation each time the server changes it."""
    values: list[Any] = []
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            message: dict[str, Any] = (
                json.loads(line.removeprefix("data:")) if line.startswith("data:") else {"msg": ""}
            )
            if message["msg"] not in ("process_generating", "process_completed"):
                continue
            sent = message["output"].get("data", [])
            is_change = message["msg"] == "process_generating" and values
            values = [apply_diff(old, new) for old, new in zip(values, sent, strict=True)] if is_change else sent
            yield next((one for one in values if isinstance(one, str) and "cls-turn" in one), "")
            if message["msg"] == "process_completed":
                return


def is_direct_answer(answer: Answer, payload: object) -> bool:
    """Say whether the API gave the answer that the assistant gives, the time it took aside."""
    expected = {**answer_to_payload(answer), "choices": list(answer.choices), "elapsed_ms": 0}
    return isinstance(payload, dict) and {**payload, "elapsed_ms": 0} == expected


def shows_direct_answer(answer: Answer, shown: str) -> bool:
    """Say whether the page shows every paragraph of the answer that the assistant gives."""
    return all(block in shown for block in render_answer_blocks(answer, 0))


# --- everything


def measure(index_dir: Path, people: int, rounds: int, visits: int) -> Report:
    """Start a server over an index and measure everything."""
    load = os.getloadavg()[0]
    assistant = Assistant.open(index_dir)
    asked = pick_questions(people * rounds)
    answers = {question: assistant.ask(question) for question in asked}
    by_round = [asked[place : place + people] for place in range(0, len(asked), people)]
    with serving(index_dir) as server, sync_playwright() as playwright:
        httpx.get(f"{server.url}/readyz", timeout=60).raise_for_status()
        paths = page_paths(assistant)
        first_visits = {name: fetch(server.url + path) for name, path in paths.items()}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        paints = measure_paints(browser, server.url, paths, visits)
        first_words = measure_words(browser, server.url, asked[:1])
        words = measure_words(browser, server.url, asked[:people])
        browser.close()
        crowds = (
            gather_crowd(
                "l'interface pour programmes",
                server,
                by_round,
                api_asker,
                lambda question, came: is_direct_answer(answers[question], came),
            ),
            gather_crowd(
                "la page, par la file de Gradio",
                server,
                by_round,
                queue_asker,
                lambda question, came: shows_direct_answer(answers[question], came),
            ),
        )
        corpus = f"{len(assistant.documents())} documents, {len(assistant.actions())} actions"
        alone = Times(tuple(answer.elapsed_ms for answer in answers.values()))
        command = f"python tools/bench_page.py --people {people} --rounds {rounds} --visits {visits}"
        report = Report(
            command,
            corpus,
            people,
            load,
            server.started,
            server.peak_memory(),
            first_visits,
            paints,
            first_words,
            words,
            alone,
            crowds,
        )
    assistant.close()
    return report


def pick_questions(count: int) -> list[str]:
    """Return different questions of the evaluation, of every kind; the held ones stay unseen."""
    cases = [case for case in load_cases(Path("eval/questions.yaml")) if not case.held and not case.before]
    found = list(
        dict.fromkeys([*(case.question for case in cases), *(way for case in cases for way in case.phrasings)])
    )
    if len(found) < count:
        sys.exit(f"eval/questions.yaml n'a que {len(found)} questions : demandez moins de tours (--rounds).")
    step = len(found) / count
    return [found[int(place * step)] for place in range(count)]


def page_paths(assistant: Assistant) -> dict[str, str]:
    """Return the pages to open, the heaviest of each kind."""
    fiche = max(assistant.actions(), key=lambda action: sum(len(field.text) for field in action.fields))
    organisations = Directory(assistant.registry, load_lexicon()).organisations
    partner = max(organisations, key=lambda organisation: organisation.actions)
    return {
        "Assistant": "/",
        "Fiches": "/fiches",
        "Une fiche (la plus longue)": f"/fiches/{quote(fiche.id, safe='')}",
        "Partenaires": "/partenaires",
        "Une organisation (la plus citée)": f"/partenaires?{urlencode({'organisation': partner.name})}",
        "Vue d'ensemble": "/vue-d-ensemble",
        "Corpus": "/corpus",
        "Interface pour programmes": "/api",
        "Conversation à intégrer": "/integration",
    }


# --- the report


def report_to_markdown(report: Report) -> str:
    """Return the report, in French."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    lines = [
        "# Vitesse de la page",
        "",
        f"Mesuré le {date.today():%d/%m/%Y} par `{report.command}` (ou `make bench-page`).",
        f"Machine : {os.cpu_count()} cœurs {platform.machine()} ({_processor()}), Python {platform.python_version()} ; "
        f"{versions} ; Chromium {_chromium()}.",
        f"Index : {report.corpus}. Le serveur, le navigateur et les visiteurs partagent les mêmes cœurs, "
        f"et la machine avec d'autres travaux : charge moyenne au début {report.load:.1f}. Temps en millisecondes."
        if report.load > 1
        else f"Index : {report.corpus}. Le serveur, le navigateur et les visiteurs partagent les mêmes cœurs. Temps en "
        "millisecondes.",
        "",
        f"Démarrage du serveur : {report.started:.1f} s. Mémoire la plus haute : {report.memory / 1e6:.0f} Mo.",
        "",
        "## Premier affichage",
        "",
        f"Navigateur vierge à chaque visite, serveur chaud. À tenir : moins de {MOST_PAINT:.0f} ms. Dernière colonne : "
        "le temps de la toute première réponse depuis le démarrage, sans navigateur.",
        "",
        "| page | visites | médiane | 95e centile | maximum | première réponse |",
        "|---|---:|---:|---:|---:|---:|",
        *(f"| {name} | {times.cells()} | {report.first_visits[name]:.0f} |" for name, times in report.paints.items()),
        "",
        "## De la question aux premiers mots",
        "",
        f"Dans la page, de la touche Entrée au premier mot de la réponse. À tenir : moins de {MOST_WORDS:.0f} ms.",
        "",
        "| | questions | médiane | 95e centile | maximum |",
        "|---|---:|---:|---:|---:|",
        f"| premiers mots à l'écran | {report.words.cells()} |",
        f"| première question depuis le démarrage | {report.first_words.cells()} |",
        f"| dont calcul de la réponse, sans page ni réseau | {report.alone.cells()} |",
        "",
        f"## {report.people} personnes à la fois",
        "",
        "Chacune pose au même instant une question à elle, puis recommence avec une autre. Chaque réponse est comparée "
        f"à celle que l'assistant donne directement. À tenir : 95e centile sous {MOST_P95:.0f} ms, toutes justes.",
        "",
        "| par | questions | médiane | 95e centile | maximum | justes | processeur du serveur par question |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(row for crowd in report.crowds for row in _crowd_rows(crowd)),
        "",
        *verdict(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _crowd_rows(crowd: Crowd) -> Iterator[str]:
    asked = len(crowd.whole.values)
    yield f"| {crowd.name} | {crowd.whole.cells()} | {asked - len(crowd.wrong)} sur {asked} | {crowd.processor:.0f} |"
    if crowd.first:
        yield f"| {crowd.name} : premiers mots | {crowd.first.cells()} | | |"


def verdict(report: Report) -> list[str]:
    """Return what is not held, one line each; one line says that all is."""
    failures = [
        f"- Premier affichage de « {name} » : {max(times.values):.0f} ms."
        for name, times in report.paints.items()
        if max(times.values) > MOST_PAINT
    ]
    if report.words.at(0.95) > MOST_WORDS:
        failures.append(f"- Premiers mots : 95e centile de {report.words.at(0.95):.0f} ms.")
    for crowd in report.crowds:
        if crowd.whole.at(0.95) > MOST_P95:
            failures.append(f"- Par {crowd.name} : 95e centile de {crowd.whole.at(0.95):.0f} ms.")
        failures += [f"- Par {crowd.name} : réponse autre que la directe à « {one} »." for one in crowd.wrong]
    return ["Ce qui n'est pas tenu :", "", *failures] if failures else ["Tout est tenu."]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text(encoding="utf-8")) if info.exists() else None
    return found.group(1).strip() if found else platform.processor() or "inconnu"


def _chromium() -> str:
    told = subprocess.run([CHROMIUM, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"[\d.]+", told)
    return found.group() if found else "inconnu"


def main() -> int:
    """Measure, write the report, and fail when a target is missed."""
    parser = argparse.ArgumentParser(description="Mesure la vitesse de la page.")
    parser.add_argument("--index-dir", type=Path, default=Path("index"), help="dossier de l'index (défaut : index)")
    parser.add_argument("--output", type=Path, help="fichier Markdown à écrire (défaut : la sortie standard)")
    parser.add_argument("--people", type=int, default=20, help="personnes à la fois (défaut : 20)")
    parser.add_argument("--rounds", type=int, default=5, help="questions posées par chacune (défaut : 5)")
    parser.add_argument("--visits", type=int, default=7, help="visites de chaque page (défaut : 7)")
    chosen = parser.parse_args()
    report = measure(chosen.index_dir, chosen.people, chosen.rounds, chosen.visits)
    written = report_to_markdown(report)
    if chosen.output:
        chosen.output.write_text(written, encoding="utf-8")
    print(written)
    return int(verdict(report) != ["Tout est tenu."])


if __name__ == "__main__":
    sys.exit(main())
