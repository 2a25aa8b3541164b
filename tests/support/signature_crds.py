"""What the controllers that check signatures take: the parts of their published definitions that our policies use.

Written down from https://github.com/sigstore/policy-controller/blob/main/config/300-clusterimagepolicy.yaml,
https://github.com/sigstore/policy-controller/blob/main/config/300-trustroot.yaml and
https://github.com/kyverno/kyverno/blob/main/config/crds/kyverno/kyverno.io_clusterpolicies.yaml; what is not named here
is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support import crds
from tests.support.crds import FLAG, TEXT, Schema, listing, shaped

_KEYS = shaped(
    publicKeys=TEXT,
    signatureAlgorithm=TEXT,
    kms=TEXT,
    rekor=shaped(url=TEXT, pubkey=TEXT, ignoreTlog=FLAG),
    ctlog=shaped(ignoreSCT=FLAG, pubkey=TEXT, tsaCertChain=TEXT),
)

_REKOR = shaped(url=TEXT, pubkey=TEXT, ignoreTlog=FLAG)

_KEYLESS = shaped(
    issuer=TEXT,
    issuerRegExp=TEXT,
    subject=TEXT,
    subjectRegExp=TEXT,
    roots=TEXT,
    rekor=_REKOR,
    ctlog=shaped(ignoreSCT=FLAG, pubkey=TEXT, tsaCertChain=TEXT),
)

_CERTIFICATES = shaped(cert=TEXT, certChain=TEXT)
_ENTRY = shaped(keys=_KEYS, keyless=_KEYLESS, certificates=_CERTIFICATES)

_VERIFY = shaped(
    type={"type": "string", "enum": ["Cosign", "SigstoreBundle", "Notary"]},
    imageReferences=listing(TEXT),
    failureAction={"type": "string", "enum": ["Audit", "Enforce"]},
    mutateDigest=FLAG,
    verifyDigest=FLAG,
    required=FLAG,
    attestors=listing(shaped(count={"type": "integer", "minimum": 1}, entries=listing(_ENTRY))),
)

_AUTHORITY = shaped(subject=shaped(organization=TEXT, commonName=TEXT), uri=TEXT, certChain=TEXT)
_LOG = shaped(baseURL=TEXT, hashAlgorithm=TEXT, publicKey=TEXT)

SPECS: Mapping[str, Schema] = {
    "ClusterImagePolicy": shaped(
        images=listing(shaped(glob=TEXT)),
        authorities=listing(
            shaped(
                name=TEXT,
                key=shaped(data=TEXT, hashAlgorithm=TEXT, kms=TEXT),
                keyless=shaped(
                    url=TEXT,
                    trustRootRef=TEXT,
                    insecureIgnoreSCT=FLAG,
                    identities=listing(shaped(issuer=TEXT, issuerRegExp=TEXT, subject=TEXT, subjectRegExp=TEXT)),
                ),
                signatureFormat=TEXT,
                ctlog=shaped(url=TEXT, trustRootRef=TEXT),
                rfc3161timestamp=shaped(trustRootRef=TEXT),
            )
        ),
        mode=TEXT,
    ),
    "TrustRoot": shaped(
        sigstoreKeys=shaped(
            certificateAuthorities=listing(_AUTHORITY),
            timestampAuthorities=listing(_AUTHORITY),
            ctLogs=listing(_LOG),
            tLogs=listing(_LOG),
        )
    ),
    "ClusterPolicy": shaped(
        background=FLAG,
        webhookConfiguration=shaped(
            failurePolicy={"type": "string", "enum": ["Ignore", "Fail"]},
            timeoutSeconds={"type": "integer", "minimum": 1, "maximum": 30},
        ),
        rules=listing(
            shaped(
                name={"type": "string", "maxLength": 63},
                match=shaped(any=listing(shaped(resources=shaped(kinds=listing(TEXT), namespaces=listing(TEXT))))),
                verifyImages=listing(_VERIFY),
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
    return crds.definition(kind, group, version, plural, SPECS[kind])


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
