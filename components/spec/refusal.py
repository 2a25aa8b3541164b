"""One reason to refuse a value, raised from inside a model and told later with file, path and line."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

Path = tuple[str | int, ...]
"""Where a value stands below its `slipway:` key: mapping keys and list positions, as a person wrote them."""

KIND = "refused"
"""The error type under which pydantic carries refusals to `components.spec.errors`."""


@dataclass(frozen=True)
class Refusal:
    """Why a value is refused and what to do instead.

    Attributes:
        allowed: what may stand there, as a phrase ("a whole number from 1 to 65535").
        mend: what to change, as a sentence.
        at: where, relative to the value under validation; empty for the value itself.
        found: what stands there; left out, the value under validation is shown.
    """

    allowed: str
    mend: str
    at: Path = ()
    found: str | None = None


def refused(refusals: Refusal | Iterable[Refusal]) -> PydanticCustomError:
    """The exception a pydantic validator raises for one or more refusals."""
    gathered = (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
    return PydanticCustomError(KIND, "refused", {"refusals": gathered})
