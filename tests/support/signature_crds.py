"""What the controllers that check signatures take: the parts of their published definitions that our policies use.

Written down from https://github.com/sigstore/policy-controller/blob/main/config/300-clusterimagepolicy.yaml,
https://github.com/sigstore/policy-controller/blob/main/config/300-trustroot.yaml and
https://github.com/kyverno/kyverno/blob/main/config/crds/kyverno/kyverno.io_clusterpolicies.yaml; what is not named here
is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


_KEYS = _object(
    publicKeys=TEXT,
    signatureAlgorithm=TEXT,
    kms=TEXT,
    rekor=_object(url=TEXT, pubkey=TEXT, ignoreTlog=FLAG),
    ctlog=_object(ignoreSCT=FLAG, pubkey=TEXT, tsaCertChain=TEXT),
)

_REKOR = _object(url=TEXT, pubkey=TEXT, ignoreTlog=FLAG)

_KEYLESS = _object(
    issuer=TEXT,
    issuerRegExp=TEXT,
    subject=TEXT,
    subjectRegExp=TEXT,
    roots=TEXT,
    rekor=_REKOR,
    ctlog=_object(ignoreSCT=FLAG, pubkey=TEXT, tsaCertChain=TEXT),
)

_CERTIFICATES = _object(cert=TEXT, certChain=TEXT)
_ENTRY = _object(keys=_KEYS, keyless=_KEYLESS, certificates=_CERTIFICATES)

_VERIFY = _object(
    type={"type": "string", "enum": ["Cosign", "SigstoreBundle", "Notary"]},
    imageReferences=_list(TEXT),
    failureAction={"type": "string", "enum": ["Audit", "Enforce"]},
    mutateDigest=FLAG,
    verifyDigest=FLAG,
    required=FLAG,
    attestors=_list(_object(count={"type": "integer", "minimum": 1}, entries=_list(_ENTRY))),
)

_AUTHORITY = _object(subject=_object(organization=TEXT, commonName=TEXT), uri=TEXT, certChain=TEXT)
_LOG = _object(baseURL=TEXT, hashAlgorithm=TEXT, publicKey=TEXT)

SPECS: Mapping[str, Schema] = {
    "ClusterImagePolicy": _object(
        images=_list(_object(glob=TEXT)),
        authorities=_list(
            _object(
                name=TEXT,
                key=_object(data=TEXT, hashAlgorithm=TEXT, kms=TEXT),
                keyless=_object(
                    url=TEXT,
                    trustRootRef=TEXT,
                    insecureIgnoreSCT=FLAG,
                    identities=_list(_object(issuer=TEXT, issuerRegExp=TEXT, subject=TEXT, subjectRegExp=TEXT)),
                ),
                signatureFormat=TEXT,
                ctlog=_object(url=TEXT, trustRootRef=TEXT),
                rfc3161timestamp=_object(trustRootRef=TEXT),
            )
        ),
        mode=TEXT,
    ),
    "TrustRoot": _object(
        sigstoreKeys=_object(
            certificateAuthorities=_list(_AUTHORITY),
            timestampAuthorities=_list(_AUTHORITY),
            ctLogs=_list(_LOG),
            tLogs=_list(_LOG),
        )
    ),
    "ClusterPolicy": _object(
        background=FLAG,
        webhookConfiguration=_object(
            failurePolicy={"type": "string", "enum": ["Ignore", "Fail"]},
            timeoutSeconds={"type": "integer", "minimum": 1, "maximum": 30},
        ),
        rules=_list(
            _object(
                name={"type": "string", "maxLength": 63},
                match=_object(any=_list(_object(resources=_object(kinds=_list(TEXT), namespaces=_list(TEXT))))),
                verifyImages=_list(_VERIFY),
            )
        ),
    ),
}
"""By kind."""

NAMES: Mapping[str, tuple[str, str, str]] = {
    "ClusterImagePolicy": ("policy.sigstore.dev", "v1beta1", "clusterimagepolicies"),
    "TrustRoot": ("policy.sigstore.dev", "v1alpha1", "trustroots"),
    "ClusterPolicy": ("kyverno.io", "v1", "clusterpolicies"),
}
"""Group, version and plural, by kind."""


def closed(schema: Schema) -> Schema:
    """A schema that takes no field that it does not name."""
    made = {**schema}
    if "properties" in schema:
        made["properties"] = {name: closed(below) for name, below in schema["properties"].items()}
        made["additionalProperties"] = False
    if "items" in schema:
        made["items"] = closed(schema["items"])
    return made


def definition(kind: str) -> dict[str, Any]:
    """A CustomResourceDefinition with these facts."""
    group, version, plural = NAMES[kind]
    schema = _object(spec=SPECS[kind])
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Cluster",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }


_CHAIN: dict[str, Any] = {
    "subject": {"organization": "shop", "commonName": "sigstore"},
    "uri": "https://fulcio.example.com",
    "certChain": {"certificates": [{"rawBytes": "AAAA"}]},
}

ROOT: Mapping[str, Any] = {
    "certificateAuthorities": [_CHAIN],
    "timestampAuthorities": [_CHAIN],
    "tlogs": [
        {
            "baseUrl": "https://rekor.example.com",
            "hashAlgorithm": "SHA2_256",
            "publicKey": {"rawBytes": "AAAA", "keyDetails": "PKIX_ECDSA_P256_SHA_256"},
        }
    ],
}
"""What is trusted of a Sigstore, as cosign writes it."""
