"""What lets a cluster run only images with a valid signature: policies of the controllers that check it, from the keys.

Both check a key only against signatures in the older form, under a tag: policy-controller takes bundles only from
signers without a key, and so does Kyverno's ClusterPolicy.
https://github.com/sigstore/policy-controller/tree/main/docs/api-types
https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from cli import keys
from cli.failures import BadInputError
from cli.workspace import Workspace
from components.spec.image import BuildImage, PromoteImage
from components.spec.keyring import Key
from components.spec.promotion import promoted_name
from components.spec.settings import Settings

Policy = Callable[[str, str, Sequence[str], Sequence[Key]], dict[str, Any]]
"""Makes a policy of: its name, the namespace, repositories, and the keys of which one must have signed."""

TIMEOUT_S = 30
"""Kubernetes' most for a webhook: a registry is asked meanwhile."""


def policy_controller(name: str, _: str, repositories: Sequence[str], trusted: Sequence[Key]) -> dict[str, Any]:
    """For sigstore's policy-controller, which looks at namespaces with the label `policy.sigstore.dev/include: "true"`.

    One authority of several is enough; without `ctlog` no transparency log is asked.
    """
    return {
        "apiVersion": "policy.sigstore.dev/v1beta1",
        "kind": "ClusterImagePolicy",
        "metadata": {"name": name},
        "spec": {
            "images": [{"glob": f"{repository}@**"} for repository in repositories],
            "authorities": [
                {"name": f"key-{key.id}", "key": {"data": key.public, "hashAlgorithm": "sha256"}} for key in trusted
            ],
        },
    }


def kyverno(name: str, namespace: str, repositories: Sequence[str], trusted: Sequence[Key]) -> dict[str, Any]:
    """For Kyverno, from 1.13 on."""
    log = {"rekor": {"ignoreTlog": True}, "ctlog": {"ignoreSCT": True}}
    entries = [{"keys": {"publicKeys": key.public, "signatureAlgorithm": "sha256", **log}} for key in trusted]
    return {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": name},
        "spec": {
            "background": False,
            "webhookConfiguration": {"failurePolicy": "Fail", "timeoutSeconds": TIMEOUT_S},
            "rules": [
                {
                    "name": "signed",
                    "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaces": [namespace]}}]},
                    "verifyImages": [
                        {
                            "type": "Cosign",
                            "imageReferences": [f"{repository}@*" for repository in repositories],
                            "failureAction": "Enforce",
                            "mutateDigest": False,
                            "verifyDigest": True,
                            "required": True,
                            "attestors": [{"count": 1, "entries": entries}],
                        }
                    ],
                }
            ],
        },
    }


KINDS: Mapping[str, Policy] = {"policy-controller": policy_controller, "kyverno": kyverno}


def text(policy: Policy, workspace: Workspace, settings: Settings) -> str:
    """The policies of a stack, one for each stack whose keys count, as YAML.

    Raises:
        BadInputError: its images are not signed so that a cluster could check it, or there are no keys.
    """
    chain = settings.supply_chain
    sources = sorted(_signers(workspace.stack, settings))
    if chain is None or not chain.sign or not sources:
        raise BadInputError(
            f"{workspace.stack_file.name}: nothing that it runs is signed\n"
            "  mend: give it `slipway:supplyChain`, and images that it builds or promotes"
        )
    made: list[dict[str, Any]] = []
    for source in sources:
        if source == workspace.stack and not chain.admission:
            raise BadInputError(
                f"{workspace.stack_file.name} signs in a form that no admission controller checks with a key\n"
                "  mend: set `slipway:supplyChain.admission: true`, and bring the stack up"
            )
        _, ring = keys.keyring(Workspace(workspace.checkout, source))
        name = f"slipway-{workspace.stack}-signed-by-{source}"
        repositories = sorted(set(_signers(workspace.stack, settings)[source]))
        made.append(policy(name, settings.environment.namespace, repositories, ring.keys))
    return "".join(f"---\n{yaml.dump(each, Dumper=_Dumper, sort_keys=False)}" for each in made)


def _signers(stack: str, settings: Settings) -> dict[str, list[str]]:
    """The repositories of the images that run, by the stack that has signed them."""
    found: dict[str, list[str]] = {}
    for name, image in settings.images.items():
        match image.source:
            case BuildImage():
                found.setdefault(stack, []).append(settings.registry.name_of(name))
            case PromoteImage() as source:
                repository = settings.registry.name_of(promoted_name(name, source))
                found.setdefault(source.source, []).append(repository)
            case _:
                pass  # somebody else's image has a reason instead
    return found


class _Dumper(yaml.SafeDumper):
    """A key is read line by line."""


def _lines(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _lines)
