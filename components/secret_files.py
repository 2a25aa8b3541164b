"""Secrets of an environment, as objects that workloads mount as files."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import pulumi

from components.apply import apply
from components.environment import Environment
from components.manifests.names import SUFFIX_LENGTH, content_suffix, derived
from components.manifests.secret import secret
from components.spec.secret import GeneratedSecret, Secret

_KEY_BYTES = 32
"""Length of the key of fingerprints: that of the hash they are made with."""


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
        key = self._fingerprint_key(name) if any(each.from_config for each in spec.values()) else None
        objects: dict[str, pulumi.Input[str]] = {}
        resources: dict[str, pulumi.Resource] = {}
        for each, source in spec.items():
            if source.generated:
                value = self._password(f"{name}-{each}", source.generated)
                objects[each] = derived(each, "", content_suffix(source.generated.model_dump()))
            else:
                value = pulumi.Output.secret(stored[each])
                objects[each] = pulumi.Output.concat(each, "-", _fingerprint(key, value))
            manifest = secret(environment.spec, objects[each], value.apply(_base64))
            resources[each] = apply(f"{name}-{each}", manifest, self, after=[environment.namespace])
        self.objects, self.resources = objects, resources
        self.register_outputs({"objects": objects})

    def _password(self, name: str, spec: GeneratedSecret) -> pulumi.Output[str]:
        from pulumi_random import RandomPassword  # most programs generate nothing, and are spared the import

        password = RandomPassword(
            f"{name}-value",
            length=spec.length,
            special=spec.special,
            keepers={"rotation": str(spec.rotation)},
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.secret(password.result)

    def _fingerprint_key(self, name: str) -> pulumi.Output[str]:
        from pulumi_random import RandomBytes  # most programs store nothing, and are spared the import

        opts = pulumi.ResourceOptions(parent=self, additional_secret_outputs=["base64", "hex"])
        return RandomBytes(f"{name}-fingerprint-key", length=_KEY_BYTES, opts=opts).hex


def _fingerprint(key: pulumi.Output[str] | None, value: pulumi.Output[str]) -> pulumi.Output[str]:
    """A suffix that changes with the value. Keyed, because names are readable and stored secrets may be guessable."""
    digest = pulumi.Output.all(key=key, value=value).apply(
        lambda both: hmac.new(bytes.fromhex(both["key"]), both["value"].encode(), hashlib.sha256).hexdigest()
    )
    return pulumi.Output.unsecret(digest).apply(lambda text: text[:SUFFIX_LENGTH])


def _base64(value: str) -> str:
    return base64.b64encode(value.encode()).decode()
