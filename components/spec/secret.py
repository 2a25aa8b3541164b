"""A secret of the environment: generated here, or kept encrypted in the stack's configuration."""

from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.values import ConfigKey


class GeneratedSecret(Spec):
    """A random password, made once and kept encrypted in the stack's state."""

    length: Annotated[int, Field(ge=16, le=256, examples=[32])] = defaults.PASSWORD_LENGTH
    """Characters; at least 16, as nobody has to type it."""

    special: bool = False
    """Whether punctuation is used. Off: letters and digits survive every shell, URL and configuration file."""

    rotation: Annotated[int, Field(ge=1, examples=[1])] = 1
    """Raise it to make a new password; the workloads that use it roll out anew."""


class ConfiguredSecret(Spec):
    """A value that someone stored with `pulumi config set --secret slipway:<key>`."""

    key: Annotated[ConfigKey, Field(examples=["databasePassword"])]
    """The configuration key, without `slipway:`."""


class Secret(Checked):
    """Where a secret's value comes from: exactly one of `generated` and `fromConfig`."""

    generated: GeneratedSecret | None = None
    """Make a random value."""

    from_config: ConfiguredSecret | None = None
    """Take an encrypted value of the stack's configuration."""

    def checks(self) -> Checks:
        """One source, and one only."""
        yield exactly_one(
            self,
            ("generated", "from_config"),
            "exactly one of `generated` and `fromConfig`",
            "write `generated: {}` for a random value, or `fromConfig: {key: …}` for a stored one",
        )
