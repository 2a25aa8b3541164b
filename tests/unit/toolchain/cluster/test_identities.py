import base64
import csv
from typing import Any, cast

import yaml

from toolchain.cluster.identities import ADMIN, IDENTITIES, kubeconfig, new_tokens, token_file


def test_tokens_are_new_each_time_and_differ() -> None:
    first, second = new_tokens(), new_tokens()

    assert len({*first.values(), *second.values()}) == 2 * len(IDENTITIES)


def test_only_the_administrator_may_do_everything() -> None:
    masters = [name for name, identity in IDENTITIES.items() if "system:masters" in identity.groups]

    assert masters == [ADMIN]


def test_the_token_file_names_user_and_groups_of_each_token() -> None:
    rows = list(csv.reader(token_file({"admin": "t1", "kubelet": "t2"}).splitlines()))

    assert rows == [
        ["t1", "admin", "admin", "system:masters"],
        ["t2", "system:node:slipway", "kubelet", "system:nodes"],
    ]


def test_a_kubeconfig_holds_all_that_is_needed() -> None:
    content = cast(dict[str, Any], yaml.safe_load(kubeconfig("https://127.0.0.1:1", b"PEM", "secret")))

    cluster, user = content["clusters"][0], content["users"][0]
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]) == b"PEM"
    assert (cluster["cluster"]["server"], user["user"]["token"]) == ("https://127.0.0.1:1", "secret")
    assert content["contexts"] == [
        {"name": content["current-context"], "context": {"cluster": cluster["name"], "user": user["name"]}}
    ]
