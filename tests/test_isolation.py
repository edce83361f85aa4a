"""The reading process: whatever a reader does, one file is told and the next is read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clsassist.readers.isolation import ReadingProcess
from clsassist.readers.messages import transcript_to_values, values_to_transcript
from clsassist.readers.plain import read_plain
from clsassist.readers.worker import MEMORY_LIMIT
from clsassist.records import BlockKind

ODD_WORKER = [sys.executable, "-P", str(Path(__file__).with_name("odd_worker.py"))]
FICHE = "Fiche-action n°1 : Aider\n\nPorteur\tARS\n\n☒ Jeunes\n".encode()


@pytest.fixture
def reading():
    with ReadingProcess(ODD_WORKER, patience=1.5) as process:
        yield process


def is_alive(pid):
    """Say whether a process runs; one that is dead and not yet reaped by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition, seconds=20):
    for _ in range(seconds * 50):
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_transcript_arrives_as_the_reader_made_it(reading):
    assert reading.read(".txt", FICHE) == read_plain(FICHE)


@pytest.mark.parametrize(
    ("suffix", "reason"),
    [
        (".hang", "sa lecture n'avance plus"),
        (".hang_after_three_pages", "sa lecture n'avance plus"),
        (".crawl", "sa lecture n'avance plus"),
        (".allocate", "sa lecture demande trop de mémoire"),
        (".crash", "il fait tomber le lecteur (SIGSEGV)"),
        (".leave", "il fait tomber le lecteur (code 3)"),
        (".fail", "erreur interne du lecteur (TypeError)"),
        (".babble", "le lecteur a donné une réponse incohérente"),
        (".recurse", "il est trop imbriqué"),
    ],
)
def test_a_reader_gone_wrong_costs_its_own_file_alone(reading, suffix, reason):
    assert reading.read(".txt", FICHE).text
    with pytest.raises(ValueError) as refusal:
        reading.read(suffix, b"x")
    assert str(refusal.value).startswith(reason)
    assert reading.read(".txt", FICHE).text


@pytest.mark.parametrize("suffix", [".leak", ".crash_when_used"])
def test_a_file_that_fails_after_others_is_tried_again_in_a_fresh_process(reading, suffix):
    first = reading.read(suffix, b"x").text
    second = reading.read(suffix, b"x").text
    assert first.startswith("process")
    assert second.startswith("process")
    assert first != second


def test_what_a_library_prints_does_not_end_among_the_answers(reading):
    assert reading.read(".chatter", b"x").text == "lu"
    assert reading.read(".txt", FICHE) == read_plain(FICHE)


def test_half_a_character_does_not_reach_the_parent(reading):
    assert reading.read(".halve_a_character", b"x").text == "moitié � de caractère"


def test_one_process_serves_many_files_within_its_limits(reading):
    reading.read(".txt", FICHE)
    pid = reading.pid
    for _ in range(20):
        reading.read(".txt", FICHE)
    assert reading.pid == pid
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert f"Max address space         {MEMORY_LIMIT}" in limits
    assert "Max core file size        0 " in limits


def test_the_process_starts_light():
    # What a reader needs is loaded with its first file: a folder of text files must not wait for PDF libraries.
    run = subprocess.run(
        [sys.executable, "-P", "-X", "importtime", "-m", "clsassist.readers.worker"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in run.stderr.splitlines()}
    assert "clsassist" in loaded
    assert loaded.isdisjoint({"lxml", "pypdf", "pypdfium2", "openpyxl", "numpy", "multiprocessing"})


def test_closing_leaves_no_process_not_even_one_that_a_reader_started(tmp_path):
    told = tmp_path / "pid"
    with ReadingProcess(ODD_WORKER, patience=1.5) as reading, pytest.raises(ValueError, match="n'avance plus"):
        reading.read(".spawn_and_hang", str(told).encode())
    assert wait_until(lambda: not is_alive(int(told.read_text())))


def test_nothing_is_started_before_the_first_file():
    with ReadingProcess() as reading:
        assert reading.pid is None


def test_a_closed_process_is_reaped():
    with ReadingProcess(ODD_WORKER) as reading:
        reading.read(".txt", FICHE)
        pid = reading.pid
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


HOST = """
import sys
from clsassist.readers.isolation import ReadingProcess
print("started", flush=True)
with ReadingProcess({command!r}) as reading:
    reading.read(".txt", b"x")
    print(reading.pid, flush=True)
    reading.read({suffix!r}, b"x")
    sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("suffix", "signal_sent"), [(".hang", signal.SIGINT), (".txt", signal.SIGINT), (".txt", signal.SIGKILL)]
)
def test_a_program_that_is_stopped_leaves_no_reader_behind(tmp_path, suffix, signal_sent):
    # A program of another kind: without « if __name__ == "__main__" », which must not run twice.
    script = tmp_path / "host.py"
    script.write_text(HOST.format(command=ODD_WORKER, suffix=suffix))
    host = subprocess.Popen(
        [sys.executable, script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # A job launched in the background ignores Ctrl+C, and so would its children: this one is a program in front.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with host:
        assert host.stdout.readline() == "started\n"
        pid = int(host.stdout.readline())
        assert is_alive(pid)
        host.send_signal(signal_sent)
        assert host.wait(timeout=30) != 0
    assert wait_until(lambda: not is_alive(pid))


def test_values_that_are_no_transcript_are_refused():
    transcript = read_plain(FICHE)
    values = transcript_to_values(transcript)
    assert values_to_transcript(values) == transcript
    assert BlockKind.CHECKBOX in {block.kind for block in values_to_transcript(values).blocks}
    values["blocks"].append(("paragraph", 0, len(transcript.text) + 1, None, None, None, None, 0, None))
    with pytest.raises(ValueError):
        values_to_transcript(values)
