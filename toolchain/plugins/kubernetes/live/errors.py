"""How a call to an API server fails."""

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import sections, text


class ApiError(ProviderError):
    """The API server refused.

    Attributes:
        status: The HTTP status.
        reason: Kubernetes' word for it, such as "AlreadyExists".
        causes: Of the refusal, as the server lists them: `reason`, `message`, `field`.
    """

    def __init__(self, status: int, body: Properties | str) -> None:
        answer = body if isinstance(body, dict) else {}
        message = text(answer, "message") or (body if isinstance(body, str) else "") or f"HTTP status {status}"
        super().__init__(message)
        self.status = status
        self.reason = text(answer, "reason")
        self.causes = sections(answer, "details", "causes")


class UnreachableError(ProviderError):
    """Nobody answers at the server's address."""


class CancelledError(ProviderError):
    """The user pressed Ctrl-C."""
