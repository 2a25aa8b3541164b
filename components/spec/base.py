"""What every model of the specification shares."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list. Kept as a tuple, so that a frozen model is frozen all the way down."""


class Spec(BaseModel):
    """A frozen mapping with known keys: camelCase in YAML, snake_case in Python.

    Values are taken as they are: `"3"` is not a number and `1` is not a truth value, because a stack file that needs
    guessing is read differently by the next tool.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
        use_attribute_docstrings=True,
        validate_by_alias=True,
        validate_by_name=True,
        validate_default=False,
    )
