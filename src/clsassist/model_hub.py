"""The public hub of models: asked only when a deployer allows it, and not for long when it does not answer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_SECONDS = 10.0
_ADDRESS = "https://huggingface.co"
_NO = ("0", "false", "no", "off", "")


def settle_hub(model: str) -> None:
    """Before a model is loaded: when the hub is allowed but does not answer, look on this machine alone.

    Otherwise each file of the model would be asked for again and again, for minutes. Call it before the libraries of
    models are imported: they read their settings once.
    """
    if Path(model).exists() or os.environ.get("HF_HUB_OFFLINE", "").lower() not in _NO or _answers():
        return
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    if constants := sys.modules.get("huggingface_hub.constants"):
        vars(constants)["HF_HUB_OFFLINE"] = True


def _answers() -> bool:
    import httpx

    try:
        httpx.head(os.environ.get("HF_ENDPOINT") or _ADDRESS, timeout=_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True
