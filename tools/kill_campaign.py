"""Kill indexing at many moments, and check each time that the index is whole: the old one or the new one, never a mix.

A plan is changed, extended, reduced or removed, and its index with it, by the commands and processes of the product.
Each run is killed once: at a random moment of its duration, or as it enters one of its stages; the main process alone,
whose children must then end by themselves, or all of them at once. After each kill a fresh reader must answer exactly
as an index made from nothing, before or after the change; a second run must finish and give the new answers; nothing
may be left: no other build, no lock, no temporary file, no process. One check in five is made by fresh processes, the
others by this one, which has its libraries in memory.

Run as ``python tools/kill_campaign.py --kills 200``. Exits with 1 after the first failure, its index kept for study.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from clsassist.assistant import Assistant
from clsassist.contracts import answer_to_line
from clsassist.errors import IndexMissingError
from clsassist.index import remove_index
from clsassist.index_worker import settings_to_order
from clsassist.indexing import index_corpus
from clsassist.settings import Settings
from small_plan import (
    NO_INDEX,
    QUESTIONS,
    RIVAGE,
    SPORT,
    ZYTHUM,
    ask,
    index,
    leftovers,
    same_but_time,
    write_plan,
)

# What the folder holds in each state; the change from one to another is an update, an addition or a deletion.
STATES: Mapping[str, Mapping[str, str]] = {
    "deux": {"zythum": ZYTHUM, "sport": SPORT},
    "trois": {"zythum": ZYTHUM, "sport": SPORT, "rivage": RIVAGE},
    "modifié": {"zythum": ZYTHUM.replace("Valmore", "Chaumette"), "sport": SPORT},
    "un": {"sport": SPORT},
}
REMOVED = "retiré"
STAGES = (
    "Lecture",
    "Registre",
    "Index lexical",
    "Vecteurs",
    "Base vectorielle",
    "Vérification",
    "Mise en service",
)
# Far more than anything takes here; reached only by a failure.
PATIENCE_SECONDS = 120.0
# Kills are spread over a little more than the usual duration, which varies: some must come after the switch.
_LATEST = 1.2
_REMOVAL = (
    "import sys; from pathlib import Path; from clsassist.index import remove_index; remove_index(Path(sys.argv[1]))"
)


class CampaignError(Exception):
    """An index was found otherwise than whole, or something was left behind."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: of the change to a state, at a stage or after a part of the usual duration."""

    target: str
    everyone: bool
    stage: str = ""
    part: float = 0.0

    def __str__(self) -> str:
        """Tell the kill in a few words."""
        moment = f"à l'étape « {self.stage} »" if self.stage else f"à {self.part:.0%} de la durée"
        return f"vers « {self.target} », {moment}, {'tous les processus' if self.everyone else 'le principal seul'}"


@dataclass
class Campaign:
    """The place of the kills, the answers of each state, and what has been seen so far."""

    place: Path
    answers: dict[str, str] = field(default_factory=dict)
    seconds: dict[bool, float] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    state: str = REMOVED

    @property
    def index_dir(self) -> Path:
        """The index under attack."""
        return self.place / "index"

    def learn(self) -> None:
        """Find the answers of each state on an index made from nothing, and how long each kind of change takes."""
        for state, documents in STATES.items():
            corpus, apart = write_plan(self.place / "corpus", **documents), self.place / "apart"
            # The answers are the same without Chroma, which takes most of the time of a small build.
            plain = replace(Settings(), index_dir=apart, vector_store_url="aucun")
            index_corpus([corpus], plain)
            self.answers[state] = _answers(plain)
            shutil.rmtree(apart)
        self.answers[REMOVED] = NO_INDEX
        if len(set(self.answers.values())) != len(self.answers):
            raise CampaignError("two states have the same answers: the questions do not tell them apart")
        for state in ("deux", REMOVED):
            started = time.monotonic()
            self._change(state, fresh=True)
            self.seconds[state == REMOVED] = time.monotonic() - started

    def strike(self, kill: Kill) -> None:
        """Change the index, kill that, and check everything that must hold."""
        before = self.state
        children = self._run_and_kill(kill)
        fresh = self.seen.total() % 5 == 0
        found = self._ask(fresh=fresh)
        if found not in (self.answers[before], self.answers[kill.target]):
            raise CampaignError(f"neither the answers of « {before} » nor those of « {kill.target} »:\n{found}")
        self.seen["old" if found == self.answers[before] else "new"] += 1
        started = time.monotonic()
        self._change(kill.target, fresh=fresh)
        if fresh:
            # A machine does not keep its pace for as long as a campaign lasts.
            self.seconds[kill.target == REMOVED] = time.monotonic() - started
        if (after := self._ask(fresh=fresh)) != self.answers[kill.target]:
            raise CampaignError(f"the next run did not give « {kill.target} »:\n{after}")
        if left := [*leftovers(self.index_dir), *_wait_for_end(children)]:
            raise CampaignError(f"left behind: {left}")

    def _ask(self, *, fresh: bool) -> str:
        return ask(self.index_dir) if fresh else _answers(replace(Settings(), index_dir=self.index_dir))

    def _change(self, state: str, *, fresh: bool) -> None:
        if state != REMOVED:
            write_plan(self.place / "corpus", **STATES[state])
        if state == REMOVED and fresh:
            subprocess.run([sys.executable, "-c", _REMOVAL, str(self.index_dir)], check=True)
        elif state == REMOVED:
            remove_index(self.index_dir)
        elif fresh:
            index(self.place / "corpus", self.index_dir)
        else:
            index_corpus([self.place / "corpus"], replace(Settings(), index_dir=self.index_dir))
        self.state = state

    def _run_and_kill(self, kill: Kill) -> set[int]:
        """Return the processes that the run had when it was killed."""
        if kill.target != REMOVED:
            write_plan(self.place / "corpus", **STATES[kill.target])
        settings = replace(Settings(), corpus_dir=self.place / "corpus", index_dir=self.index_dir)
        if kill.target == REMOVED:
            command = [sys.executable, "-c", _REMOVAL, str(self.index_dir)]
        elif kill.stage:
            # It tells its stages on a pipe; the command line tells them to a terminal only.
            command = [sys.executable, "-P", "-m", "clsassist.index_worker"]
        else:
            command = [
                *(sys.executable, "-m", "clsassist", "index", str(settings.corpus_dir)),
                *("--index-dir", str(self.index_dir)),
            ]
        started = time.monotonic()
        run = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        with run:
            assert run.stdin and run.stdout
            run.stdin.write(f"{settings_to_order(settings)}\n".encode())
            run.stdin.close()
            if kill.stage:
                _wait_for_stage(run, kill.stage)
            else:
                _wait_until(run, started + kill.part * self.seconds[kill.target == REMOVED])
            family = _family(run.pid)
            for pid in family if kill.everyone else {run.pid}:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.seen["killed" if run.returncode == -signal.SIGKILL else "ended before"] += 1
        return family - {run.pid}


def _answers(settings: Settings) -> str:
    """Return the answers of a fresh reader in this process, as ``ask`` those of another one."""
    try:
        assistant = Assistant.open(settings.index_dir, settings)
    except IndexMissingError:
        return NO_INDEX
    with closing(assistant):
        return same_but_time(answer_to_line(assistant.ask(question)) for question in QUESTIONS)


def _wait_for_stage(run: subprocess.Popen[bytes], stage: str) -> None:
    assert run.stdout
    for line in run.stdout:
        if json.loads(line).get("stage") == stage:
            return


def _wait_until(run: subprocess.Popen[bytes], moment: float) -> None:
    """Wait for a moment, or for the end of a process if it comes first."""
    descriptor = os.pidfd_open(run.pid)
    try:
        select.select([descriptor], [], [], max(0.0, moment - time.monotonic()))
    finally:
        os.close(descriptor)


def _family(pid: int) -> set[int]:
    """Return a process with its children and theirs, even those in a session of their own."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    family, size = {pid}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return family


def _wait_for_end(pids: set[int]) -> list[str]:
    """Return the processes that have not ended by themselves in good time."""
    lasting = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    for pid in pids:
        with suppress(ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            try:
                if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                    lasting.append(f"process {pid}")
            finally:
                os.close(descriptor)
    return lasting


def plan_kills(count: int, seed: int) -> Iterator[Kill]:
    """Yield as many kills: a third at the stages in turn, the others at random moments; every change in turn."""
    chance = random.Random(seed)
    targets = [*STATES, REMOVED]
    for number in range(count):
        # Each state follows each other in the end, since five and seven and three have no common divisor.
        target = targets[(number + number // len(targets)) % len(targets)]
        everyone = chance.random() < 0.5
        if number % 3 == 0 and target != REMOVED:
            yield Kill(target, everyone, stage=STAGES[(number // 3) % len(STAGES)])
        else:
            yield Kill(target, everyone, part=chance.uniform(0.0, _LATEST))


def run_campaign(kills: int, seed: int, place: Path) -> Campaign:
    """Run a whole campaign in a folder; raise CampaignError at the first failure."""
    campaign = Campaign(place)
    campaign.learn()
    for number, kill in enumerate(plan_kills(kills, seed), 1):
        try:
            campaign.strike(kill)
        except (CampaignError, AssertionError, subprocess.SubprocessError) as error:
            raise CampaignError(f"kill {number} of {kills} ({kill}): {error}") from error
        sys.stderr.write(f"{number}/{kills} : {kill}\n")
    return campaign


def main() -> int:
    """Run the campaign that the arguments ask for; return the exit code."""
    parser = argparse.ArgumentParser(description="Kills indexing at many moments and checks the index each time.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261130)
    options = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="clsassist-kills-"))
    started = time.monotonic()
    try:
        campaign = run_campaign(options.kills, options.seed, place)
    except CampaignError as error:
        sys.stderr.write(f"Échec : {error}\nLe dossier est gardé : {place}\n")
        return 1
    shutil.rmtree(place)
    seen = campaign.seen
    sys.stdout.write(
        f"{options.kills} arrêts brutaux (graine {options.seed}) en {time.monotonic() - started:.0f} s : "
        f"{seen['killed']} pendant le travail, {seen['ended before']} juste après sa fin.\n"
        f"Réponses d'ensuite : {seen['old']} fois celles d'avant, {seen['new']} fois celles d'après, jamais d'autres.\n"
        "Chaque fois, la commande suivante a abouti et rien n'est resté : ni fichier, ni verrou, ni processus.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
