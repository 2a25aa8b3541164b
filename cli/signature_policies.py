"""What lets a cluster run only images with a valid signature: policies of the controllers that check it.

Both check a key only against signatures in the older form, under a tag: policy-controller takes bundles only from
signers without a key, and so does Kyverno's ClusterPolicy. An identity they check in the form of bundles.
https://github.com/sigstore/policy-controller/tree/main/docs/api-types
https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from cli import keys
from cli.failures import BadInputError
from cli.settings import checked
from cli.trust_roots import trust_root
from cli.workspace import Workspace
from components.spec.certificates import authorities_in
from components.spec.image import BuildImage, ExternalImage, PromoteImage
from components.spec.keyring import Key
from components.spec.promotion import promoted_name
from components.spec.settings import Settings
from components.spec.signing import Identity, Notation
from components.spec.supply_chain import SupplyChain
from components.spec.trusted_root import read_trusted_root
from policies.values.image import ImageReference


@dataclass(frozen=True)
class Trust:
    """Whose signatures count: those of one of some keys, or of an identity.

    Attributes:
        keys: the keys, of which one must have signed.
        identity: whom the certificate of a signature must name.
        root: what is trusted of a Sigstore of one's own, None for the public instance.
        notation: whose certificates count, in the Notary Project's form.
        certificates: theirs, in the PEM form.
    """

    keys: Sequence[Key] = ()
    identity: Identity | None = None
    root: Mapping[str, Any] | None = None
    notation: Notation | None = None
    certificates: str = ""


Policy = Callable[[str, str, Sequence[str], Trust], list[dict[str, Any]]]
"""Makes policies of: their name, the namespace, repositories, and whose signatures count."""

TIMEOUT_S = 30
"""Kubernetes' most for a webhook: a registry is asked meanwhile."""

PUBLIC_LOG = "https://rekor.sigstore.dev"
"""The transparency log of Sigstore's public instance."""


def policy_controller(name: str, _: str, repositories: Sequence[str], trust: Trust) -> list[dict[str, Any]]:
    """For sigstore's policy-controller, which looks at namespaces with the label `policy.sigstore.dev/include: "true"`.

    One authority of several is enough; for a key, no transparency log is asked without `ctlog`.

    Raises:
        BadInputError: signatures in the Notary Project's form.
    """
    if trust.notation:
        raise BadInputError(
            "policy-controller checks signatures of Sigstore only, not those of the Notary Project\n"
            "  mend: use Kyverno (`--for kyverno`), or sign with keys or an identity"
        )
    policy: dict[str, Any] = {
        "apiVersion": "policy.sigstore.dev/v1beta1",
        "kind": "ClusterImagePolicy",
        "metadata": {"name": name},
        "spec": {
            "images": [{"glob": f"{repository}@**"} for repository in repositories],
            "authorities": [
                {"name": f"key-{key.id}", "key": {"data": key.public, "hashAlgorithm": "sha256"}} for key in trust.keys
            ],
        },
    }
    if trust.identity is None:
        return [policy]
    try:
        trusted = [] if trust.root is None else [trust_root(name, trust.root)]
    except (LookupError, TypeError, AttributeError) as error:
        raise BadInputError(
            f"{trust.identity.trusted_root}: a part is not in the form that can be told policy-controller: {error!r}\n"
            "  allowed: what `cosign trusted-root create` writes, with the `url` of each log\n  mend: write it anew"
        ) from None
    policy["spec"]["authorities"] = [_identity_authority(name, trust.identity, trust.root)]
    return [*trusted, policy]


def _identity_authority(name: str, identity: Identity, root: Mapping[str, Any] | None) -> dict[str, Any]:
    keyless: dict[str, Any] = {"identities": [{"issuer": identity.issuer, **_subject(identity)}]}
    authority = {"name": "identity", "signatureFormat": "bundle", "keyless": keyless}
    if root is None:
        return authority | {"ctlog": {"url": PUBLIC_LOG}}
    keyless["trustRootRef"] = name
    if not root.get("ctlogs"):
        keyless["insecureIgnoreSCT"] = True
    if root.get("tlogs"):
        return authority | {"ctlog": {"url": root["tlogs"][0]["baseUrl"], "trustRootRef": name}}
    return authority | {"rfc3161timestamp": {"trustRootRef": name}}


def _subject(identity: Identity) -> dict[str, str]:
    return {"subject" if identity.identity else "subjectRegExp": identity.subject}


def kyverno(name: str, namespace: str, repositories: Sequence[str], trust: Trust) -> list[dict[str, Any]]:
    """For Kyverno, from 1.13 on.

    Raises:
        BadInputError: an identity of a Sigstore of one's own, or a narrower trust in certificates than it has.
    """
    if trust.root is not None:
        raise BadInputError(
            "Kyverno takes what it trusts of a Sigstore of your own from a TUF repository that it is started with, "
            "not from a policy\n"
            "  mend: use policy-controller, which takes it as an object: `--for policy-controller`"
        )
    if trust.notation and trust.notation.subject:
        raise BadInputError(
            "Kyverno takes whatever the authorities have certified, whoever it is made out to\n"
            "  mend: let an authority certify only who signs these images, and leave `signing.notation.subject` out"
        )
    unlogged = {"rekor": {"ignoreTlog": True}, "ctlog": {"ignoreSCT": True}}
    entries = [{"keys": {"publicKeys": key.public, "signatureAlgorithm": "sha256", **unlogged}} for key in trust.keys]
    if trust.identity:
        named = {"issuer": trust.identity.issuer, **_subject(trust.identity), "rekor": {"url": PUBLIC_LOG}}
        entries = [{"keyless": named}]
    if trust.notation:
        entries = [{"certificates": {"cert": trust.certificates}}]
    return [
        {
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
                                "type": _form(trust),
                                # By tag, too: those have no digest, and are refused.
                                "imageReferences": [
                                    f"{repository}{form}" for repository in repositories for form in ("@*", ":*")
                                ],
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
    ]


def _form(trust: Trust) -> str:
    """Kyverno's word for the form of a signature."""
    if trust.notation:
        return "Notary"
    return "SigstoreBundle" if trust.identity else "Cosign"


KINDS: Mapping[str, Policy] = {"policy-controller": policy_controller, "kyverno": kyverno}


def text(policy: Policy, workspace: Workspace, settings: Settings) -> str:
    """The policies of a stack as YAML: one for each stack that signs for it, and for each other signer that it names.

    Raises:
        BadInputError: its images are not signed so that a cluster could check it, or there are no keys.
        SpecError: what is trusted of a Sigstore cannot be read.
    """
    chain, stack, namespace = settings.supply_chain, workspace.stack, settings.environment.namespace
    signers = _signers(stack, settings) if chain and chain.sign else {}
    others = _others(settings) if chain else []
    if chain is None or not (signers or others):
        raise BadInputError(
            f"{workspace.stack_file.name}: nothing that it runs is signed\n"
            "  mend: give it `slipway:supplyChain`, and images that it builds or promotes"
        )
    made: list[dict[str, Any]] = []
    for source, repositories in sorted(signers.items()):
        trust = _trust(workspace, source, chain)
        made += policy(f"slipway-{stack}-signed-by-{source}", namespace, sorted(set(repositories)), trust)
    for name, repository, identity in others:
        trust = _identity_trust(workspace, identity)
        made += policy(f"slipway-{stack}-{name}-signed", namespace, [repository], trust)
    return "".join(f"---\n{yaml.dump(each, Dumper=_Dumper, sort_keys=False)}" for each in made)


def _trust(workspace: Workspace, source: str, chain: SupplyChain) -> Trust:
    """Whose signatures count for what a stack built."""
    if spec := chain.signing.notation:
        return Trust(notation=spec, certificates=_certificates(workspace, spec.certificates))
    if chain.signing.keyless:
        return _identity_trust(workspace, chain.signing.keyless)
    if source == workspace.stack and not chain.admission:
        raise BadInputError(
            f"{workspace.stack_file.name} signs in a form that no admission controller checks with a key\n"
            "  mend: set `slipway:supplyChain.admission: true`, and bring the stack up"
        )
    _, ring = keys.keyring(Workspace(workspace.checkout, source))
    return Trust(keys=ring.keys)


def _identity_trust(workspace: Workspace, identity: Identity) -> Trust:
    file = identity.trusted_root
    root = checked(lambda: read_trusted_root(workspace.checkout, file)) if file else None
    return Trust(identity=identity, root=root)


def _certificates(workspace: Workspace, file: str) -> str:
    try:
        return authorities_in(workspace.checkout / file)
    except (OSError, ValueError) as error:
        raise BadInputError(f"{file}: {error}\n  mend: name a file of certificates in the PEM form") from None


def _others(settings: Settings) -> list[tuple[str, str, Identity]]:
    """Somebody else's images of which it is said who signs them: names, repositories and identities."""
    return [
        (name, ImageReference.parse(source.reference).name, source.signed_by)
        for name, image in sorted(settings.images.items())
        if isinstance(source := image.source, ExternalImage) and source.signed_by
    ]


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
