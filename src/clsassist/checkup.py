"""What to look at in a configuration and on a machine: each look gives French sentences, none when all is well."""

from __future__ import annotations

import errno
import math
import os
import re
import socket
import tempfile
from collections.abc import Iterator, Mapping
from importlib import metadata, resources, util
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from clsassist.settings import Settings

_PREFIX = "CLSASSIST_"
# As many letters apart as a slip of the fingers.
_LIKE = 80
# SQLite's locks and its journal need a disk of this machine; what is in memory goes with it.
_UNSURE_DISKS = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"}
_FLEETING_DISKS = {"tmpfs", "ramfs"}
# Another way of running the same weights is at 0.99 or more of them; another model is far below.
LEAST_COSINE = 0.98
CANARY = "Quelles actions du contrat local de santé ciblent la maîtrise de stage ?"


class _Heard(dict[str, str]):
    """An environment without variables that remembers which ones it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        """Note the name, and answer that it is not set."""
        self.names.add(key)
        return default


def known_variables() -> frozenset[str]:
    """Return every variable that the settings read."""
    heard = _Heard()
    Settings.from_env(heard)
    return frozenset(name for name in heard.names if name.startswith(_PREFIX))


def find_unknown_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each CLSASSIST_* variable that nothing reads; values, maybe secret, are never said."""
    from rapidfuzz import fuzz, process

    known = sorted(known_variables())
    for name in sorted(environ):
        if not name.startswith(_PREFIX) or name in known:
            continue
        ends = [one.removeprefix(_PREFIX) for one in known]
        close = process.extractOne(name.removeprefix(_PREFIX), ends, scorer=fuzz.ratio, score_cutoff=_LIKE)
        advice = f" : vouliez-vous {_PREFIX}{close[0]} ?" if close else " : retirez-la"
        yield f"la variable {name} n'est lue par rien{advice}"


def find_contradictions(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each setting that another one undoes, or that leaves a door open."""
    yield from _doors(settings)
    page = settings.page
    if page.password and page.password == page.coordinator_password:
        yield "le mot de passe de lecture est aussi celui de coordinateur : choisissez-en deux"
    if page.coordinators and page.auth != "header":
        yield "CLSASSIST_COORDINATORS ne sert qu'avec CLSASSIST_AUTH=header"
    if page.auth == "header" and not page.coordinators:
        yield "CLSASSIST_AUTH=header sans CLSASSIST_COORDINATORS : personne ne peut gérer le corpus"
    if settings.log_questions:
        yield "CLSASSIST_LOG_QUESTIONS écrit les questions dans le journal : à retirer dès la panne trouvée"
    if page.feedback_days == 0:
        yield "CLSASSIST_FEEDBACK_DAYS=0 garde les avis sans limite de durée"
    yield from _model_doubts(settings)
    for name in (f"{_PREFIX}PASSWORD", f"{_PREFIX}COORDINATOR_PASSWORD", f"{_PREFIX}LLM_API_KEY"):
        if environ.get(name) and environ.get(f"{name}_FILE"):
            yield f"{name} et {name}_FILE sont donnés tous deux : seul le fichier est lu"
        yield from _open_secret(name, environ)


def _doors(settings: Settings) -> Iterator[str]:
    page = settings.page
    if _is_loopback(settings.host):
        return
    if page.auth == "none":
        yield f"la page écoute sur {settings.host} sans connexion (CLSASSIST_AUTH=none) : tout le réseau peut lire"
    elif not page.auth and not page.password:
        yield f"la page écouterait sur {settings.host} sans mot de passe : elle refusera de s'ouvrir"


def _model_doubts(settings: Settings) -> Iterator[str]:
    if not settings.llm_url:
        if settings.llm_model or settings.llm_api_key:
            yield "CLSASSIST_LLM_MODEL et CLSASSIST_LLM_API_KEY ne servent à rien sans CLSASSIST_LLM_URL"
        return
    address = urlsplit(settings.llm_url)
    if address.scheme == "http" and not _is_loopback(address.hostname or ""):
        yield f"les questions et les extraits partent en clair vers {address.hostname} : préférez https"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open_secret(name: str, environ: Mapping[str, str]) -> Iterator[str]:
    path = environ.get(f"{name}_FILE", "")
    if path and Path(path).is_file() and Path(path).stat().st_mode & 0o004:
        yield f"tout utilisateur de la machine peut lire le fichier de {name}_FILE : chmod 600"


def find_missing_files(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each file, folder or package that a setting needs and that is not there."""
    logo = settings.page.logo
    if logo is not None and not os.access(logo, os.R_OK):
        yield f"l'image de CLSASSIST_LOGO, « {logo} », ne peut pas être lue : vérifiez son chemin et ses droits"
    if settings.page.mcp and util.find_spec("mcp") is None:
        yield "CLSASSIST_MCP demande le paquet « mcp » : pip install 'clsassist[mcp]'"
    if settings.llm_url and any(util.find_spec(name) is None for name in ("openai", "simplemma")):
        yield "CLSASSIST_LLM_URL demande des paquets qui ne sont pas là : pip install 'clsassist[llm]'"


def find_unwritable(folder: Path, name: str) -> str:
    """Return why nothing can be written in a folder, or in the one where it would be created; '' when it can."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not existing.is_dir():
        return f"« {existing} » n'est pas un dossier : changez {name}"
    try:
        with tempfile.TemporaryFile(dir=existing):
            return ""
    except OSError as error:
        reason = "le disque est en lecture seule" if error.errno == errno.EROFS else (error.strerror or str(error))
        return f"« {existing} » ne peut pas être écrit ({reason}) : vérifiez ses droits, ou changez {name}"


def disk_kind(folder: Path, mounts: str | None = None) -> str:
    """Return the type of the disk that holds a folder, '' when the system does not say."""
    try:
        listed = mounts if mounts is not None else Path("/proc/self/mounts").read_text(encoding="utf-8")
    except OSError:
        return ""
    resolved = folder.resolve()
    found = [(fields[1], fields[2]) for line in listed.splitlines() if len(fields := line.split()) > 2]
    holding = [(len(place), kind) for place, kind in found if resolved.is_relative_to(place.replace("\\040", " "))]
    return max(holding, default=(0, ""))[1]


def doubt_disk(kind: str) -> str:
    """Return why a type of disk is unsure for an index, '' when it is sound."""
    if kind in _UNSURE_DISKS:
        return f"disque partagé ({kind}) : les verrous de SQLite n'y sont pas sûrs, préférez un disque de la machine"
    if kind in _FLEETING_DISKS:
        return f"disque en mémoire ({kind}) : l'index sera perdu à l'arrêt de la machine"
    return ""


def find_busy_port(settings: Settings) -> str:
    """Return why the page could not listen, '' when it could."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            if error.errno == errno.EADDRINUSE:
                return f"{where} est occupé : par le service lui-même s'il tourne, sinon changez CLSASSIST_PORT"
            reason = error.strerror or error
            return f"{where} ne peut pas être employé ({reason}) : changez CLSASSIST_HOST ou CLSASSIST_PORT"
    return ""


def tested_versions(path: Path | None = None) -> dict[str, str]:
    """Return the versions that were tested together, by name; none when the installation does not carry their list."""
    path = path or Path(__file__).resolve().parents[2] / "constraints.txt"
    if not path.is_file():
        return {}
    pins = (re.match(r"([\w.-]+)==([\w.!]+)", line) for line in path.read_text(encoding="utf-8").splitlines())
    return {canonicalize_name(pin.group(1)): pin.group(2) for pin in pins if pin}


def find_untested(tested: Mapping[str, str]) -> Iterator[str]:
    """Yield each library of the product whose version is not the one tested."""
    for name in sorted(required_distributions()):
        installed = metadata.version(name).partition("+")[0]
        if (wanted := tested.get(name)) not in (None, installed):
            yield f"{name} {installed} (éprouvé : {wanted})"


def required_distributions(name: str = "clsassist", extras: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the installed distributions that one needs to run, directly or not."""
    found: set[str] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(name, extras)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        for requirement in map(Requirement, _requires(current[0])):
            if _applies(requirement, current[1]):
                needed = canonicalize_name(requirement.name)
                if _requires(needed) or _is_installed(needed):
                    found.add(needed)
                    waiting.append((needed, frozenset(requirement.extras)))
    return frozenset(found - {name})


def _requires(name: str) -> list[str]:
    return (metadata.requires(name) or []) if _is_installed(name) else []


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def canary_cosine(vector: list[float]) -> float | None:
    """Return how close the vector of CANARY is to that of the model shipped, None for another dimension."""
    text = resources.files("clsassist").joinpath("canary.txt").read_text(encoding="utf-8")
    reference = [float(word) for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    if len(reference) != len(vector):
        return None
    lengths = math.hypot(*reference) * math.hypot(*vector)
    return sum(one * other for one, other in zip(reference, vector, strict=True)) / lengths if lengths else 0.0


def find_server_fault(url: str) -> str:
    """Return why a Chroma server cannot be used, '' when it answers."""
    import httpx

    try:
        answer = httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=10)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # The address may carry a password: only the kind of failure is said.
        kind = type(error).__name__
        return f"le serveur Chroma configuré ne répond pas ({kind}) : démarrez « chroma run »"
    return ""
