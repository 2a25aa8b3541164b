"""The queue before the model: rows of several requests go through it in one run."""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from model_service.metrics import QueueMetrics
from model_service.model import Floats


class FullError(Exception):
    """The queue holds all that it may.

    Attributes:
        seconds: after how long to come again: what waits is done by then.
    """

    def __init__(self, seconds: int) -> None:
        super().__init__("the queue is full")
        self.seconds = seconds


@dataclass(frozen=True)
class _Waiting:
    rows: Floats
    since: float
    answer: asyncio.Future[Floats]


class Batches:
    """Gathers rows until a batch is full or its first has waited long enough, and runs one batch at a time.

    It belongs to one event loop, in which it works from the first request on; the runs happen in a thread of its own.
    Once nobody asks any more, what waits is finished: a caller is answered or told why not.

    Args:
        run: the model.
        most: rows of a batch, and of a request.
        wait: seconds that the first of a batch waits for others.
        bound: rows that may wait.
        metrics: where all of it is told.
    """

    def __init__(
        self, run: Callable[[Floats], Floats], most: int, wait: float, bound: int, metrics: QueueMetrics
    ) -> None:
        self._run, self._most, self._wait, self._bound, self._metrics = run, most, wait, bound, metrics
        self._queue = deque[_Waiting]()
        self._depth = 0
        self._changed = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, "model")
        self._work: asyncio.Task[None] | None = None
        self._last_run = 0.0

    async def answer(self, rows: Floats) -> Floats:
        """What the model makes of rows `[count, width]`, once their turn has come.

        Raises:
            FullError: no more may wait.
        """
        if self._depth + len(rows) > self._bound:
            self._metrics.refused.inc()
            raise FullError(max(1, math.ceil(self._last_run * self._depth / self._most)))
        loop = asyncio.get_running_loop()
        waiting = _Waiting(rows, loop.time(), loop.create_future())
        self._queue.append(waiting)
        self._grow(len(rows))
        if self._work is None:
            self._work = loop.create_task(self._batches())
        return await waiting.answer

    def _grow(self, rows: int) -> None:
        self._depth += rows
        self._metrics.depth.set(self._depth)
        self._changed.set()

    async def _batches(self) -> None:
        while True:
            batch = await self._gathered()
            # Whoever has left in the meantime needs no answer.
            batch = [each for each in batch if not each.answer.done()]
            if batch:
                await self._answered(batch)

    async def _gathered(self) -> list[_Waiting]:
        """The next batch, which is never empty."""
        loop = asyncio.get_running_loop()
        while not self._queue:
            await self._next(None)
        until = self._queue[0].since + self._wait
        while self._depth < self._most and (left := until - loop.time()) > 0:
            await self._next(left)
        batch, rows = list[_Waiting](), 0
        while self._queue and rows + len(self._queue[0].rows) <= self._most:
            rows += len(self._queue[0].rows)
            batch.append(self._queue.popleft())
        self._grow(-rows)
        return batch

    async def _next(self, seconds: float | None) -> None:
        """Waits until something is put into the queue, or for so long."""
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), seconds)

    async def _answered(self, batch: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        rows = np.concatenate([each.rows for each in batch])
        began = loop.time()
        for each in batch:
            self._metrics.wait.observe(began - each.since)
        self._metrics.rows.observe(len(rows))
        try:
            made = await loop.run_in_executor(self._thread, self._run, rows)
        except Exception as error:  # whatever it was, each caller is told, and the next batch has its turn
            for each in batch:
                if not each.answer.done():
                    each.answer.set_exception(error)
            return
        finally:
            self._last_run = loop.time() - began
            self._metrics.inference.observe(self._last_run)
        at = 0
        for each in batch:
            if not each.answer.done():
                each.answer.set_result(made[at : at + len(each.rows)])
            at += len(each.rows)
