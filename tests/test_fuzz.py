"""A slice of « make fuzz »: damaged files are read or refused, never more."""

import importlib.util
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "fuzz_readers.py"
CORPUS = TOOL.parents[1] / "corpus"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("fuzz_readers", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def seeds(tool):
    return tool.make_seeds(CORPUS)


@pytest.mark.parametrize("name", ["txt", "md", "docx", "pdf", "xlsx", "csv", "html", "zip"])
def test_sixty_damaged_files_are_read_or_refused(name, tool, seeds):
    assert list(tool.find_failures([name], 60, seeds)) == []


def test_every_sound_file_is_read(tool, seeds):
    with tool.ReadingProcess(tool.WORKER) as reading:
        for name, files in seeds.items():
            for raw in files:
                assert reading.read(f".{name}", raw).text.strip()


def test_a_case_is_made_again_from_its_number(tool, seeds):
    assert tool.make_case("docx", 7, seeds) == tool.make_case("docx", 7, seeds)
    assert len({tool.make_case("docx", number, seeds) for number in range(20)}) > 15
