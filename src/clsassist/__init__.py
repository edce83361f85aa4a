"""clsassist: exact, cited answers in French over local health plans.

>>> from clsassist import Assistant  # doctest: +SKIP
>>> Assistant.open("index").ask("Quelles actions ciblent la maîtrise de stage ?")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clsassist.assistant import Assistant

__all__ = ["Assistant"]


def __getattr__(name: str) -> object:
    """Import Assistant when it is first asked for: the command line must start without it."""
    if name != "Assistant":
        raise AttributeError(f"module 'clsassist' has no attribute {name!r}")
    from clsassist.assistant import Assistant

    return Assistant
