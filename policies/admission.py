"""`python -m policies admission`: the same rules as Kubernetes' own admission policies, with the same ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from policies import VERSION
from policies.cel import Names, expression, items_of, value_of
from policies.predicates import Parameters, Predicate, python_only
from policies.rule import Check, ObjectRule, PodRule, Role, SingleRule
from policies.settings import Override, Settings
from policies.view import render

_GROUP = "admissionregistration.k8s.io/v1"
_PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "StorageClass": "storageclasses"}
_CARRIERS = (
    "Pod",
    "PodTemplate",
    "ReplicationController",
    "apps/DaemonSet",
    "apps/Deployment",
    "apps/ReplicaSet",
    "apps/StatefulSet",
    "batch/CronJob",
    "batch/Job",
)
# Groups of which a cluster of today serves nothing any more.
_GONE = frozenset({"extensions"})
_AROUND = {
    "Pod": "object",
    "PodTemplate": "object.template",
    "CronJob": "object.spec.jobTemplate.spec.template",
}
_LISTS: dict[Role, str] = {
    "container": "variables.spec.?containers.orValue([])",
    "init": 'variables.spec.?initContainers.orValue([]).filter(c, c.?restartPolicy.orValue("") != "Always")',
    "sidecar": 'variables.spec.?initContainers.orValue([]).filter(c, c.?restartPolicy.orValue("") == "Always")',
    "ephemeral": "variables.spec.?ephemeralContainers.orValue([])",
}
_ACTIONS: dict[Override, list[str]] = {"mandatory": ["Deny"], "advisory": ["Warn", "Audit"]}
_LONGEST_MESSAGE = 1000
_WRITTEN_BEFORE = {
    "deprecated-sa-field": "the API server has written either name of the field by the other before it asks",
    "min-replicas": "where nothing is said, the API server has written 1 before it asks",
    "storage-class": "where nothing is said, the API server has written the cluster's default before it asks",
}
"""Rules that are data, and that an admission policy still could not ask: what they ask about is another by then."""


def policies(rules: dict[str, SingleRule], settings: Settings, default: Override) -> Iterator[dict[str, object]]:
    """Writes the rules down as admission policies and their bindings.

    Args:
        rules: The rules, by id.
        settings: Their parameters and levels.
        default: The level of rules that have the level of their policy.

    Yields:
        A ValidatingAdmissionPolicy and a ValidatingAdmissionPolicyBinding for each rule that is asked and is data.
    """
    for rule_id, rule in rules.items():
        level = settings.level(rule.about) or default
        if level == "disabled" or reasons(rule):
            continue
        name = f"slipway-{rule_id}"
        labels = {"app.kubernetes.io/name": "slipway-policies", "app.kubernetes.io/version": VERSION}
        metadata: dict[str, object] = {
            "name": name,
            "labels": labels,
            "annotations": {"slipway.dev/severity": rule.about.severity, "slipway.dev/title": rule.about.title},
        }
        yield {
            "apiVersion": _GROUP,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata,
            "spec": _spec(rule, settings.parameters),
        }
        yield {
            "apiVersion": _GROUP,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name, "labels": labels},
            "spec": {"policyName": name, "validationActions": _ACTIONS[level]},
        }


def reasons(rule: SingleRule) -> tuple[str, ...]:
    """Why a rule cannot be an admission policy; none when it can."""
    predicates: list[Predicate] = [check.require for check in rule.checks]
    if rule.unless is not None:
        predicates.append(rule.unless)
    said = tuple(reason for predicate in predicates for reason in python_only(predicate))
    before = _WRITTEN_BEFORE.get(rule.about.id)
    return (*said, before) if before is not None else said


def _spec(rule: SingleRule, parameters: Parameters) -> dict[str, object]:
    spec: dict[str, object] = {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": _resources(rule)}}
    if isinstance(rule, PodRule):
        around = "object.spec.template"
        for kind, where in _AROUND.items():
            around = f'object.kind == "{kind}" ? {where} : {around}'
        spec["variables"] = [
            {"name": "around", "expression": around},
            {"name": "spec", "expression": "variables.around.spec"},
            {"name": "template", "expression": "variables.around.?metadata.orValue({})"},
        ]
    spec["validations"] = [
        {"expression": _validation(rule, check, parameters), "message": _message(rule, check), "reason": "Invalid"}
        for check in rule.checks
    ]
    return spec


def _message(rule: SingleRule, check: Check) -> str:
    where = render((*(check.each.path if check.each is not None else ()), *check.at.path))
    text = f"{rule.about.id} ({rule.about.severity}): {where} {check.wanted}. Mend: {rule.about.mend}."
    return text[:_LONGEST_MESSAGE]


def _validation(rule: SingleRule, check: Check, parameters: Parameters) -> str:
    if check.scope == "container":
        lists = " + ".join(_lists(cast("PodRule", rule).roles))
        inner = _asked(check, parameters, Names(container="c"))
        said = f"({lists}).all(c, {inner})"
    else:
        said = _asked(check, parameters, Names())
    if rule.unless is None:
        return said
    exempt = expression(rule.unless, parameters, Names())
    return said if exempt == "false" else f"{exempt} || {said}"


def _lists(roles: tuple[Role, ...]) -> list[str]:
    if "init" in roles and "sidecar" in roles:
        # All init containers: no need to tell them apart.
        whole = "variables.spec.?initContainers.orValue([])"
        return [whole if role == "init" else _LISTS[role] for role in roles if role != "sidecar"]
    return [_LISTS[role] for role in roles]


def _asked(check: Check, parameters: Parameters, names: Names) -> str:
    if check.each is None:
        return expression(check.require, parameters, names)
    items = value_of(check.each, names)
    if check.each.kind == "object":
        inner = Names(names.container, f"{items}.value()[key]", "key", 1)
        return f"{items}.orValue({{}}).all(key, {expression(check.require, parameters, inner)})"
    inner = Names(names.container, "i", "", 1)
    return f"{items_of(check.each, names)}.all(i, {expression(check.require, parameters, inner)})"


def _resources(rule: SingleRule) -> list[dict[str, object]]:
    if isinstance(rule, ObjectRule):
        kinds = rule.kinds
    else:
        kinds = tuple(kind for kind in rule.kinds or _CARRIERS if kind not in rule.except_kinds)
    groups: dict[str, list[str]] = {}
    for kind in kinds:
        group, _, name = kind.rpartition("/")
        if group not in _GONE:
            found = groups.setdefault(group, [])
            found.append(_PLURALS.get(name, f"{name.lower()}s"))
            if kind == "Pod" and isinstance(rule, PodRule):
                found.append("pods/ephemeralcontainers")
    return [
        {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": resources}
        for group, resources in groups.items()
    ]
