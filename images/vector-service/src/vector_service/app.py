"""The API: vectors under `/v1`."""

import functools
import json
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Annotated, ParamSpec, TypeVar

import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Path
from http_service.api import Model, application, authorised
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.process import CannotServeError, Service
from pydantic import AfterValidator, Field, model_validator

from vector_service.change import Delete, Floats, Put
from vector_service.log import BrokenError, ClosedError, LogError
from vector_service.settings import Settings
from vector_service.store import FullError, RefusedError, Store
from vector_service.telling import tell
from vector_service.vectors import Metric

_log = logging.getLogger("vector_service")

LARGEST = 1e16
"""The largest number in a vector, so that products of the longest vectors stay within single precision."""

SHORTEST = 1e-12
"""The shortest vector: one without length has no direction, so a cosine says nothing."""


def _numbers(values: list[float]) -> list[float]:
    array = np.asarray(values, np.float64)
    if not np.all(np.abs(array) <= LARGEST):
        raise ValueError(f"allowed: numbers from {-LARGEST:g} to {LARGEST:g}")
    if np.linalg.norm(array) < SHORTEST:
        raise ValueError(f"allowed: a vector with a length of {SHORTEST:g} or more")
    return values


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@-]{1,200}$")]
Values = Annotated[list[float], Field(min_length=1, max_length=4096), AfterValidator(_numbers)]
Word = Annotated[str, Field(min_length=1, max_length=64)]
Text = Annotated[str, Field(max_length=1000)]


class Item(Model):
    """A vector, and words about it that a search gives back."""

    id: Id
    values: Values
    metadata: dict[Word, Text] = Field(default={}, max_length=16)


class Items(Model):
    """Vectors to put in, in the place of those with the same ids: all of them, or none."""

    vectors: Annotated[list[Item], Field(min_length=1, max_length=1000)]

    @model_validator(mode="after")
    def _alike(self) -> "Items":
        if len({len(each.values) for each in self.vectors}) > 1:
            raise ValueError("allowed: vectors of one length")
        if len({each.id for each in self.vectors}) < len(self.vectors):
            raise ValueError("allowed: each id once")
        return self


class Ids(Model):
    """Vectors to take out; those that are not here are none's fault."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class Query(Model):
    """What to look for: the `top` vectors with the highest cosine to `values`, or with the highest dot product."""

    values: Values
    top: Annotated[int, Field(ge=1, le=1000)] = 10
    metric: Metric = "cosine"


class Hit(Model):
    """A vector that was found."""

    id: str
    score: float
    metadata: dict[str, str]


class Hits(Model):
    """What was found, the highest score first."""

    found: list[Hit]


class Count(Model):
    """How many vectors a change put in or took out."""

    count: int


class Stock(Model):
    """What the store holds. `dimension` is 0 while it is empty."""

    count: int
    dimension: int
    bytes: int
    most_bytes: int


P = ParamSpec("P")
R = TypeVar("R")


def build_service(settings: Settings, lifecycle: Lifecycle, metrics: Metrics) -> Service:
    """The whole service.

    Args:
        settings: the folder of the log, the size of the store, the API key, if one is asked for.
        lifecycle: what `/ready` tells: only once the log was read.
        metrics: where requests are counted, and what the store holds is told.
    """
    store = Store(settings.data, settings.max_store_bytes)
    tell(store, metrics.registry)
    router = APIRouter(dependencies=[authorised(settings.api_key), Depends(_opened(store))])
    _add_routes(router, store)

    def prepare() -> None:
        try:
            store.open()
        except (LogError, ValueError) as error:
            raise CannotServeError(str(error)) from error

    return Service(application("vector-service", router, settings, lifecycle, metrics), prepare, store.close)


def _opened(store: Store) -> Callable[[], Awaitable[None]]:
    async def check() -> None:
        if not store.opened:
            raise HTTPException(503, "the log is being read", headers={"Retry-After": "1"})

    return check


def _add_routes(router: APIRouter, store: Store) -> None:
    # Plain functions: they compute and wait for the disk, so they run in worker threads.
    @_told
    def put(items: Items) -> Count:
        """Put vectors in. They are on the disk when the answer comes."""
        ids = [each.id for each in items.vectors]
        metadata = [json.dumps(each.metadata, separators=(",", ":")) if each.metadata else "" for each in items.vectors]
        store.put(Put(ids, np.asarray([each.values for each in items.vectors], np.float32), metadata))
        return Count(count=len(ids))

    @_told
    def delete(ids: Ids) -> Count:
        """Take vectors out."""
        return Count(count=store.delete(Delete(list(dict.fromkeys(ids.ids)))))

    @_told
    def search(query: Query) -> Hits:
        """The vectors with the highest scores. Exact: every vector is compared."""
        found = store.search(_array(query.values), query.top, query.metric)
        return Hits(found=[Hit(id=each.id, score=each.score, metadata=_words(each.metadata)) for each in found])

    @_told
    def get(name: Annotated[Id, Path(alias="id")]) -> Item:
        """One vector."""
        here = store.get(name)
        if here is None:
            raise HTTPException(404, f"no vector has the id {name}")
        values, metadata = here
        return Item.model_construct(id=name, values=values.tolist(), metadata=_words(metadata))

    def stock() -> Stock:
        """What the store holds."""
        return Stock(count=len(store), dimension=store.dimension, bytes=store.size, most_bytes=store.most)

    router.add_api_route("/v1/vectors", put, methods=["POST"])
    router.add_api_route("/v1/vectors", stock)
    router.add_api_route("/v1/vectors/{id}", get)
    router.add_api_route("/v1/delete", delete, methods=["POST"])
    router.add_api_route("/v1/search", search, methods=["POST"])


def _array(values: list[float]) -> Floats:
    return np.asarray(values, np.float32)


def _words(metadata: str) -> dict[str, str]:
    return json.loads(metadata) if metadata else {}


def _told(route: Callable[P, R]) -> Callable[P, R]:
    """Answer what the store refuses: 422 what can't be, 409 no room, 507 no disk, 503 a failed disk."""

    @functools.wraps(route)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return route(*args, **kwargs)
        except FullError as error:
            raise HTTPException(409, str(error)) from None
        except RefusedError as error:
            raise HTTPException(422, str(error)) from None
        except BrokenError as error:
            # What is on the disk is known only when it is read again: by the process that comes after this one.
            _log.error("%s; ending, to read it again", error)
            os.kill(os.getpid(), signal.SIGTERM)
            raise HTTPException(503, "the disk failed") from None
        except ClosedError as error:
            raise HTTPException(503, str(error)) from None
        except LogError as error:
            _log.error(str(error))
            raise HTTPException(507, "the disk took no more; nothing was changed") from None

    return answered
