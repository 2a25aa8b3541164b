"""The API: `/predict`, and a `/health` that asks the model."""

from typing import Annotated, Any, cast

import numpy as np
from fastapi import APIRouter, HTTPException
from http_service.api import Model as Body
from http_service.api import application, authorised
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.process import Service
from pydantic import Field

from model_service.batching import Batches, FullError
from model_service.metrics import QueueMetrics
from model_service.model import Floats, Model
from model_service.pulse import Pulse
from model_service.served import Served
from model_service.settings import ModelSettings

Row = list[Annotated[float, Field(ge=-3e38, le=3e38)]]
"""Numbers that 32 bits can hold."""


class Asked(Body):
    """Rows to judge, at most a batch of them, each as wide as the model's input."""

    rows: Annotated[list[Row], Field(min_length=1)]


class Guess(Body):
    """The likeliest label of a row, and its chance from 0 to 1."""

    label: str
    chance: float


class Judged(Body):
    """A guess for each row, in their order."""

    model: str
    predictions: list[Guess]


def build_service(settings: ModelSettings, lifecycle: Lifecycle, metrics: Metrics) -> Service:
    """The whole service.

    Args:
        settings: the model, the queue, the API key, if one is asked for, and the largest body.
        lifecycle: what `/ready` tells, and whether callers are asked to close their connections.
        metrics: where requests, the queue and the model's runs are counted.
    """
    served = Served(settings)
    router = _predict(authorised(settings.api_key), served, settings, QueueMetrics(metrics.registry))
    app = application("model-service", router, settings, lifecycle, metrics, alive=Pulse(served.answers).beats)
    return Service(app, prepare=served.load)


def _predict(guard: Any, served: Served, settings: ModelSettings, metrics: QueueMetrics) -> APIRouter:
    router = APIRouter(dependencies=[guard])

    def run(rows: Floats) -> Floats:
        return _loaded(served).run(rows)

    most = settings.max_batch
    batches = Batches(run, most, settings.max_wait_seconds, most * settings.queue_batches, metrics)

    async def predict(asked: Asked) -> Judged:
        """The likeliest label of each row; 503 with `Retry-After` when more wait than can be answered soon."""
        model = _loaded(served)
        try:
            chances = await batches.answer(_rows(asked.rows, model.width, most))
        except FullError as error:
            raise _later("the queue is full", error.seconds) from None
        best = cast(list[int], chances.argmax(axis=1).tolist())
        guesses = [
            Guess(label=model.labels[place], chance=float(row[place])) for row, place in zip(chances, best, strict=True)
        ]
        return Judged(model=model.name, predictions=guesses)

    router.add_api_route("/predict", predict, methods=["POST"], responses={503: {}})
    return router


def _loaded(served: Served) -> Model:
    if served.model is None:
        raise _later("the model is being loaded", 1)
    return served.model


def _later(why: str, seconds: int) -> HTTPException:
    return HTTPException(503, why, headers={"Retry-After": str(seconds)})


def _rows(given: list[Row], width: int, most: int) -> Floats:
    """Rows as the model takes them.

    Raises:
        HTTPException: 422, for rows of another width, or too many.
    """
    if len(given) > most:
        raise HTTPException(422, f"rows: {len(given)}; allowed: {most} or fewer")
    for index, row in enumerate(given):
        if len(row) != width:
            raise HTTPException(422, f"rows[{index}]: {len(row)} numbers; allowed: {width}")
    return np.asarray(given, np.float32)
