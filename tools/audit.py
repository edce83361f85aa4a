"""Look up the known advisories of the locked libraries; fail on any that is not accepted in SECURITY.md.

Run by ``make audit`` with the path of pip-audit; it needs the network. Exit code 2: nothing could be looked up.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UNREACHABLE = 2


def accepted_advisories(text: str) -> frozenset[str]:
    """Return the advisories that a table of SECURITY.md accepts."""
    return frozenset(re.findall(r"^\| ((?:CVE|GHSA|PYSEC)-[\w-]+)", text, re.MULTILINE))


def judge(report: Mapping[str, Any], accepted: frozenset[str]) -> tuple[int, list[str]]:
    """Return the exit code and what to say of a report of pip-audit."""
    libraries = report["dependencies"]
    looked_up = [one for one in libraries if "vulns" in one]
    if not looked_up:
        return UNREACHABLE, [
            "Le service des avis (pypi.org) est injoignable : rien n'a été vérifié. Réessayez en ligne."
        ]
    said = [
        f"{one['name']} n'a pas pu être vérifié : {one['skip_reason']}" for one in libraries if "skip_reason" in one
    ]
    holes = [(one, hole) for one in looked_up for hole in one["vulns"]]
    found = [
        f"{one['name']} {one['version']} : {hole['id']} (corrigé : {', '.join(hole['fix_versions']) or 'rien encore'})"
        for one, hole in holes
        if accepted.isdisjoint({hole["id"], *hole.get("aliases", ())})
    ]
    ending = f"{len(looked_up)} bibliothèques vérifiées, {len(found)} avis à traiter."
    return int(bool(found)), [*said, *found, ending]


def main() -> int:
    """Run pip-audit on the lock and say what it found."""
    command = [sys.argv[1], "-r", str(ROOT / "requirements.lock"), "--no-deps", "--disable-pip", "-f", "json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(run.stdout)
    except ValueError:
        report = {"dependencies": []}
    accepted = accepted_advisories((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    code, said = judge(report, accepted)
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main())
