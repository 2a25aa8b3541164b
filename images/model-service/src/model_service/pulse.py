"""Whether the model still answers, found out by asking it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

PATIENCE_S = 1.5
"""Seconds for one answer; probes wait 2 or 3."""


class Pulse:
    """Asks beside the queue: a full one is no illness. In a thread of its own, of which a stuck model takes one only.

    Args:
        ask: asks the model; whether it answered well.
        patience: seconds to wait for that.
    """

    def __init__(self, ask: Callable[[], bool], patience: float = PATIENCE_S) -> None:
        self._ask, self._patience = ask, patience
        self._thread = ThreadPoolExecutor(1, "pulse")
        self._asked: Future[bool] | None = None

    async def beats(self) -> bool:
        """Whether the model answered well, and in time."""
        if self._asked is None or self._asked.done():
            self._asked = self._thread.submit(self._ask)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._asked)), self._patience)
        except Exception:  # whatever it was, and that it took too long, is no answer
            return False
