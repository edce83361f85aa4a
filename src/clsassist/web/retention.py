"""What is kept no longer than said, whether anybody looks at it or not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from clsassist.errors import ClsAssistError

logger = logging.getLogger(__name__)

DAY_SECONDS = 86_400


def retain_during(app: FastAPI, enforce: Callable[[], object], wait_seconds: float = DAY_SECONDS) -> None:
    """Erase what is too old when a service starts, then every day until it stops."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(started: FastAPI) -> AsyncIterator[object]:
        keeping = asyncio.create_task(_keep(enforce, wait_seconds))
        try:
            async with inner(started) as state:
                yield state
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    app.router.lifespan_context = lifespan  # type: ignore[assignment]


async def _keep(enforce: Callable[[], object], wait_seconds: float) -> None:
    while True:
        try:
            await asyncio.to_thread(enforce)
        except ClsAssistError as error:
            # Tried again the next day; whoever looks at the opinions is told too.
            logger.warning("%s", error)
        await asyncio.sleep(wait_seconds)
