"""What is trusted of a Sigstore, as policy-controller takes it: from the file that cosign takes.

https://github.com/sigstore/policy-controller/blob/main/config/300-trustroot.yaml
https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Mapping
from typing import Any

HASHES = {"SHA2_256": "sha-256", "SHA2_384": "sha-384", "SHA2_512": "sha-512"}
"""Their words for the same."""

LINE = 64
"""Characters of a line of PEM: https://www.rfc-editor.org/rfc/rfc7468."""


def trust_root(name: str, root: Mapping[str, Any]) -> dict[str, Any]:
    """A `TrustRoot` with what a root of trust holds.

    Args:
        name: what policies call it.
        root: what `cosign trusted-root create` wrote.
    """
    return {
        "apiVersion": "policy.sigstore.dev/v1alpha1",
        "kind": "TrustRoot",
        "metadata": {"name": name},
        "spec": {
            "sigstoreKeys": {
                ours: [made(each) for each in root[theirs]]
                for ours, theirs, made in (
                    ("certificateAuthorities", "certificateAuthorities", _authority),
                    ("ctLogs", "ctlogs", _log),
                    ("tLogs", "tlogs", _log),
                    ("timestampAuthorities", "timestampAuthorities", _authority),
                )
                if root.get(theirs)
            }
        },
    }


def _authority(written: Mapping[str, Any]) -> dict[str, Any]:
    chain = "".join(_pem("CERTIFICATE", each["rawBytes"]) for each in written["certChain"]["certificates"])
    subject = {name: written.get("subject", {}).get(name, "") for name in ("organization", "commonName")}
    return {"subject": subject, "uri": written.get("uri", ""), "certChain": _packed(chain)}


def _log(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "baseURL": written["baseUrl"],
        "hashAlgorithm": HASHES[written["hashAlgorithm"]],
        "publicKey": _packed(_pem("PUBLIC KEY", written["publicKey"]["rawBytes"])),
    }


def _pem(kind: str, content: str) -> str:
    lines = "\n".join(textwrap.wrap(content, LINE))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
