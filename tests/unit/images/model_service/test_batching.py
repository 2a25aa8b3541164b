"""The queue, before a model that doubles what it is given and waits until the test lets it go on."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from model_service.batching import Batches, FullError
from model_service.metrics import QueueMetrics
from model_service.model import Floats
from prometheus_client import CollectorRegistry

LONG = 60.0
"""Seconds that no test waits for: what happens before has another reason."""


class Doubling:
    """A model that notes how many rows each run had; held until `go` is set."""

    def __init__(self, held: bool = False) -> None:
        self.runs = list[int]()
        self.began, self.go = threading.Event(), threading.Event()
        if not held:
            self.go.set()

    def __call__(self, rows: Floats) -> Floats:
        self.runs.append(len(rows))
        self.began.set()
        assert self.go.wait(LONG)
        if (rows < 0).any():
            raise ValueError("negative")
        return rows * 2


class Desk:
    """A queue, its model and its metrics."""

    def __init__(self, model: Doubling, most: int = 4, wait: float = 0.0, bound: int = 8) -> None:
        self.model, self.registry = model, CollectorRegistry()
        self.batches = Batches(model, most, wait, bound, QueueMetrics(self.registry))

    def sample(self, name: str) -> float:
        value = self.registry.get_sample_value(name)
        assert value is not None
        return value

    async def asked(self, *values: float) -> list[float]:
        made = await self.batches.answer(np.array([[value] for value in values], np.float32))
        return [float(each) for each in made[:, 0]]

    async def held(self, *values: float) -> asyncio.Task[list[float]]:
        """A request whose run has begun."""
        task = asyncio.create_task(self.asked(*values))
        await asyncio.to_thread(self.model.began.wait, LONG)
        assert self.model.began.is_set()
        return task


def play(scene: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(scene(), LONG)

    asyncio.run(bounded())


def test_each_caller_gets_the_answer_to_its_own_rows() -> None:
    async def scene() -> None:
        desk = Desk(Doubling(), wait=LONG)
        # three requests of four rows are one full batch, so that nobody waits the time out
        assert await asyncio.gather(desk.asked(1), desk.asked(2, 3), desk.asked(4)) == [[2], [4, 6], [8]]
        assert desk.model.runs == [4]

    play(scene)


def test_what_comes_while_the_model_runs_is_the_next_batch() -> None:
    async def scene() -> None:
        desk = Desk(Doubling(held=True))
        first = await desk.held(1)
        others = [asyncio.create_task(desk.asked(value)) for value in (2, 3, 4)]
        await asyncio.sleep(0)
        assert desk.sample("model_queue_depth") == 3
        desk.model.go.set()
        assert await asyncio.gather(first, *others) == [[2], [4], [6], [8]]
        assert desk.model.runs == [1, 3]
        assert desk.sample("model_queue_depth") == 0
        assert desk.sample("model_queue_wait_seconds_count") == 4
        assert desk.sample("model_inference_seconds_count") == 2

    play(scene)


def test_a_lone_row_waits_no_longer_than_it_has_to() -> None:
    async def scene() -> None:
        assert await Desk(Doubling(), wait=0.01).asked(1) == [2]

    play(scene)


def test_a_batch_is_never_larger_than_it_may_be() -> None:
    async def scene() -> None:
        desk = Desk(Doubling(held=True))
        first = await desk.held(1)
        others = [asyncio.create_task(desk.asked(2, 3, 4)) for _ in range(2)]
        await asyncio.sleep(0)
        desk.model.go.set()
        await asyncio.gather(first, *others)
        assert desk.model.runs == [1, 3, 3]

    play(scene)


def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    async def scene() -> None:
        desk = Desk(Doubling(held=True), bound=4)
        first = await desk.held(1)
        waiting = asyncio.create_task(desk.asked(1, 2, 3, 4))
        await asyncio.sleep(0)
        with pytest.raises(FullError) as refused:
            await desk.asked(5)
        assert refused.value.seconds >= 1
        assert desk.sample("model_queue_refused_total") == 1
        # and who waits is answered all the same
        desk.model.go.set()
        assert await asyncio.gather(first, waiting) == [[2], [2, 4, 6, 8]]

    play(scene)


def test_a_run_that_fails_fails_its_own_callers_only() -> None:
    async def scene() -> None:
        desk = Desk(Doubling())
        with pytest.raises(ValueError, match="negative"):
            await desk.asked(-1)
        assert await desk.asked(1) == [2]

    play(scene)


def test_whoever_has_left_is_not_computed_for() -> None:
    async def scene() -> None:
        desk = Desk(Doubling(held=True))
        first = await desk.held(1)
        left = asyncio.create_task(desk.asked(2, 3))
        await asyncio.sleep(0)
        left.cancel()
        last = asyncio.create_task(desk.asked(4))
        desk.model.go.set()
        assert await asyncio.gather(first, last) == [[2], [8]]
        assert desk.model.runs == [1, 1]

    play(scene)
