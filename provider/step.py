"""What every step of the chain is: a function from settings to facts."""

from collections.abc import Mapping
from typing import Any, Protocol


class RefusedError(Exception):
    """A step that does not let an image through, or cannot do its work.

    Attributes:
        message: what was found.
        mend: what to do about it.
    """

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(f"{message}\n  mend: {mend}")
        self.message = message
        self.mend = mend


class Step(Protocol):
    """One step: a function of what it is told and of what the image's digest names, and of nothing else.

    What it gives back holds no time and no random value: told the same again, it gives the same again. Run again after
    a kill, it finds what it did already.
    """

    def __call__(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Does the step's work.

        Args:
            inputs: `reference`, as `repository@sha256:…` (a Dockerfile, for the lint), and the step's own settings.

        Returns:
            Small facts about the image.

        Raises:
            RefusedError: the image is not let through.
            ToolchainError: a tool or the registry failed.
        """
        ...
