"""How it is seen whether a workload has started, lives and is ready."""

from typing import Annotated

from pydantic import AfterValidator

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.refusal import Refusal, refused
from components.spec.values import Seconds


def _url_path(text: str) -> str:
    if not text.startswith("/") or any(character.isspace() for character in text):
        raise refused(
            Refusal(allowed="a URL path, beginning with `/`, without spaces", mend="write for example `/health`")
        )
    return text


UrlPath = Annotated[str, AfterValidator(_url_path)]
"""The path of a URL."""


class Probes(Spec):
    """HTTP probes on the main port, or a command in the container."""

    command: Items[str] = ()
    """Run in the container in place of HTTP requests: it ends with 0 while all is well. For services that speak
    something else than HTTP. A Docker host without it uses the check that the image brings (`HEALTHCHECK`)."""

    liveness_path: UrlPath = defaults.LIVENESS_PATH
    """Answers while the process is worth keeping. It must not ask other services, or one outage restarts everything."""

    readiness_path: UrlPath = defaults.READINESS_PATH
    """Answers while requests are welcome."""

    startup_seconds: Seconds | None = None
    """How long it may take to start. By profile: 40 for `api`, 60 for `vector`, 600 for `model`."""

    liveness_period_seconds: Seconds = defaults.LIVENESS_PERIOD
    """Seconds between liveness probes."""

    readiness_period_seconds: Seconds = defaults.READINESS_PERIOD
    """Seconds between readiness probes."""

    timeout_seconds: Seconds = defaults.PROBE_TIMEOUT
    """Seconds until a probe counts as failed."""
