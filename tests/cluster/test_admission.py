"""The rules as admission policies: a real API server gives the verdicts that a scan gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from policies.admission import policies, reasons
from policies.catalogue import POD_RULES
from policies.evaluate import compile_rules, evaluate
from policies.plain import plain
from policies.settings import WORKLOADS_LEVELS, load
from policies.view import manifests
from tests.cluster.admission import GROUP, Asking, bound
from tests.cluster.support import Cluster, Object
from tests.support.waiting import eventually
from tests.unit.policies.cases import CASES
from tests.unit.policies.cases.case import pod_of

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
FEWEST = {"pss": 140, "gatekeeper-library": 150, "kyverno-mutate": 80}
"""Other projects' objects by folder, and how many of them an API server takes at least."""

RULES = {rule_id: rule for rule_id, rule in POD_RULES.items() if not reasons(rule)}
# So few that what the API server may warn of in one answer holds them all.
GROUPS = {rule_id: f"group-{number // 12}" for number, rule_id in enumerate(RULES)}
OF_EACH_VERDICT = 5
APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
SELECTED = "app.kubernetes.io/name=slipway-policies"

NEVER_VIOLATED = {
    "default-namespace": "the namespace of this test is a workload's own",
    "ephemeral-containers": "the API server takes none in an object that is new",
    "legacy-sa-token": "the API server makes such a Secret only for an account that is there",
    "port-names": "the API server refuses such a name by itself",
    "proc-mount": "without a user namespace the API server refuses it by itself",
    "proc-mount-restricted": "user namespaces are not to be had in every cluster",
    "restart-policy": "the API server refuses it by itself",
    "secret-restrictions": "no Secret is forbidden by default",
    "selector-matches": "the API server refuses it by itself",
    "unstable-api": "this cluster serves none of them",
}
"""Rules that no object violates which this API server takes, with the reason."""


MORE = (
    ("sysctls", pod_of({"securityContext": {"sysctls": [{"name": "kernel.msgmax"}]}})),
    (
        "windows-host-process",
        pod_of({"hostNetwork": True, "securityContext": {"windowsOptions": {"hostProcess": True}}}),
    ),
)
"""What the cases leave out, or say in a way that an API server does not take."""
CHECKED = compile_rules(RULES.values(), load({}, POD_RULES, WORKLOADS_LEVELS).parameters)


@dataclass(frozen=True)
class Documents:
    """Objects that an API server takes as long as there are no policies.

    Attributes:
        cases: Of each rule some that violate it, and some that do not: the rule and the object.
        others: Other projects' objects, by folder, file and number.
    """

    cases: list[tuple[str, Object]]
    others: dict[str, Object]

    def violating(self) -> dict[str, Object]:
        """One for each rule that one of them violates."""
        return {rule: body for rule, body in reversed(self.cases) if rule in scan(body, GROUPS[rule])}


def scan(body: Object, group: str) -> frozenset[str]:
    """The rules of a group that an object violates, as a scan says."""
    plainly, _ = plain(body)
    return frozenset(
        finding.about.id
        for manifest in manifests(cast("Object", plainly))
        for finding in evaluate(manifest, CHECKED)
        if finding.verdict == "violation" and GROUPS[finding.about.id] == group
    )


@pytest.fixture(scope="module")
def asking(cluster: Cluster) -> Iterator[Asking]:
    """The API server, and a namespace that enforces nothing, with the service accounts that objects here name."""
    name = "test-admission"
    accounts: list[Object] = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": name}}
        for account in ("web", "shop")
    ]
    cluster.make_namespace(name)
    cluster.apply(accounts)
    with Asking(cluster, name) as asking:
        yield asking
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="module")
def documents(asking: Asking) -> Documents:
    """Objects that the API server takes before there is any policy."""
    cases: list[tuple[str, Object]] = []
    taken: dict[tuple[str, bool], int] = {}
    for rule, given in (*MORE, *((case.rule, case.body) for case in CASES if not case.settings)):
        if rule in RULES and rule not in NEVER_VIOLATED:
            body = asking.prepared(given)
            key = (rule, rule in scan(body, GROUPS[rule]))
            if taken.get(key, 0) < OF_EACH_VERDICT and asking.create(body, "").code < 300:
                taken[key] = taken.get(key, 0) + 1
                cases.append((rule, body))
    others: dict[str, Object] = {}
    for name, given in (each for folder in FEWEST for each in corpus(folder)):
        # Many leave out what no admission controller asks for, such as an image.
        forms = (asking.placed(given), asking.prepared(given))
        if body := next((form for form in forms if asking.create(form, "").code < 300), None):
            others[name] = body
    return Documents(cases, others)


def corpus(folder: str) -> Iterator[tuple[str, Object]]:
    """The objects of another project, by folder, file and number; none where its files are not at hand."""
    for file in sorted((CORPORA / folder).rglob("*.yaml")):
        for number, given in enumerate(yaml.safe_load_all(file.read_text(encoding="utf-8"))):
            if isinstance(given, dict) and {"apiVersion", "kind", "metadata"} <= given.keys():
                yield f"{file.relative_to(CORPORA)}#{number}", cast("Object", given)


@pytest.fixture(scope="module")
def enforced(cluster: Cluster, asking: Asking, documents: Documents) -> Iterator[Asking]:
    """The API server, once it knows the policies: it warns of all that can be violated."""
    settings = load({"rules": dict.fromkeys(RULES, "advisory")}, POD_RULES, WORKLOADS_LEVELS)
    made: list[Any] = list(policies(RULES, settings, "advisory"))
    cluster.apply(bound(made, GROUPS))
    waiting = documents.violating()

    def all_there() -> bool:
        for rule, body in list(waiting.items()):
            if rule in asking.create(body, GROUPS[rule]).violated:
                del waiting[rule]
        return not waiting

    assert eventually(all_there, 60), f"no policy says anything of {sorted(waiting)}"
    yield asking
    asking.remove_policies(SELECTED)


def difference(enforced: Asking, body: Object, group: str) -> list[str]:
    """The rules of a group of which the API server and a scan say different things."""
    return sorted(enforced.create(body, group).violated ^ scan(body, group))


def of_annotations(body: Object) -> frozenset[str]:
    """The rules that miss a security context which the API server makes of a pod's AppArmor annotation."""
    annotations: Object = body["metadata"].get("annotations") or {}
    if body["kind"] == "Pod" and any(key.startswith(APPARMOR) for key in annotations):
        return frozenset({"linux-hardening", "security-context-present"})
    return frozenset()


def test_every_rule_that_is_a_policy_is_violated_by_an_object_here_or_says_why_not(documents: Documents) -> None:
    assert set(RULES) - set(documents.violating()) == set(NEVER_VIOLATED)


def test_the_cases_of_the_rules_get_the_verdicts_of_a_scan(enforced: Asking, documents: Documents) -> None:
    different = [(rule, difference(enforced, body, GROUPS[rule]), body) for rule, body in documents.cases]
    assert [each for each in different if each[1]] == []


@pytest.mark.parametrize("folder", FEWEST)
def test_other_projects_objects_get_the_verdicts_of_a_scan(enforced: Asking, documents: Documents, folder: str) -> None:
    if not CORPORA.is_dir():
        pytest.skip(f"no corpora at {CORPORA}")
    own = {name: body for name, body in documents.others.items() if name.startswith(f"{folder}/")}
    groups = sorted(set(GROUPS.values()))
    different = [
        (name, rules)
        for name, body in own.items()
        for group in groups
        if (rules := difference(enforced, body, group)) and not set(rules) <= of_annotations(body)
    ]
    assert different == []
    assert len(own) >= FEWEST[folder]


def test_what_is_mandatory_is_refused_with_the_rules_own_words(
    cluster: Cluster, enforced: Asking, documents: Documents
) -> None:
    binding: Object = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {
            "name": "slipway-privileged-deny",
            "labels": {SELECTED.partition("=")[0]: SELECTED.partition("=")[2]},
        },
        "spec": {
            "policyName": "slipway-privileged",
            "validationActions": ["Deny"],
            "matchResources": {"objectSelector": {"matchLabels": {GROUP: "deny"}}},
        },
    }
    cluster.apply([binding])
    body = documents.violating()["privileged"]

    assert eventually(lambda: enforced.create(body, "deny").code >= 400)

    refused = enforced.create(body, "deny")
    assert refused.code == 422
    assert "privileged (critical): securityContext.privileged must not be true. Mend: remove" in refused.message


def test_the_api_server_finds_no_fault_in_an_expression(cluster: Cluster, enforced: Asking) -> None:
    def checked() -> list[Object]:
        return [
            each
            for each in cluster.get("validatingadmissionpolicies", "--selector", SELECTED)["items"]
            if each.get("status", {}).get("observedGeneration") == each["metadata"]["generation"]
        ]

    assert eventually(lambda: len(checked()) == len(RULES), 60)
    faults = {
        each["metadata"]["name"]: warnings
        for each in checked()
        if (warnings := each["status"].get("typeChecking", {}).get("expressionWarnings"))
    }
    assert faults == {}
