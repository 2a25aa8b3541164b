"""The API: probes, and text utilities under `/v1`."""

import hmac
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from starlette.types import ASGIApp

from python_api import text
from python_api.leaving import Leaving
from python_api.lifecycle import Lifecycle
from python_api.limits import BodyLimit
from python_api.metrics import Metrics
from python_api.observe import Observed
from python_api.settings import Settings

# The limits keep the dearest request below a second of one core.
Text = Annotated[str, Field(max_length=100_000)]
ShortText = Annotated[str, Field(max_length=5_000)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(_Model):
    """What a probe gets."""

    status: str


class Pair(_Model):
    """Two texts to compare."""

    left: Text
    right: Text


class Likeness(_Model):
    """From 0 (nothing in common) to 1 (alike but for case and white space)."""

    score: float


class Ranking(_Model):
    """A query and what to order by likeness to it; the best `top` are wanted."""

    query: ShortText
    candidates: Annotated[list[ShortText], Field(max_length=200)]
    top: Annotated[int, Field(ge=1, le=200)] = 10


class Place(_Model):
    """A candidate's index in the request, and its likeness to the query."""

    index: int
    score: float


class Ranked(_Model):
    """Candidates by falling likeness."""

    ranked: list[Place]


class Cutting(_Model):
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


class Piece(_Model):
    """`text[start:end]`."""

    start: int
    end: int
    text: str


class Pieces(_Model):
    """The pieces in the order of the text."""

    chunks: list[Piece]


def build_app(settings: Settings, lifecycle: Lifecycle, metrics: Metrics) -> ASGIApp:
    """The whole application.

    Args:
        settings: the API key, if one is asked for, and the largest body.
        lifecycle: what `/ready` tells, and whether callers are asked to close their connections.
        metrics: where requests are counted.
    """
    # The documentation pages load scripts from elsewhere; the description itself stays at /openapi.json.
    api = FastAPI(title="python-api", version="1", docs_url=None, redoc_url=None)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.include_router(_probes(lifecycle))
    api.include_router(_text(settings.api_key))
    metrics.ready.set_function(lambda: float(lifecycle.ready))
    return Observed(Leaving(BodyLimit(api, settings.max_body_bytes), lifecycle), metrics)


def _probes(lifecycle: Lifecycle) -> APIRouter:
    router = APIRouter()

    # Coroutines, so that they are answered while every worker thread is busy.
    async def health() -> Status:
        """Alive. True as long as an answer comes at all: a restart mends nothing else."""
        return Status(status="ok")

    async def ready(response: Response) -> Status:
        """Whether requests should be sent here; 503 while starting or draining."""
        response.status_code = 200 if lifecycle.ready else 503
        return Status(status=lifecycle.phase.value)

    router.add_api_route("/health", health)
    router.add_api_route("/ready", ready, responses={503: {"model": Status}})
    return router


def _text(key: SecretStr | None) -> APIRouter:
    router = APIRouter(dependencies=[_authorised(key)])

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


def _authorised(key: SecretStr | None) -> Any:
    bearer = HTTPBearer(auto_error=False)

    async def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if key is None:
            return
        offered = given.credentials if given else ""
        if not hmac.compare_digest(offered.encode(), key.get_secret_value().encode()):
            raise HTTPException(401, "a valid key is needed", headers={"WWW-Authenticate": "Bearer"})

    return Depends(check)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What is wrong and where, without the input that FastAPI would echo."""
    del request
    found = cast(RequestValidationError, error).errors()
    detail = [{key: each[key] for key in ("loc", "msg", "type")} for each in found]
    return JSONResponse({"detail": detail}, status_code=422)
