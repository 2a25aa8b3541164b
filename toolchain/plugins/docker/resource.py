"""What every kind of resource on a Docker engine can do."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker.engine import Engine
from toolchain.plugins.docker.kinds import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """One resource as the program declares it.

    Attributes:
        urn: Its URN.
        inputs: Plain, with all defaults.
        log: Where words for the user go while something takes long.
        timeout_s: The user's own limit for the call; 0 for none.
    """

    urn: str
    inputs: Properties
    log: EngineLog
    timeout_s: float = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it is.

    Attributes:
        id: By which it is found again.
        outputs: What Docker says that the program does not.
        drifted: Those inputs that say something else than what is there, with what is there.
        inputs: The inputs that would make it, for an import; empty when nobody asked.
    """

    id: str
    outputs: Properties
    drifted: Properties
    inputs: Properties


class Resource(ABC):
    """One kind of resource on one engine."""

    kind: Kind

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @abstractmethod
    def create(self, wanted: Wanted) -> Found:
        """Makes it, or takes over what a killed run of the same resource made of it.

        Raises:
            ProviderError: It cannot be made, and why; nothing is left of it.
            NotReadyError: It is there, but is not what it should be.
        """

    @abstractmethod
    def read(self, resource_id: str, inputs: Properties) -> Found | None:
        """Looks at it; without `inputs` it is to be imported, and `resource_id` may be its name. None if it is gone."""

    @abstractmethod
    def update(self, resource_id: str, wanted: Wanted) -> Found:
        """Changes what can be changed without making it anew."""

    @abstractmethod
    def delete(self, resource_id: str, inputs: Properties) -> None:
        """Removes it; one that is gone already is as good."""


class NotReadyError(Exception):
    """A resource is there, but is not what it should be.

    Attributes:
        found: The resource as it is.
        reasons: Why, a sentence each.
    """

    def __init__(self, found: Found, *reasons: str) -> None:
        super().__init__(*reasons)
        self.found = found
        self.reasons = reasons
