"""The bench tells what is missed, hides no wrong answer, and measures the memory of a whole tree of processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

from bench.growth import growth_faults, growth_targets, growth_text
from bench.measuring import at, resident_bytes, run_command
from bench.report import Target, measure, number, targets_table, write_report

_LIMITS = {"memory_bytes_per_s": 10e9, "disk_bytes_per_s": 1e9, "fsync_s": 0.001}


def run(seconds):
    return {"seconds": seconds, "processor": seconds, "peak": 500e6}


def size(fiches, *, asked_s=0.02, faults=()):
    """What the bench measures of one size."""
    rows = [[f"Question {place} ?", asked_s, 0.01, asked_s] for place in range(20)]
    runs = ("first", "rebuilt", "unchanged", "change", "changed_back", "remove", "add", "cold")
    return {
        "fiches": fiches,
        "documents": fiches // 10,
        "corpus_bytes": 4_000 * fiches,
        "index_bytes": 50_000 * fiches,
        "embedding": {"passages": 20 * fiches, "distinct": fiches, "drawn": 100, "seconds": 1.0},
        "asking": {"first_s": 1.0, "rows": rows, "faults": [list(fault) for fault in faults]},
        "served": {"resident": 400e6, "peak": 450e6},
        **{name: run(5.0) for name in runs},
    }


def test_numbers_are_written_the_french_way():
    assert [number(value) for value in (12_345.6, 3.14159, 0.0421)] == ["12 346", "3,1", "0,042"]
    assert (measure(1_500_000_000, "octets"), measure(2_000_000, "octets")) == ("1,5 Go", "2,0 Mo")
    assert measure(0.25, "%") == "25,0 %"


def test_the_rank_of_a_share_is_the_nearest():
    assert [at(range(1, 101), share) for share in (0.5, 0.95, 1.0)] == [50, 95, 100]
    assert at([7.0], 0.5) == 7.0


def test_a_missed_target_is_told_and_a_held_one_too():
    said = targets_table([Target("a", 2.0, 1.0, "s", 0.5, "le disque"), Target("b", 1.0, 1.0, "s")])
    missed, held = said.splitlines()[2:]
    assert "**manqué**" in missed and "4,0 fois" in missed and "le disque" in missed
    assert "| tenu |" in held


def test_the_largest_size_is_compared_with_its_targets():
    found = [size(100), size(10_000, asked_s=0.5)]
    missed = [target.what for target in growth_targets(found, _LIMITS) if not target.held]
    assert missed == ["question, 95e centile, 10 000 fiches", "question, médiane, 10 000 fiches"]


def test_a_wrong_answer_is_in_the_report_whatever_the_size():
    found = [size(100, faults=[("Combien ?", "le nombre 3 n'est pas dit")]), size(1_000)]
    said = growth_text(found, growth_targets(found, _LIMITS), "Machine.")
    assert growth_faults(found) == ["100 fiches : « Combien ? » : le nombre 3 n'est pas dit"]
    assert "**1 fausses**" in said and "Combien ?" in said
    assert "toutes justes" in growth_text([size(100)], [], "Machine.")


def test_a_report_is_for_people_and_for_programs(tmp_path):
    write_report(tmp_path, "essai", "# Essai\n\n\n", {"a": 1}, [Target("b", 2.0, 1.0, "s")])
    assert (tmp_path / "essai.md").read_text(encoding="utf-8") == "# Essai\n"
    kept = json.loads((tmp_path / "essai.json").read_text(encoding="utf-8"))
    assert kept["a"] == 1 and kept["targets"][0]["held"] is False


def test_the_memory_of_children_is_counted_with_that_of_their_parent():
    child = "held = bytearray(80_000_000); print('ready', flush=True); input()"
    parent = (
        "import subprocess, sys; held = bytearray(70_000_000);"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE);"
        "print(child.stdout.readline().decode(), flush=True); input(); child.communicate(b'\\n')"
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        assert resident_bytes(process.pid) > 150_000_000
        process.communicate("\n")


def test_nothing_is_measured_on_a_failure():
    with pytest.raises(SystemExit, match="a échoué"):
        run_command([sys.executable, "-c", "import sys; sys.exit('panne')"])
