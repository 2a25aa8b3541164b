"""What the API of every service has: probes, a key if one is asked for, and errors that repeat no input."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.types import ASGIApp

from http_service.leaving import Leaving
from http_service.lifecycle import Lifecycle
from http_service.limits import BodyLimit
from http_service.metrics import Metrics
from http_service.observe import Observed
from http_service.settings import Settings


class Model(BaseModel):
    """A body: nothing in it that is not named."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Status(Model):
    """What a probe gets."""

    status: str


async def _alive() -> bool:
    return True


def application(
    title: str,
    router: APIRouter,
    settings: Settings,
    lifecycle: Lifecycle,
    metrics: Metrics,
    alive: Callable[[], Awaitable[bool]] = _alive,
) -> ASGIApp:
    """A whole application.

    Args:
        title: its name.
        router: its own work.
        settings: the largest body.
        lifecycle: what `/ready` tells, and whether callers are asked to close their connections.
        metrics: where requests are counted.
        alive: whether the service is well, for `/health`; left out, it is as long as an answer comes at all.
    """
    # The documentation pages load scripts from elsewhere; the description itself stays at /openapi.json.
    api = FastAPI(title=title, version="1", docs_url=None, redoc_url=None)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.include_router(_probes(lifecycle, alive))
    api.include_router(router)
    metrics.ready.set_function(lambda: float(lifecycle.ready))
    return Observed(Leaving(BodyLimit(api, settings.max_body_bytes), lifecycle), metrics)


def authorised(key: SecretStr | None) -> Any:
    """A dependency of routes: lets through who brings the key; everyone, if there is none."""
    bearer = HTTPBearer(auto_error=False)

    async def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if key is None:
            return
        offered = given.credentials if given else ""
        if not hmac.compare_digest(offered.encode(), key.get_secret_value().encode()):
            raise HTTPException(401, "a valid key is needed", headers={"WWW-Authenticate": "Bearer"})

    return Depends(check)


def _probes(lifecycle: Lifecycle, alive: Callable[[], Awaitable[bool]]) -> APIRouter:
    router = APIRouter()

    # Coroutines, so that they are answered while every worker thread is busy.
    async def health(response: Response) -> Status:
        """Whether all is well that a restart could mend; 503 if not."""
        well = await alive()
        response.status_code = 200 if well else 503
        return Status(status="ok" if well else "failing")

    async def ready(response: Response) -> Status:
        """Whether requests should be sent here; 503 while starting or draining."""
        response.status_code = 200 if lifecycle.ready else 503
        return Status(status=lifecycle.phase.value)

    router.add_api_route("/health", health, responses={503: {"model": Status}})
    router.add_api_route("/ready", ready, responses={503: {"model": Status}})
    return router


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What is wrong and where, without the input that FastAPI would echo."""
    del request
    found = cast(RequestValidationError, error).errors()
    detail = [{key: each[key] for key in ("loc", "msg", "type")} for each in found]
    return JSONResponse({"detail": detail}, status_code=422)
