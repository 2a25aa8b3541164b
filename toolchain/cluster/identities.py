"""Who may speak to the API server: one token each, and the kubeconfig that carries it."""

import base64
import csv
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from toolchain.cluster.addresses import NODE_NAME

TOKEN_BYTES = 32
"""256 bits: not to be guessed."""


@dataclass(frozen=True)
class Identity:
    """A user of the API server.

    Attributes:
        user: The name that its rights are bound to.
        groups: Kubernetes' own groups.
    """

    user: str
    groups: tuple[str, ...] = ()


ADMIN = "admin"

IDENTITIES: Mapping[str, Identity] = {
    ADMIN: Identity("admin", ("system:masters",)),
    "kube-controller-manager": Identity("system:kube-controller-manager"),
    "kube-scheduler": Identity("system:kube-scheduler"),
    "kube-proxy": Identity("system:kube-proxy"),
    "firewall": Identity("slipway:firewall"),
    "kwok": Identity("slipway:kwok"),
    "kubelet": Identity(f"system:node:{NODE_NAME}", ("system:nodes",)),
    "metrics-server": Identity("slipway:metrics-server"),
    "volumes": Identity("slipway:volumes"),
}
"""Every part has a name of its own, so that none can do more than its work needs."""


def new_tokens() -> dict[str, str]:
    """A fresh token for each identity."""
    return {name: secrets.token_hex(TOKEN_BYTES) for name in IDENTITIES}


def token_file(tokens: Mapping[str, str]) -> str:
    """The API server's list of static tokens."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, token in tokens.items():
        identity = IDENTITIES[name]
        writer.writerow([token, identity.user, name, ",".join(identity.groups)])
    return text.getvalue()


def kubeconfig(server: str, authority: bytes, token: str, name: str = NODE_NAME) -> str:
    """A kubeconfig that holds all it needs.

    Args:
        server: The API server's URL.
        authority: The certificate, in PEM, that its certificate is checked against.
        token: Who speaks.
        name: What cluster, user and context are called.
    """
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {
                    "name": name,
                    "cluster": {
                        "server": server,
                        "certificate-authority-data": base64.b64encode(authority).decode(),
                    },
                }
            ],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        sort_keys=False,
    )
