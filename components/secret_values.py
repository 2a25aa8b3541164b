"""The values of secrets: generated here, or taken from the stack's configuration."""

import hashlib
import hmac
from collections.abc import Mapping

import pulumi

from components.manifests.names import SUFFIX_LENGTH, content_suffix
from components.spec.secret import GeneratedSecret, Secret

_KEY_BYTES = 32
"""Length of the key of fingerprints: that of the hash they are made with."""


class SecretValue:
    """A secret's value, and a suffix that changes with it and gives nothing of it away.

    Attributes:
        value: the value, a secret output.
        suffix: readable.
    """

    def __init__(self, value: pulumi.Output[str], suffix: pulumi.Input[str]) -> None:
        """Keeps both."""
        self.value = value
        self.suffix = suffix


def secret_values(
    name: str, spec: Mapping[str, Secret], stored: Mapping[str, pulumi.Input[str]], parent: pulumi.Resource
) -> dict[str, SecretValue]:
    """Makes the generated secrets, and takes the stored ones.

    Args:
        name: begins the names of what is made.
        spec: the secrets, by name.
        stored: the value of each secret that comes from the stack's configuration.
        parent: the component that has them.
    """
    key = _fingerprint_key(name, parent) if any(each.from_config for each in spec.values()) else None
    found: dict[str, SecretValue] = {}
    for each, source in spec.items():
        if source.generated:
            value = _password(f"{name}-{each}", source.generated, parent)
            found[each] = SecretValue(value, content_suffix(source.generated.model_dump()))
        else:
            value = pulumi.Output.secret(stored[each])
            found[each] = SecretValue(value, _fingerprint(key, value))
    return found


def _password(name: str, spec: GeneratedSecret, parent: pulumi.Resource) -> pulumi.Output[str]:
    from pulumi_random import RandomPassword  # most programs generate nothing, and are spared the import

    password = RandomPassword(
        f"{name}-value",
        length=spec.length,
        special=spec.special,
        keepers={"rotation": str(spec.rotation)},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return pulumi.Output.secret(password.result)


def _fingerprint_key(name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    from pulumi_random import RandomBytes  # most programs store nothing, and are spared the import

    opts = pulumi.ResourceOptions(parent=parent, additional_secret_outputs=["base64", "hex"])
    return RandomBytes(f"{name}-fingerprint-key", length=_KEY_BYTES, opts=opts).hex


def _fingerprint(key: pulumi.Output[str] | None, value: pulumi.Output[str]) -> pulumi.Output[str]:
    """A suffix that changes with the value. Keyed, because names are readable and stored secrets may be guessable."""
    digest = pulumi.Output.all(key=key, value=value).apply(
        lambda both: hmac.new(bytes.fromhex(both["key"]), both["value"].encode(), hashlib.sha256).hexdigest()
    )
    return pulumi.Output.unsecret(digest).apply(lambda text: text[:SUFFIX_LENGTH])
