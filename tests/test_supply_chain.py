"""What clsassist is made of: locked with hashes, listed with licences, and what must never run."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from clsassist import checkup

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
# Its wheel depends on the machine: a version of gigabytes on PyPI, a small one where pip finds it.
UNLOCKED = {"torch", "setuptools"}


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def lock() -> dict[str, tuple[str, tuple[str, ...]]]:
    found: dict[str, tuple[str, tuple[str, ...]]] = tool("sbom").read_lock(
        (ROOT / "requirements.lock").read_text(encoding="utf-8")
    )
    return found


def test_every_library_that_runs_is_locked_at_the_tested_version_with_its_hashes(
    lock: dict[str, tuple[str, tuple[str, ...]]],
) -> None:
    tested = checkup.tested_versions()
    for name, (version, hashes) in lock.items():
        assert tested[name] == version, f"{name} : lancez « make lock »"
        assert hashes, name
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    direct = {canonicalize_name(Requirement(one).name) for one in declared}
    assert direct - UNLOCKED <= lock.keys(), "lancez « make lock »"


def test_the_bill_lists_exactly_what_runs_with_versions_licences_and_hashes(
    lock: dict[str, tuple[str, tuple[str, ...]]],
) -> None:
    bill = json.loads((ROOT / "docs" / "sbom" / "clsassist.cdx.json").read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    listed = {canonicalize_name(one["name"]): one for one in bill["components"]}
    assert len(listed) == len(bill["components"])
    assert lock.keys() - UNLOCKED <= listed.keys(), "lancez « make sbom »"
    assert listed.keys() - lock.keys() <= UNLOCKED
    for name, one in listed.items():
        if name in UNLOCKED:
            continue
        assert one["version"] == lock[name][0], name
        (place,) = one["externalReferences"]
        assert {found["content"] for found in place["hashes"]} == set(lock[name][1]), name
        assert one.get("licenses"), name


def test_a_tool_of_the_tests_is_not_something_that_runs() -> None:
    runs = checkup.required_distributions()
    assert {"chromadb", "gradio", "tantivy", "starlette"} <= runs
    assert runs.isdisjoint({"pytest", "ruff", "mypy", "playwright", "clsassist"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_code_of_a_model_is_trusted_and_the_python_server_of_chroma_is_never_started(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword):
            assert node.arg != "trust_remote_code"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value != "trust_remote_code"
            assert "chromadb.app" not in node.value
            assert "chromadb.server" not in node.value
        if isinstance(node, ast.Import):
            assert not any(one.name.startswith(("chromadb.app", "chromadb.server")) for one in node.names)
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").startswith(("chromadb.app", "chromadb.server"))


def test_accepted_advisories_are_those_of_security_md_and_any_other_fails() -> None:
    audit = tool("audit")
    accepted = audit.accepted_advisories((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert accepted == {"CVE-2026-45829"}
    known = {
        "name": "chromadb",
        "version": "1",
        "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-2026-45829"], "fix_versions": []}],
    }
    other = {"name": "gradio", "version": "2", "vulns": [{"id": "CVE-1", "aliases": [], "fix_versions": ["3"]}]}
    assert audit.judge({"dependencies": [known]}, accepted) == (0, ["1 bibliothèques vérifiées, 0 avis à traiter."])
    code, said = audit.judge({"dependencies": [known, other]}, accepted)
    assert code == 1
    assert "gradio 2 : CVE-1 (corrigé : 3)" in said


def test_an_audit_that_could_look_up_nothing_is_no_success() -> None:
    skipped = {"dependencies": [{"name": "six", "skip_reason": "Dependency not found on PyPI"}]}
    for report in (skipped, {"dependencies": []}):
        code, (said,) = tool("audit").judge(report, frozenset())
        assert code == 2
        assert "injoignable" in said


def test_the_tools_of_the_supply_chain_are_pinned_and_apart() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"pip-tools==\S+ cyclonedx-bom==\S+ pip-audit==\S+", recipe)
    declared = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert not any(name in declared for name in ("pip-tools", "cyclonedx", "pip-audit"))
