"""What Kyverno's library mutates, against what is mended here, where its files are at hand (`../shared/corpora`)."""

import json
from pathlib import Path
from typing import Any, cast

import yaml

from policies.__main__ import main
from tests.unit.policies.objects import Json
from tests.unit.policies.test_corpora import CORPORA, body_of, index

OURS: dict[str, tuple[tuple[str, ...], Json, dict[str, str]]] = {
    "apply-pss-restricted-profile": (
        ("allow-privilege-escalation", "run-as-non-root", "seccomp-required", "capabilities-restricted"),
        {},
        {
            "securityContext.runAsUser": "a user is not guessed",
            "securityContext.runAsGroup": "a group is not guessed",
            "securityContext.fsGroup": "a group is not guessed",
            "securityContext.privileged": "false is what nothing means",
        },
    ),
    "add-default-securitycontext": (
        ("run-as-non-root",),
        {},
        {
            "securityContext.runAsUser": "a user is not guessed",
            "securityContext.runAsGroup": "a group is not guessed",
            "securityContext.fsGroup": "a group is not guessed",
        },
    ),
    "add-ttl-jobs": (("job-ttl",), {"jobTtlSeconds": 900}, {}),
    "always-pull-images": (
        ("image-pull-policy",),
        {},
        {"imagePullPolicy": "for the tag latest the API server takes Always by itself"},
    ),
}
"""By control of Kyverno's: our rules, their settings, and what it does beyond what we do, with the reason."""
_GUESS = "its value is the cluster's own, and would be a guess"
NOT_OURS = {
    "add-ndots": "there ndots is 1, here 2",
    "change-dns-config-policy": "which name servers there are is not guessed",
    "disable-automountserviceaccounttoken": "there on the ServiceAccount, here on the pod",
    "add-safe-to-evict": "no rule asks for it",
    "add-certificates-volume": _GUESS,
    "add-default-resources": "limits and requests are not guessed",
    "add-env-vars-from-cm": _GUESS,
    "add-image-as-env-var": "no rule asks for it",
    "add-imagepullsecrets": _GUESS,
    "add-imagepullsecrets-for-containers-and-initcontainers": _GUESS,
    "add-labels": _GUESS,
    "add-node-affinity": _GUESS,
    "add-nodeselector": _GUESS,
    "add-pod-priorityclassname": _GUESS,
    "add-pod-proxies": _GUESS,
    "add-tolerations": _GUESS,
    "add-volume": _GUESS,
    "insert-pod-antiaffinity": "whether a spread or an affinity is meant is not guessed",
    "inject-sidecar": _GUESS,
    "log4shell-mitigation": "no rule asks for it",
    "mutate-termination-grace-period-seconds": "what somebody has said stays",
    "prepend-registry": _GUESS,
    "remove-hostpath-volumes": "a volume that is mounted cannot be taken away without a look",
    "remove-serviceaccount-token": "a volume that is mounted cannot be taken away without a look",
    "replace-image-registry": "what somebody has said stays",
    "resolve-image-to-digest": "a digest is the registry's to say",
    "spread-pods": "whether a spread or an affinity is meant is not guessed",
    "add-apparmor-annotations": "AppArmor's default profile needs no word where the node has it",
    "add-capabilities": "capabilities are not added",
    "add-runtimeclassname": _GUESS,
}


def leaves(value: Any, at: str = "") -> set[tuple[str, str]]:
    """Every leaf with its path, items by their own place."""
    if isinstance(value, dict):
        return {leaf for key, item in cast("Json", value).items() for leaf in leaves(item, f"{at}.{key}")}
    if isinstance(value, list):
        return {leaf for n, item in enumerate(cast("list[Any]", value)) for leaf in leaves(item, f"{at}[{n}]")}
    return {(at, repr(value))}


def test_kyvernos_mutations_are_ours_or_listed_with_the_reason(tmp_path: Path) -> None:
    files = index("kyverno-mutate")
    goldens = [(file, each) for file, each in files.items() if each["role"] == "golden"]
    assert {each["control"] for _, each in goldens} == {*OURS, *NOT_OURS}
    for file, case in goldens:
        if case["control"] not in OURS:
            continue
        rules, settings, beyond = OURS[case["control"]]
        wanted = body_of("kyverno-mutate", file)
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"workloads": settings}))
        given = tmp_path / "resource.yaml"
        given.write_bytes((CORPORA / "kyverno-mutate" / file).with_name("resource.yaml").read_bytes())
        asked = [option for rule in rules for option in ("--rule", rule)]
        main(["scan", str(given), "--fix", "--config", str(config), *asked])
        (made,) = [
            each for each in yaml.safe_load_all(given.read_text()) if each["metadata"]["name"] == name_of(wanted)
        ]
        made["metadata"].setdefault("namespace", wanted["metadata"].get("namespace"))
        wanted["metadata"].setdefault("namespace", None)
        ours, theirs = leaves(made), leaves(wanted)
        assert ours <= theirs, file
        unlisted = {path for path, _ in theirs - ours if not any(f".{each}" in path for each in beyond)}
        assert unlisted == set(), file


def name_of(body: Json) -> str:
    return body["metadata"]["name"]
