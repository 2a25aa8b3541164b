"""Secrets of an environment, as objects that workloads mount as files."""

import base64
from collections.abc import Mapping

import pulumi

from components.apply import apply
from components.environment import Environment
from components.manifests.names import derived
from components.manifests.secret import secret
from components.secret_values import secret_values
from components.spec.secret import Secret


class SecretFiles(pulumi.ComponentResource):
    """Makes the generated secrets, takes the stored ones, and keeps one immutable Kubernetes secret for each.

    Attributes:
        objects: the name of the Kubernetes secret of each secret. A new value has a new name, so that pods roll over.
        resources: the Kubernetes secrets themselves.
    """

    objects: Mapping[str, pulumi.Input[str]]
    resources: Mapping[str, pulumi.Resource]

    def __init__(
        self,
        name: str,
        spec: Mapping[str, Secret],
        environment: Environment,
        stored: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the secrets.

        Args:
            name: the component's name.
            spec: the secrets, by name.
            environment: where they live.
            stored: the value of each secret that comes from the stack's configuration.
            opts: Pulumi's options; give the Kubernetes provider here.
        """
        super().__init__("slipway:index:SecretFiles", name, {}, opts)
        objects: dict[str, pulumi.Input[str]] = {}
        resources: dict[str, pulumi.Resource] = {}
        for each, made in secret_values(name, spec, stored, self).items():
            objects[each] = (
                derived(each, "", made.suffix)
                if isinstance(made.suffix, str)
                else pulumi.Output.concat(each, "-", made.suffix)
            )
            manifest = secret(environment.spec, objects[each], made.value.apply(_base64))
            resources[each] = apply(f"{name}-{each}", manifest, self, after=[environment.namespace])
        self.objects, self.resources = objects, resources
        self.register_outputs({"objects": objects})


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
