"""Whether the service should get traffic."""

from enum import Enum


class Phase(Enum):
    """A service starts, is ready, and drains; it never goes back."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Lifecycle:
    """The one phase of the process."""

    def __init__(self) -> None:
        self._phase = Phase.STARTING

    @property
    def phase(self) -> Phase:
        """The present phase."""
        return self._phase

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here."""
        return self._phase is Phase.READY

    def started(self) -> None:
        """The service can answer. Too late once it drains."""
        if self._phase is Phase.STARTING:
            self._phase = Phase.READY

    def drain(self) -> None:
        """No further traffic is wanted."""
        self._phase = Phase.DRAINING
