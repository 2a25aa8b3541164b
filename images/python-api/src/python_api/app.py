"""The API: text utilities under `/v1`."""

from typing import Annotated

from fastapi import APIRouter
from http_service.api import Model, application, authorised
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.process import Service
from http_service.settings import Settings
from pydantic import Field, SecretStr, model_validator

from python_api import text

# The limits keep the dearest request below a second of one core.
Text = Annotated[str, Field(max_length=100_000)]
ShortText = Annotated[str, Field(max_length=5_000)]


class Pair(Model):
    """Two texts to compare."""

    left: Text
    right: Text


class Likeness(Model):
    """From 0 (nothing in common) to 1 (alike but for case and white space)."""

    score: float


class Ranking(Model):
    """A query and what to order by likeness to it; the best `top` are wanted."""

    query: ShortText
    candidates: Annotated[list[ShortText], Field(max_length=200)]
    top: Annotated[int, Field(ge=1, le=200)] = 10


class Place(Model):
    """A candidate's index in the request, and its likeness to the query."""

    index: int
    score: float


class Ranked(Model):
    """Candidates by falling likeness."""

    ranked: list[Place]


class Cutting(Model):
    """A text to cut into pieces of at most `size` characters, each repeating `overlap` of the one before."""

    text: Text
    size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    overlap: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _progress(self) -> "Cutting":
        # Half, so that the pieces together are at most about twice the text.
        if self.overlap * 2 > self.size:
            raise ValueError("overlap may be at most half of size")
        return self


class Piece(Model):
    """`text[start:end]`."""

    start: int
    end: int
    text: str


class Pieces(Model):
    """The pieces in the order of the text."""

    chunks: list[Piece]


def build_service(settings: Settings, lifecycle: Lifecycle, metrics: Metrics) -> Service:
    """The whole service.

    Args:
        settings: the API key, if one is asked for, and the largest body.
        lifecycle: what `/ready` tells, and whether callers are asked to close their connections.
        metrics: where requests are counted.
    """
    return Service(application("python-api", _text(settings.api_key), settings, lifecycle, metrics))


def _text(key: SecretStr | None) -> APIRouter:
    router = APIRouter(dependencies=[authorised(key)])

    # Plain functions: they compute, so they run in worker threads.
    def similarity(pair: Pair) -> Likeness:
        """How alike two texts are."""
        return Likeness(score=text.similarity(pair.left, pair.right))

    def rank(ranking: Ranking) -> Ranked:
        """The candidates most alike a query."""
        best = text.rank(ranking.query, ranking.candidates)[: ranking.top]
        return Ranked(ranked=[Place(index=each.index, score=each.score) for each in best])

    def chunks(cutting: Cutting) -> Pieces:
        """A text in pieces, for whatever takes texts of limited length."""
        found = text.chunks(cutting.text, cutting.size, cutting.overlap)
        return Pieces(
            chunks=[Piece(start=each.start, end=each.end, text=cutting.text[each.start : each.end]) for each in found]
        )

    # Whole paths rather than a prefix: a route is known to the metrics by its own path.
    router.add_api_route("/v1/similarity", similarity, methods=["POST"])
    router.add_api_route("/v1/rank", rank, methods=["POST"])
    router.add_api_route("/v1/chunks", chunks, methods=["POST"])
    return router
