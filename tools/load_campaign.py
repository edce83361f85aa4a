"""Let many visitors ask a real server for a while, change its corpus meanwhile, and check every answer and every leak.

python tools/load_campaign.py --corpus ../shared/corpus --clients 50 --seconds 600 --output docs/benchmarks/load.md
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from clsassist.assistant import Assistant
from clsassist.builds import current_build
from clsassist.evaluation.cases import Case, load_cases
from clsassist.evaluation.judging import Expected, judge
from clsassist.feedback import FeedbackStore, Selection
from clsassist.records import Answer
from clsassist.web.rendering import render_source_notice
from loading.reporting import Campaign, Heard, Update, report_to_markdown, shortcomings
from loading.visits import Came, Form, Visit, digest, make
from loading.watching import Sample, watch

# What a visitor does, and how often out of a hundred.
_HABITS = {"api": 40, "conversation": 25, "page": 20, "fichier": 10, "avis": 5}
# The document that comes and goes.
_COMER = Path(__file__).resolve().parents[1] / "eval/reading/seen/cls-valmore.docx"
_QUESTIONS = Path(__file__).resolve().parents[1] / "eval/questions.yaml"
_STATES = ("sans", "avec")
# What the page shows of a source whose document is no longer there.
_GONE = digest(render_source_notice(f"« {_COMER.name} » a été retiré du corpus depuis cette réponse."))
# Shares of the time at which the corpus changes.
_MOMENTS = (0.3, 0.45, 0.6, 0.75)
_PATIENCE = 120.0


# --- servers


@dataclass(slots=True)
class Server:
    """A server in its own process, over a corpus and an index of its own."""

    folder: Path
    url: str
    process: subprocess.Popen[str]

    @property
    def corpus(self) -> Path:
        """Return the folder of its documents."""
        return self.folder / "corpus"

    @property
    def index(self) -> Path:
        """Return the folder of its index."""
        return self.folder / "index"


def environment(folder: Path) -> dict[str, str]:
    """Return what the commands are told of a corpus and its index."""
    chosen = {
        "CLSASSIST_CORPUS_DIR": str(folder / "corpus"),
        "CLSASSIST_INDEX_DIR": str(folder / "index"),
        "CLSASSIST_DATA_DIR": str(folder / "data"),
    }
    return {**os.environ, **chosen}


def index(folder: Path) -> None:
    """Index a corpus by the command that people type."""
    command = [sys.executable, "-m", "clsassist", "index", str(folder / "corpus")]
    ended = subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"L'indexation a échoué : {ended.stderr[-800:]}")


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serve a folder; every setting is the default, each client being known by the address that a proxy would tell."""
    command = [sys.executable, "-m", "clsassist", "serve", "--port", "0"]
    with (folder / "journal").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment(folder))
        try:
            assert process.stdout
            found = re.search(r"http://\S+", process.stdout.readline())
            if not found:
                sys.exit(f"Le serveur n'a pas démarré : {(folder / 'journal').read_text(encoding='utf-8')[-800:]}")
            httpx.get(f"{found.group()}/readyz", timeout=_PATIENCE).raise_for_status()
            yield Server(folder, found.group(), process)
        finally:
            process.terminate()
            process.wait(_PATIENCE)


# --- what is asked


def choose_visits(assistant: Assistant, seed: int) -> tuple[Visit, ...]:
    """Return everything that visitors may ask: the questions of the evaluation, conversations, pages and files."""
    chance = random.Random(seed)
    cases = [case for case in load_cases(_QUESTIONS) if not case.held]
    alone = [(wording,) for case in cases for wording in case.wordings if not case.before]
    following = [(*case.before, case.question) for case in cases if case.before]
    talks = [*following, *(one for one in chance.sample(alone, 60)), *_long_talks(alone, chance)]
    asked = [*(Visit("api", questions) for questions in (*alone, *following))]
    asked += [Visit("conversation", questions) for questions in talks]
    asked += [Visit("avis", questions) for questions in alone[:20]]
    return (*asked, *_pages(assistant), *_files(assistant, alone[:12]))


def _long_talks(alone: Sequence[tuple[str, ...]], chance: random.Random) -> list[tuple[str, ...]]:
    return [tuple(question for (question,) in chance.sample(alone, 4)) for _ in range(10)]


def _pages(assistant: Assistant) -> Iterator[Visit]:
    names = sorted({one.organisation for _, one in assistant.registry.involvements()})[:12]
    for path in ("/", "/fiches", "/partenaires", "/vue-d-ensemble", "/api", "/integration"):
        yield Visit("page", path=path)
    for action in assistant.actions()[:20]:
        yield Visit("page", path=f"/fiches/{quote(action.id)}")
        yield Visit("page", path=f"/api/v1/actions/{quote(action.id)}")
    for name in names:
        yield Visit("page", path=f"/partenaires?{httpx.QueryParams(organisation=name)}")
        yield Visit("page", path=f"/api/v1/partners?{httpx.QueryParams(q=name)}")
    for document in assistant.documents()[:5]:
        yield Visit("page", path=f"/documents/{quote(document.path)}")
        yield Visit("page", path=f"/api/v1/documents/{quote(document.path)}")


def _files(assistant: Assistant, alone: Sequence[tuple[str, ...]]) -> Iterator[Visit]:
    name = next(one.organisation for _, one in assistant.registry.involvements())
    for path in ("/fiches/export.csv", "/fiches/export.xlsx", "/vue-d-ensemble/calendrier.csv"):
        yield Visit("fichier", path=path)
    for kind in ("docx", "pdf", "xlsx"):
        query = httpx.QueryParams(organisation=name)
        yield Visit("fichier", path=f"/partenaires/fiche-d-engagement.{kind}?{query}")
    for questions in alone:
        yield Visit("fichier", questions, "/reponses/md")
        yield Visit("fichier", questions, "/reponses/docx")


def judge_alone(assistant: Assistant) -> tuple[int, int]:
    """Return how many questions of the evaluation are answered as expected when asked alone, and how many there are."""
    texts = {document.path: document.text for document in assistant.documents()}
    cases = [case for case in load_cases(_QUESTIONS) if not case.held]
    return sum(not _faults(assistant, case, texts) for case in cases), len(cases)


def _faults(assistant: Assistant, case: Case, texts: dict[str, str]) -> tuple[str, ...]:
    answers: list[Answer] = []
    for question in (*case.before, case.question):
        answers.append(assistant.ask(question, tuple(answers)))
    return judge(answers[-1], Expected.of(case, assistant), texts).faults


# --- what is right


@dataclass(slots=True)
class Book:
    """What each visit gives when it is alone, in each state of the corpus; and the state of each build."""

    alone: dict[str, dict[str, Came]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)

    def fault(self, visit: Visit, came: Came) -> str:
        """Return what is wrong with what came, or nothing: all of it must be that of one state, the build's if told."""
        if came.failure or came.put_off or visit.kind == "avis":
            return came.failure
        known = {state: self.alone[state][visit.name].parts for state in _STATES}
        if came.build:
            state = self.states.get(came.build)
            if state is None:
                return f"édition inconnue : {came.build}"
            return "" if came.parts == known[state] else f"autre réponse que celle de l'index « {state} »"
        for place, part in enumerate(came.parts):
            # Its document may have been removed between the answer and the click on its source: then it is said.
            if part == _GONE and place == len(came.parts) - 1:
                continue
            if part not in {parts[place] for parts in known.values() if place < len(parts)}:
                return f"autre réponse que seul (partie {place + 1}) : {self._difference(visit, came, place)}"
        return ""

    def _difference(self, visit: Visit, came: Came, place: int) -> str:
        """Quote what came from the first character that no state has there, and what the nearest state has."""
        if place >= len(came.texts):
            return "texte non gardé"
        known = [self.alone[state][visit.name].texts for state in _STATES]
        heard = came.texts[place]
        pairs = [(_common_length(heard, texts[place]), texts[place]) for texts in known if place < len(texts)]
        length, alone = max(pairs, default=(0, ""))
        around = slice(max(0, length - 80), length + 200)
        return f"« {heard[around]} », seul : « {alone[around]} »"


def _common_length(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))


async def gather_alone(url: str, visits: Sequence[Visit]) -> dict[str, Came]:
    """Make every visit once, one at a time."""
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as client:
        form = Form.of((await client.get("/config")).json())
        found: dict[str, Came] = {}
        for number, visit in enumerate(visits):
            # No visitor here asks so much: each visit is of another one.
            client.headers["x-forwarded-for"] = f"10.{number // 40 % 250}.0.{number % 40 + 1}"
            found[visit.name] = came = await make(client, form, visit)
            if came.failure or came.put_off:
                sys.exit(f"Seule, la demande « {visit.name} » échoue : {came.failure or came.put_off}")
        return found


# --- the load


class Crowd:
    """The visitors, each asking one thing after the other until the end; what they heard."""

    def __init__(self, server: Server, visits: Sequence[Visit], book: Book, clients: int, seconds: float) -> None:
        self._server = server
        self._visits = {kind: [one for one in visits if one.kind == kind] for kind in _HABITS}
        self._book = book
        self._clients = clients
        self.started = time.monotonic()
        self.seconds = seconds
        self.heard: list[Heard] = []
        self.samples: list[Sample] = []
        self.updates: list[Update] = []

    async def run(self, seed: int, pause: float) -> None:
        """Let everybody ask, change the corpus, and watch, until the end."""
        async with httpx.AsyncClient(base_url=self._server.url, timeout=_PATIENCE) as client:
            form = Form.of((await client.get("/config")).json())
        self.started = time.monotonic()
        changing = asyncio.create_task(self._change_corpus())
        watching = asyncio.create_task(self._watch())
        async with asyncio.TaskGroup() as visitors:
            for number in range(self._clients):
                visitors.create_task(self._visit(form, number, seed, pause, changing))
        await changing
        watching.cancel()

    async def _visit(self, form: Form, number: int, seed: int, pause: float, changing: asyncio.Task[None]) -> None:
        chance = random.Random(seed * 1_000 + number)
        headers = {"x-forwarded-for": f"10.1.0.{number + 1}"}
        async with httpx.AsyncClient(base_url=self._server.url, timeout=_PATIENCE, headers=headers) as client:
            # On a slow machine the last change of the corpus may outlast the time.
            while time.monotonic() < self.started + self.seconds or not changing.done():
                kind = chance.choices(list(_HABITS), list(_HABITS.values()))[0]
                visit = chance.choice(self._visits[kind])
                begin = time.monotonic()
                came = await make(client, form, visit)
                took = time.monotonic() - begin
                await asyncio.sleep(0)
                self.heard.append(Heard(begin - self.started, took, visit, came))
                if came.failure or came.put_off:
                    await asyncio.sleep(1)
                if pause:
                    await asyncio.sleep(chance.uniform(0, 2 * pause))

    async def _watch(self) -> None:
        while True:
            sample = await asyncio.to_thread(watch, self._server.process.pid, self.started, self._server.index)
            if sample:
                self.samples.append(sample)
            await asyncio.sleep(1)

    async def _change_corpus(self) -> None:
        changes = (self._add_by_command, self._remove_by_page, self._add_by_page, self._remove_by_command)
        for number, (moment, change) in enumerate(zip(_MOMENTS, changes, strict=True)):
            await asyncio.sleep(max(0.0, self.started + moment * self.seconds - time.monotonic()))
            begin = time.monotonic() - self.started
            said = await change(_STATES[1 - number % 2])
            self.updates.append(Update(begin, time.monotonic() - self.started, said))

    async def _add_by_command(self, state: str) -> str:
        shutil.copy(_COMER, self._server.corpus)
        await self._index_by_command(state)
        return "document ajouté, « clsassist index »"

    async def _remove_by_command(self, state: str) -> str:
        (self._server.corpus / _COMER.name).unlink()
        await self._index_by_command(state)
        return "document retiré, « clsassist index »"

    async def _index_by_command(self, state: str) -> None:
        running = asyncio.create_task(asyncio.to_thread(index, self._server.folder))
        await self._note_build(state, running)

    async def _add_by_page(self, state: str) -> str:
        await self._by_page("/corpus/ajouter", state, files={"documents": (_COMER.name, _COMER.read_bytes())})
        return "document déposé par la page"

    async def _remove_by_page(self, state: str) -> str:
        await self._by_page("/corpus/supprimer", state, data={"fichier": _COMER.name})
        return "document supprimé par la page"

    async def _by_page(self, path: str, state: str, **sent: object) -> None:
        running = asyncio.create_task(self._follow_job(path, sent))
        await self._note_build(state, running)

    async def _follow_job(self, path: str, sent: dict[str, Any]) -> None:
        async with httpx.AsyncClient(base_url=self._server.url, timeout=_PATIENCE) as client:
            response = await client.post(path, **sent)
            if response.status_code != 303:
                raise RuntimeError(f"{path} : {response.status_code} {response.text[:300]}")
            while True:
                told = (await client.get("/corpus/etat")).json()
                if not told["busy"] and told["state"] != "idle":
                    break
                await asyncio.sleep(0.2)
            if told["state"] != "done":
                raise RuntimeError(told["text"])

    async def _note_build(self, state: str, running: asyncio.Task[None]) -> None:
        """Tell the book of the new build before any visitor can be answered by it, or nearly."""
        before = current_build(self._server.index)
        while not running.done():
            found = current_build(self._server.index)
            if found and found != before:
                self._book.states[found] = state
            await asyncio.sleep(0.02)
        await running
        found = current_build(self._server.index)
        if found == before or not found:
            raise RuntimeError("le corpus a changé, l'index non")
        self._book.states[found] = state


# --- everything


def run_campaign(arguments: argparse.Namespace, folder: Path) -> Campaign:
    """Gather what is right alone, then load a server, then stop it."""
    served, other = folder / "servi", folder / "autre"
    for place in (served, other):
        (place / "corpus").mkdir(parents=True)
        shutil.copytree(arguments.corpus, place / "corpus", dirs_exist_ok=True)
    index(served)
    shutil.copy(_COMER, other / "corpus")
    index(other)
    book = Book()
    assistant = Assistant.open(served / "index")
    visits = choose_visits(assistant, arguments.seed)
    right, judged = judge_alone(assistant)
    about = f"{len(assistant.documents())} documents, {len(assistant.actions())} actions"
    book.states[assistant.build] = _STATES[0]
    assistant.close()
    with serving(other) as server:
        book.alone[_STATES[1]] = asyncio.run(gather_alone(server.url, visits))
    with serving(served) as server:
        book.alone[_STATES[0]] = asyncio.run(gather_alone(server.url, visits))
        sys.stderr.write(f"{len(visits)} demandes connues. La charge commence.\n")
        crowd = Crowd(server, visits, book, arguments.clients, arguments.seconds)
        asyncio.run(crowd.run(arguments.seed, arguments.pause))
        time.sleep(2)
        idle = watch(server.process.pid, crowd.started, server.index)
        begin = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(_PATIENCE)
        stopped = time.monotonic() - begin
    differing = sum(
        book.alone[_STATES[0]][visit.name].parts != book.alone[_STATES[1]][visit.name].parts for visit in visits
    )
    return Campaign(
        command=" ".join(["python tools/load_campaign.py", *sys.argv[1:]]),
        corpus=about,
        clients=arguments.clients,
        seconds=arguments.seconds,
        visits=len(visits),
        differing=differing,
        judged=(right, judged),
        heard=tuple(crowd.heard),
        faults=tuple((one, fault) for one in crowd.heard if (fault := book.fault(one.visit, one.came))),
        samples=tuple(crowd.samples),
        idle=idle,
        updates=tuple(crowd.updates),
        stopped=stopped,
        log_lines=len((served / "journal").read_text(encoding="utf-8").splitlines()),
        opinions=_count_opinions(served),
    )


def _count_opinions(folder: Path) -> int:
    return FeedbackStore(folder / "data").count(Selection())


def main() -> int:
    """Run the campaign, write its report, and fail when something is not held."""
    parser = argparse.ArgumentParser(description="Charge un vrai serveur et vérifie chaque réponse.")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="documents servis (défaut : corpus)")
    parser.add_argument("--clients", type=int, default=50, help="clients simultanés (défaut : 50)")
    parser.add_argument("--seconds", type=float, default=600, help="durée de la charge (défaut : 600)")
    parser.add_argument("--pause", type=float, default=0, help="pause moyenne entre deux demandes, en secondes")
    parser.add_argument("--seed", type=int, default=1, help="graine du hasard (défaut : 1)")
    parser.add_argument("--output", type=Path, help="rapport Markdown à écrire, et le dessin à côté")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clsassist-charge-") as folder:
        campaign = run_campaign(chosen, Path(folder))
    written = report_to_markdown(campaign, chosen.output)
    print(written)
    return int(bool(shortcomings(campaign)))


if __name__ == "__main__":
    sys.exit(main())
