"""Models whose fields have to fit together: what does not is told beside malformed fields, not after their mending."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, create_model, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from components.spec.base import Spec
from components.spec.problem import suggestion
from components.spec.refusal import KIND, Refusal, refused

M = TypeVar("M", bound="Checked")

Checks = Iterable[Iterator[Refusal]]
"""The checks of a model, each on its own: what it refuses, found when it is gone through."""


class Checked(Spec):
    """A mapping with checks over several of its fields.

    A check that reads a malformed field ends there, and what it found before counts: each check sees sound values only,
    and a malformed field hides no mistake that does not depend on it.
    """

    def checks(self) -> Checks:
        """What the fields must keep to together."""
        return ()

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls: type[M], value: Any, validate: ModelWrapValidatorHandler[M]) -> M:
        try:
            model = validate(value)
        except ValidationError as error:
            refusals = _refusals(_sound_part(cls, value, error))
            if not refusals:
                raise
            raise _joined(error, refused(refusals), value) from None
        if refusals := _refusals(model):
            raise refused(refusals)
        return model


def exactly_one(model: Checked, names: Iterable[str], allowed: str, mend: str) -> Iterator[Refusal]:
    """Refuses a mapping that gives none of these fields, or several; a malformed one was given, too."""
    fields = type(model).model_fields
    given = [fields[name].alias or name for name in names if getattr(model, name, "malformed") is not None]
    if len(given) != 1:
        yield Refusal(found=" and ".join(f"`{name}`" for name in given) or "none of them", allowed=allowed, mend=mend)


def _refusals(model: Checked | None) -> list[Refusal]:
    found: list[Refusal] = []
    for check in model.checks() if model else ():
        with contextlib.suppress(AttributeError):  # a malformed field, which a sound part does not have
            found.extend(check)
    return found


def _sound_part(model: type[M], value: object, error: ValidationError) -> M | None:
    """The model without its malformed fields: reading one is an AttributeError. None if there is no mapping at all."""
    if not isinstance(value, Mapping):
        return None
    written = cast("Mapping[str, Any]", value)
    malformed = {str(found["loc"][0]) for found in error.errors(include_url=False) if found["loc"]}
    keys = {field.alias or name: name for name, field in model.model_fields.items()}
    meant = {suggestion(key, keys) for key in malformed - keys.keys()}  # a misspelled field was given, too
    broken = {name for key, name in keys.items() if key in malformed | meant}
    sound = _lenient(model).model_validate({key: below for key, below in written.items() if key not in malformed})
    given = {name: getattr(sound, name) for name in sound.model_fields_set if name not in broken}
    part = model.model_construct(sound.model_fields_set - broken, **given)
    for name in broken:
        vars(part).pop(name, None)  # its default, which nobody wrote
    return part


@cache
def _lenient(model: type[Checked]) -> type[BaseModel]:
    """The same fields, of which any may be left out, without the checks."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        optional = copy(field)
        optional.default = None
        fields[name] = (field.annotation, optional)
    return create_model(model.__name__, __config__=ConfigDict({**model.model_config, "extra": "ignore"}), **fields)


def _joined(error: ValidationError, own: PydanticCustomError, value: object) -> ValidationError:
    """The errors below, and that of the model's own checks."""
    lines = [_line(found) for found in error.errors(include_url=False)]
    return ValidationError.from_exception_data(error.title, [*lines, InitErrorDetails(type=own, loc=(), input=value)])


def _line(found: ErrorDetails) -> InitErrorDetails:
    context = found.get("ctx", {})
    kind = PydanticCustomError(KIND, "refused", context) if found["type"] == KIND else found["type"]
    return InitErrorDetails(type=kind, loc=found["loc"], input=found["input"], ctx=context)
