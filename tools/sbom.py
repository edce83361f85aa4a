"""Write the CycloneDX bill of materials of what clsassist runs on: each library, its version, licence and hashes.

``make sbom`` gives it what ``cyclonedx-py environment`` lists of .venv; what only tests and tools use is left out, and
the versions and hashes are those of ``requirements.lock``.
"""

from __future__ import annotations

import json
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# Their file depends on the machine: in no lock, and without hashes.
UNLOCKED = ("setuptools", "torch")
LOCK = ROOT / "requirements.lock"
OUTPUT = ROOT / "docs" / "sbom" / "clsassist.cdx.json"


def read_lock(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the version and the SHA-256 hashes of each library of a lock, by name."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if pin := re.match(r"([\w.-]+)==(\S+)", entry):
            found[canonicalize_name(pin[1])] = (pin[2], tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)))
    return found


def complete(listed: dict[str, Any], lock: dict[str, tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """Return the bill of what runs: the components of ``listed`` that the lock holds, or that it cannot hold."""
    wanted = {*lock, *UNLOCKED}
    kept = [_component(one, lock) for one in listed["components"] if canonicalize_name(one["name"]) in wanted]
    references = {one["bom-ref"] for one in kept} | {"root-component"}
    dependencies = [
        {**one, "dependsOn": [needed for needed in one.get("dependsOn", ()) if needed in references]}
        for one in listed.get("dependencies", ())
        if one["ref"] in references
    ]
    return {**listed, "components": kept, "dependencies": dependencies}


def _component(listed: dict[str, Any], lock: dict[str, tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    name = canonicalize_name(listed["name"])
    version, hashes = lock.get(name, (listed["version"].partition("+")[0], ()))
    # Where a library was installed from on this machine concerns nobody else.
    kept = {key: value for key, value in listed.items() if key not in ("externalReferences", "properties")}
    kept |= {"version": version, "purl": f"pkg:pypi/{name}@{version}"}
    if not kept.get("licenses"):
        kept["licenses"] = [{"license": {"name": _licence(name)}}]
    if hashes:
        address = f"https://pypi.org/project/{name}/{version}/"
        contents = [{"alg": "SHA-256", "content": one} for one in hashes]
        kept["externalReferences"] = [{"type": "distribution", "url": address, "hashes": contents}]
    return kept


def _licence(name: str) -> str:
    """Return the licence that a library states in its own words."""
    told = metadata.metadata(name)
    classified = [one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if one.startswith("License")]
    said = told["License"] or ", ".join(classified) or "voir le paquet"
    return str(said).partition("\n")[0]


def main() -> None:
    """Complete the list read on standard input."""
    bill = complete(json.load(sys.stdin), read_lock(LOCK.read_text(encoding="utf-8")))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(bill, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(bill['components'])} bibliothèques écrites dans {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
