"""What a container may use: requests reserve, limits cap."""

from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import Field

from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import Cpu, Memory
from policies.values.quantity import parse_quantity


class Amounts(Spec):
    """Processor time, memory and local disk of one container."""

    cpu: Annotated[Cpu, Field(examples=["500m"])]
    """Cores."""

    memory: Annotated[Memory, Field(examples=["512Mi"])]
    """Bytes."""

    ephemeral_storage: Annotated[Memory, Field(examples=["1Gi"])]
    """Bytes of the node's disk: the container's own layer, its `/tmp`, and its logs."""


_AMOUNTS: tuple[tuple[str, Callable[[Amounts], str]], ...] = (
    ("cpu", lambda amounts: amounts.cpu),
    ("memory", lambda amounts: amounts.memory),
    ("ephemeralStorage", lambda amounts: amounts.ephemeral_storage),
)


class Resources(Checked):
    """Requests and limits of one container."""

    requests: Amounts
    """What the scheduler reserves."""

    limits: Amounts
    """What the container never exceeds."""

    def checks(self) -> Checks:
        """Each limit covers its request."""
        yield self._ordered()

    def _ordered(self) -> Iterator[Refusal]:
        for name, amount in _AMOUNTS:
            request, limit = amount(self.requests), amount(self.limits)
            if parse_quantity(limit) < parse_quantity(request):
                yield Refusal(
                    at=("limits", name),
                    found=f"{limit}, below the request of {request}",
                    allowed="a limit not below the request",
                    mend=f"raise the limit to `{request}` or more, or lower `requests.{name}`",
                )
