"""Which images a registry keeps."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.refusal import Refusal, refused
from policies.values.tag import is_expression, is_tag


def _pattern(text: str) -> str:
    allowed = "a tag, or a regular expression between slashes"
    mend = r"write for example `stable`, or `/^v?\d+\.\d+\.\d+$/`"
    if is_expression(text):
        try:
            re.compile(text[1:-1])
        except re.error as error:
            raise refused(Refusal(allowed=allowed, mend=f"correct the expression ({error}); {mend}")) from None
    elif not is_tag(text):
        raise refused(Refusal(allowed=allowed, mend=mend))
    return text


KeepPattern = Annotated[str, AfterValidator(_pattern), Field(examples=["stable"])]
"""A tag, or an expression that tags match, of images that stay."""


class Retention(Spec):
    """How many images of a repository stay, and for how long; what runs anywhere stays in any case."""

    versions: Annotated[int, Field(ge=1, le=10_000)] = defaults.KEPT_VERSIONS
    """The newest images that stay."""

    days: Annotated[int, Field(ge=1, le=3650)] = defaults.KEPT_DAYS
    """How old the others of them may become."""

    keep: Items[KeepPattern] = defaults.KEPT_TAGS
    """Tags of images that stay however old they are: whole tags, or expressions between slashes."""

    rollbacks: Annotated[int, Field(ge=0, le=100)] = defaults.KEPT_ROLLBACKS
    """Earlier promotions of each image that stay, so that a promotion can be taken back."""
