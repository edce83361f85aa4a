"""A damaged index: noticed, told with the file and the command, mended by that command; never a wrong answer."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from clsassist import integrity
from clsassist.assistant import Assistant
from clsassist.builds import build_folder, current_build, hold_build, only_builder
from clsassist.contracts import answer_to_line
from clsassist.doctor import run_checks
from clsassist.errors import ClsAssistError, IndexDamagedError
from clsassist.index import is_stale
from clsassist.indexing import index_corpus
from clsassist.integrity import SIGHTS_FILE, find_damage, trust_parts
from clsassist.manifest import Manifest, read_manifest
from clsassist.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from small_plan import QUESTIONS, RIVAGE, SPORT, ZYTHUM, ask, index, leftovers, run, same_but_time, write_plan

Damage = Callable[[Path], None]


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def zero_head(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(bytes(min(64, len(content))) + content[64:])


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def delete(path: Path) -> None:
    path.unlink()


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "dedans").write_text("rien")


DAMAGES: tuple[Damage, ...] = (flip, zero_head, halve, empty, delete, make_folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan and its index, made once by the command that people type."""
    place = tmp_path_factory.mktemp("whole")
    index(write_plan(place / "corpus", zythum=ZYTHUM, sport=SPORT, rivage=RIVAGE), place / "index")
    return place


@pytest.fixture(scope="module")
def right(whole: Path) -> str:
    """What that index answers."""
    return ask(whole / "index")


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    """A copy of the index, to be damaged at will; its sources stay where they were."""
    shutil.copytree(whole / "index", tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture(scope="module")
def plain(whole: Path) -> Path:
    """An index of the same plan without Chroma, whose filling and check take most of the time of a small build."""
    index_corpus([whole / "corpus"], replace(Settings(), index_dir=whole / "plain", vector_store_url="aucun"))
    return whole / "plain"


@pytest.fixture
def spared(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the index without Chroma, for what does not depend on it; the settings say so."""
    monkeypatch.setenv("CLSASSIST_VECTOR_STORE_URL", "aucun")
    shutil.copytree(plain, tmp_path / "index")
    return tmp_path / "index"


def settings_of(index_dir: Path) -> Settings:
    """The settings of this moment, for an index."""
    return replace(Settings.from_env(os.environ), index_dir=index_dir)


def files_of(index_dir: Path) -> list[str]:
    """Every file of an index folder by a name that the next build has too, those without content left out."""
    return sorted(path.relative_to(index_dir).as_posix() for path in index_dir.rglob("*") if path.is_file())


def answers(index_dir: Path) -> str:
    """The answers of a fresh reader, in this process."""
    with closing(Assistant.open(index_dir, settings_of(index_dir))) as assistant:
        return same_but_time(answer_to_line(assistant.ask(question)) for question in QUESTIONS)


def opening(index_dir: Path) -> str:
    """The answers of a fresh reader, or what it says in their place."""
    try:
        return answers(index_dir)
    except ClsAssistError as error:
        return str(error)


def mend(whole: Path, index_dir: Path) -> None:
    """What « clsassist index » does."""
    index_corpus([whole / "corpus"], settings_of(index_dir))


# --- each file of an index


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damage_to_any_file_never_gives_a_wrong_answer(
    whole: Path, copied: Path, right: str, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    names = files_of(copied)
    assert len(names) > 15
    for name in names:
        caplog.clear()
        path = copied / name
        kept = path.read_bytes()
        before = set(copied.rglob("*"))
        if not kept and damage not in (delete, make_folder):
            continue
        damage(path)
        if path.is_file() and path.read_bytes() == kept:
            continue

        said = opening(copied)

        refused = "clsassist index" in said and str(copied) in said
        told = "clsassist index" in caplog.text and path.name in caplog.text
        in_build = name.startswith("builds/") and not name.endswith(".lock")
        assert refused or said == right, f"{damage.__name__} {name}: {said}"
        assert not in_build or refused or told, f"{damage.__name__} {name}: not noticed"
        assert said != right or not name.endswith(("registry.sqlite", "vectors.npy", "current", "manifest.json"))
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept)
        for other in set(copied.rglob("*")) - before:
            other.unlink()
    assert answers(copied) == right


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [
        ("builds/*/registry.sqlite", flip),
        ("builds/*/passage_ids.npy", make_folder),
        ("builds/*/manifest.json", flip),
        ("builds/*/lexical/*.store", flip),
        ("builds/*/chroma/chroma.sqlite3", halve),
        ("current", make_folder),
        ("locks/*.lock", make_folder),
        ("cache/vectors.sqlite", flip),
        ("cache/vectors.sqlite", make_folder),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_the_command_named_mends_a_damaged_index(
    whole: Path, right: str, pattern: str, damage: Damage, request: pytest.FixtureRequest
) -> None:
    copied: Path = request.getfixturevalue("copied" if "chroma" in pattern else "spared")
    (path,) = copied.glob(pattern)
    damage(path)

    mend(whole, copied)

    assert answers(copied) == right
    assert not leftovers(copied)
    manifest = manifest_of(copied)
    assert not find_damage(build_folder(copied, manifest.build), manifest, thorough=True)


def test_files_in_place_of_folders_are_told_and_mended(whole: Path, spared: Path, right: str) -> None:
    for name, told in (("cache", ""), ("locks", "clsassist index"), ("builds", "clsassist index")):
        shutil.rmtree(spared / name)
        (spared / name).write_text("rien")
        said = opening(spared)

        assert told in said
        assert told or said == right
    make_folder(spared / "build.lock")
    mend(whole, spared)

    assert answers(spared) == right
    assert not leftovers(spared)


def test_a_build_in_place_of_which_stands_a_file_is_told_and_mended(whole: Path, spared: Path, right: str) -> None:
    folder = build_folder(spared, current_build(spared) or "")
    shutil.rmtree(folder)
    folder.write_text("rien")

    assert "clsassist index" in opening(spared)
    mend(whole, spared)
    assert answers(spared) == right
    assert not leftovers(spared)


def test_the_command_line_tells_a_damage_in_one_line(copied: Path) -> None:
    flip(build_folder(copied, current_build(copied) or "") / "registry.sqlite")

    asked = run("ask", QUESTIONS[0], "--index-dir", copied)

    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.startswith("Erreur : «")
    assert asked.stderr.endswith("registry.sqlite » manque ou est abîmé. Lancez : clsassist index\n")


def test_a_damaged_chroma_is_done_without_and_said(copied: Path, right: str) -> None:
    (path,) = build_folder(copied, current_build(copied) or "").glob("chroma/*/data_level0.bin")
    halve(path)

    asked = run("ask", "-", "--json", "--index-dir", copied, asked=QUESTIONS)

    assert (asked.returncode, same_but_time(asked.stdout.splitlines())) == (0, right)
    assert "data_level0.bin » manque ou est abîmé" in asked.stderr
    assert "clsassist index" in asked.stderr


def test_a_damaged_index_is_stale(whole: Path, copied: Path) -> None:
    assert is_stale(copied, [whole / "corpus"], Settings()) is None
    flip(build_folder(copied, current_build(copied) or "") / "vectors.npy")

    assert "vectors.npy » manque ou est abîmé" in str(is_stale(copied, [whole / "corpus"], Settings()))


# --- what a large build costs to check


def manifest_of(index_dir: Path) -> Manifest:
    return read_manifest(build_folder(index_dir, current_build(index_dir) or ""))


@pytest.fixture
def large(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A build that is taken for a large one, whose files have not changed for long."""
    monkeypatch.setattr(integrity, "ALWAYS_READ_BYTES", 0)
    monkeypatch.setattr(integrity, "_SETTLED_NS", -1_000_000_000)
    return build_folder(copied, current_build(copied) or "")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read whole."""
    names: list[str] = []
    is_sound = integrity._is_sound

    def note(path: Path, seal: str) -> bool:
        names.append(path.name)
        return is_sound(path, seal)

    monkeypatch.setattr(integrity, "_is_sound", note)
    return names


def test_a_large_build_is_read_whole_once(large: Path, read: list[str]) -> None:
    manifest = read_manifest(large)

    assert not find_damage(large, manifest)
    assert len(read) == len(manifest.checksums)
    assert not find_damage(large, manifest)
    assert len(read) == len(manifest.checksums)


def test_a_large_build_just_made_need_not_be_read(large: Path, read: list[str]) -> None:
    manifest = read_manifest(large)
    trust_parts(large, manifest)

    assert not find_damage(large, manifest)
    assert read == []


def test_a_file_changed_since_is_read_again_even_at_the_same_size_and_date(large: Path, read: list[str]) -> None:
    manifest = read_manifest(large)
    path = large / "registry.sqlite"
    dates = path.stat()
    assert not find_damage(large, manifest)
    read.clear()
    flip(path)
    os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))

    assert find_damage(large, manifest) == ("registry.sqlite",)
    assert read == ["registry.sqlite"]
    # What is damaged is never trusted.
    assert find_damage(large, manifest) == ("registry.sqlite",)


def test_a_file_that_changed_a_moment_ago_is_not_trusted(
    large: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "_SETTLED_NS", 3_600_000_000_000)
    manifest = read_manifest(large)
    for _ in range(2):
        assert not find_damage(large, manifest)

    assert len(read) == 2 * len(manifest.checksums)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"registry.sqlite": 3}', "\x00" * 40])
def test_what_was_seen_of_a_build_may_be_lost(large: Path, read: list[str], content: str) -> None:
    manifest = read_manifest(large)
    (large / SIGHTS_FILE).write_text(content)

    assert not find_damage(large, manifest)
    assert len(read) == len(manifest.checksums)
    assert [path.name for path in large.glob(f"{SIGHTS_FILE}*")] == [SIGHTS_FILE]


def test_everything_is_read_when_a_thorough_check_is_asked_for(large: Path, read: list[str]) -> None:
    manifest = read_manifest(large)
    trust_parts(large, manifest)

    assert not find_damage(large, manifest, thorough=True)
    assert len(read) == len(manifest.checksums)


def test_opening_chroma_any_number_of_times_is_no_damage(tmp_path: Path, large: Path) -> None:
    """It adds a line to its own database at each opening: 700 of them fill more than one page."""
    import numpy as np

    from clsassist import vectors

    folder = tmp_path / "build"
    chance = np.random.default_rng(1)
    matrix = chance.normal(size=(1100, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    vectors.build(folder, [f"p{number:04}" for number in range(len(matrix))], matrix)
    vectors.fill_engine(folder, "chroma")
    manifest = replace(read_manifest(large), checksums=integrity.seal_parts(folder))
    with closing(sqlite3.connect(folder / "chroma" / "chroma.sqlite3")) as connection, connection:
        connection.executemany("INSERT INTO acquire_write (lock_status) VALUES (?)", [(1,)] * 700)
    with closing(vectors.VectorIndex.open(folder, "chroma")) as opened:
        opened.probe()

    assert not find_damage(folder, manifest)
    with closing(sqlite3.connect(folder / "chroma" / "chroma.sqlite3")) as connection, connection:
        connection.execute("UPDATE embeddings SET embedding_id = 'autre' WHERE id = 1")
    assert find_damage(folder, manifest) == ("chroma/chroma.sqlite3",)


# --- disks


def in_namespace(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run shell lines that may mount; skip where the system lets nobody do so."""
    wrapper = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*wrapper, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False).returncode:
        if os.environ.get("CI"):
            pytest.fail("this system lets nobody mount a disk in a namespace")
        pytest.skip("this system lets nobody mount a disk in a namespace")
    command = [*wrapper, "sh", "-euc", script, "sh", sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


FULL = """
python=$1 index=$2 corpus=$3 answers=$4 size=$5
mount -t tmpfs -o size=$size tmpfs "$6"
cp -a "$index" "$6/index"
if "$python" -m clsassist index "$corpus" --index-dir "$6/index" >/dev/null 2>"$6.said"; then
    echo "it was indexed all the same"; exit 3
fi
cat "$6.said"
"$python" -m clsassist ask - --json --index-dir "$6/index" <"$4" >"$6.answers"
find "$6/index/builds" -mindepth 1 -maxdepth 1 | wc -l
"""


@pytest.mark.parametrize("spare", [20_000, 900_000])
def test_a_full_disk_is_told_and_the_index_in_service_goes_on(
    whole: Path, right: str, tmp_path: Path, spare: int
) -> None:
    taken = sum(4096 * -(-path.stat().st_size // 4096) for path in (whole / "index").rglob("*")) + 40 * 4096
    corpus = write_plan(tmp_path / "corpus", **{f"fiche{number}": ZYTHUM * 60 for number in range(30)})
    questions = tmp_path / "questions"
    questions.write_text("\n".join(QUESTIONS), encoding="utf-8")
    (tmp_path / "disk").mkdir()

    done = in_namespace(FULL, whole / "index", corpus, questions, taken + spare, tmp_path / "disk")

    assert done.returncode == 0, done
    assert "Traceback" not in done.stdout
    assert "Erreur : L'index n'a pas pu être écrit" in done.stdout
    assert "Vérifiez la place libre" in done.stdout
    assert same_but_time((tmp_path / "disk.answers").read_text(encoding="utf-8").splitlines()) == right
    assert done.stdout.splitlines()[-1] == "1"


READ_ONLY = """
python=$1 index=$2 corpus=$3 questions=$4 answers=$5
mount --bind "$index" "$index"
mount -o remount,ro,bind "$index"
"$python" -m clsassist ask - --json --index-dir "$index" <"$questions" >"$answers"
if "$python" -m clsassist index "$corpus" --index-dir "$index"; then echo "it was indexed all the same"; exit 3; fi
"""


@pytest.mark.parametrize("lost", ["", "locks"])
def test_a_read_only_disk_answers_and_is_told_when_indexing(
    whole: Path, copied: Path, right: str, tmp_path: Path, lost: str
) -> None:
    if lost:
        shutil.rmtree(copied / lost)
    questions = tmp_path / "questions"
    questions.write_text("\n".join(QUESTIONS), encoding="utf-8")

    done = in_namespace(READ_ONLY, copied, whole / "corpus", questions, tmp_path / "answers")

    assert done.returncode == 0, done
    assert same_but_time((tmp_path / "answers").read_text(encoding="utf-8").splitlines()) == right
    assert done.stderr.startswith("Erreur : L'index n'a pas pu être écrit")
    assert "Traceback" not in done.stderr


# --- several processes


def test_two_commands_at_once_give_one_index_and_one_refusal(whole: Path, spared: Path, right: str) -> None:
    command = [sys.executable, "-m", "clsassist", "index", str(whole / "corpus"), "--index-dir", str(spared)]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate()[1] for run in runs]

    # The slower one may start after the end of the other: it then indexes too.
    assert min(run.returncode for run in runs) == 0
    for one, words in zip(runs, said, strict=True):
        assert one.returncode == 0 or (one.returncode == 1 and "Une autre commande construit déjà" in words)
    assert ask(spared) == right
    assert not leftovers(spared)


HELD_BY_A_CHILD = """
import os, sys
from pathlib import Path
from clsassist.builds import only_builder
with only_builder(Path(sys.argv[1])):
    if os.fork():
        print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_lock_that_a_killed_command_left_to_a_process_being_started_is_waited_for(
    spared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its creation and its first instruction, a process has every open file of the one that made it."""
    command = [sys.executable, "-c", HELD_BY_A_CHILD, str(spared)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdin and killed.stdout
        assert killed.stdout.readline() == "held\n"
        killed.kill()
        waited: list[float] = []

        def let_go(seconds: float) -> None:
            assert killed.stdin
            waited.append(seconds)
            # The child that was left reads the end of it, and ends.
            killed.stdin.close()

        monkeypatch.setattr("clsassist.builds._GRACE_SECONDS", 120.0)
        monkeypatch.setattr("filelock._api.time.sleep", let_go)
        with only_builder(spared):
            assert waited


def test_a_reader_keeps_its_build_through_a_rebuild_by_another_process(whole: Path, spared: Path, right: str) -> None:
    command = [sys.executable, "-m", "clsassist", "chat", "--json", "--index-dir", str(spared)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as chat:
        assert chat.stdin and chat.stdout
        chat.stdin.write(f"{QUESTIONS[0]}\n")
        chat.stdin.flush()
        first = chat.stdout.readline()
        held = current_build(spared)
        index(whole / "corpus", spared, "--anew")

        assert current_build(spared) != held
        assert build_folder(spared, held or "").is_dir()
        chat.stdin.write(f"{QUESTIONS[0]}\n")
        chat.stdin.flush()
        assert same_but_time([chat.stdout.readline()]) == same_but_time([first])
        chat.stdin.close()
    assert chat.returncode == 0
    assert not leftovers(spared)
    assert ask(spared) == right


def test_a_lock_taken_on_a_build_that_is_being_removed_is_no_hold(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process removes the build, and its lock, between the opening of the lock and its taking."""
    import fcntl

    build = current_build(copied) or ""
    lock = copied / "locks" / f"{build}.lock"
    flock, removed = fcntl.flock, []

    def remove_then_lock(descriptor: int, mode: int) -> None:
        if not removed:
            removed.append(build)
            lock.unlink()
        flock(descriptor, mode)

    monkeypatch.setattr(fcntl, "flock", remove_then_lock)
    hold = hold_build(copied, build)

    assert hold is not None
    assert os.path.samestat(os.fstat(hold.descriptor), lock.stat())
    hold.release()


# --- the doctor


def test_the_doctor_reads_everything_and_asks_chroma(copied: Path) -> None:
    settings = replace(Settings(), index_dir=copied)
    assert [
        check.line() for check in run_checks(lambda: settings) if check.subject == "Index" and not check.passed
    ] == []
    (path,) = build_folder(copied, current_build(copied) or "").glob("chroma/*/length.bin")
    flip(path)

    (said,) = [check for check in run_checks(lambda: settings) if check.subject == "Index"]

    assert not said.passed
    assert "length.bin » manque ou est abîmé. Lancez : clsassist index" in said.sentence


def test_the_doctor_says_that_the_lexicon_has_changed(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clsassist.opening.hash_lexicon", lambda: "autre")
    settings = replace(Settings(), index_dir=copied)

    (said,) = [check for check in run_checks(lambda: settings) if check.subject == "Index"]

    assert not said.passed
    assert "lexique" in said.sentence
    assert "clsassist index" in said.sentence


def test_the_doctor_says_that_acronyms_have_changed(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clsassist.opening.hash_analyser", lambda analyser: "autre")
    settings = replace(Settings(), index_dir=copied)

    (said,) = [check for check in run_checks(lambda: settings) if check.subject == "Index"]

    assert (said.passed, "sigles" in said.sentence, "clsassist index" in said.sentence) == (False, True, True)


def test_an_index_damaged_while_it_is_read_is_told(copied: Path) -> None:
    assistant = Assistant.open(copied)
    empty(build_folder(copied, current_build(copied) or "") / "registry.sqlite")

    with closing(assistant), pytest.raises(IndexDamagedError, match="clsassist index"):
        assistant.ask(QUESTIONS[0])


def test_a_manifest_altered_but_readable_is_noticed(copied: Path) -> None:
    path = build_folder(copied, current_build(copied) or "") / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**values, "root": "/ailleurs"}), encoding="utf-8")

    assert "altéré" in opening(copied)
