"""Secrets of an environment on a Docker host: their values, which the containers that bring files are given."""

from collections.abc import Mapping

import pulumi

from components.secret_values import SecretValue, secret_values
from components.spec.secret import Secret


class DockerSecrets(pulumi.ComponentResource):
    """Makes the generated secrets and takes the stored ones; they are objects of the host only where they are mounted.

    Attributes:
        values: the value of each secret, and what changes with it.
    """

    values: Mapping[str, SecretValue]

    def __init__(
        self,
        name: str,
        spec: Mapping[str, Secret],
        stored: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the secrets.

        Args:
            name: the component's name.
            spec: the secrets, by name.
            stored: the value of each secret that comes from the stack's configuration.
            opts: Pulumi's options.
        """
        super().__init__("slipway:index:DockerSecrets", name, {}, opts)
        self.values = secret_values(name, spec, stored, self)
        self.register_outputs({"names": sorted(self.values)})
