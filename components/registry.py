"""The registry of an environment: where images are pushed, and how nodes pull them."""

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from components.spec.registry import Registry as RegistrySpec

if TYPE_CHECKING:
    from pulumi_docker_build import RegistryArgsDict


class Registry(pulumi.ComponentResource):
    """The registry, with its credentials where it has some.

    Attributes:
        spec: its description.
        credentials: for builds; empty if the builder's own logins are used.
        docker_config: for nodes: a Docker `config.json` in base64, or None if images are pulled without credentials.
        ca_bundle: certificates for builds behind a TLS-inspecting proxy, or None.
        pins: what builds take in the place of tags of bases: from a reference to the same by digest.
    """

    def __init__(
        self,
        name: str,
        spec: RegistrySpec,
        password: pulumi.Input[str] | None = None,
        ca_bundle: str | None = None,
        pins: Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the registry.

        Args:
            name: the component's name.
            spec: its description.
            password: the password of `spec.credentials`.
            ca_bundle: the text of a file of certificates.
            pins: the digests of bases, from a reference to the same with its digest.
            opts: Pulumi's options.
        """
        super().__init__("slipway:index:Registry", name, {}, opts)
        self.spec = spec
        self.ca_bundle = ca_bundle
        self.pins = dict(pins or {})
        self.credentials: list[RegistryArgsDict] = []
        self.docker_config: pulumi.Output[str] | None = None
        if spec.credentials and password is not None:
            user, secret = spec.credentials.username, pulumi.Output.secret(password)
            self.credentials = [{"address": spec.address, "username": user, "password": secret}]
            self.docker_config = secret.apply(lambda value: _docker_config(spec.address, user, value))
        self.register_outputs({"address": spec.address, "repository": spec.repository})


def _docker_config(address: str, username: str, password: str) -> str:
    login = base64.b64encode(f"{username}:{password}".encode()).decode()
    text = json.dumps({"auths": {address: {"username": username, "password": password, "auth": login}}})
    return base64.b64encode(text.encode()).decode()
