"""Namespaces and their network policies."""

from __future__ import annotations

from collections.abc import Iterator

from policies.labels import label_selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import listed, mapping
from policies.rules.joins.build import EACH, found_at, join_rule, left_open, nothing_chosen, spec_of
from policies.together import Carried, Claim, Together
from policies.truth import Verdict
from policies.view import Manifest

_NETWORK = "kubernetes.networking.v1"

_POLICY = "networking.k8s.io/NetworkPolicy"
_SELECTED = "must choose the pods of some workload"


def _network_policies(objects: Together) -> Iterator[Claim]:
    for policy in objects.of(_POLICY):
        spec = spec_of(policy)
        own = label_selector(spec.get("podSelector"))
        verdict = None if own.empty or policy.partial else nothing_chosen(objects, policy, own)
        if verdict:
            yield Claim(verdict, policy, ("spec", "podSelector"), _SELECTED)
        for way, side in (("ingress", "from"), ("egress", "to")):
            for at, peer in found_at(spec, way, EACH, side, EACH, at=("spec",)):
                yield from _peer(objects, policy, at, peer)


def _peer(objects: Together, policy: Manifest, at: Path, peer: object) -> Iterator[Claim]:
    if peer is UNKNOWN:
        yield Claim("unknown", policy, at, _SELECTED)
        return
    fields = mapping(peer)
    elsewhere, selector = fields.get("namespaceSelector"), label_selector(fields.get("podSelector"))
    if selector.empty or (elsewhere is not None and elsewhere is not UNKNOWN):
        return
    verdict = nothing_chosen(objects, policy, selector)
    if verdict:
        yield Claim(left_open(verdict, elsewhere), policy, (*at, "podSelector"), _SELECTED)


DANGLING_NETWORKPOLICY = join_rule(
    "dangling-networkpolicy",
    "NetworkPolicy without pods",
    "medium",
    "A policy that chooses no pods, or lets in pods that are not there, protects or connects nothing: a name is wrong.",
    "give the selector the labels of the pods that are meant",
    f'{_NETWORK}.NetworkPolicySpecArgs(pod_selector=selector, policy_types=["Ingress", "Egress"])',
    _network_policies,
    decision="A peer with a namespaceSelector may well be elsewhere, and is not looked for.",
)

_WAYS = ("Ingress", "Egress")


class _Covered:
    """Which pods of a namespace the policies cover, one way.

    Attributes:
        everything: Whether a policy for every pod covers it; None: that is not known yet.
        pods: The pods that are chosen, by identity.
        maybe: Whether others may turn out to be chosen.
    """

    __slots__ = ("everything", "maybe", "pods")

    def __init__(self) -> None:
        self.everything: bool | None = False
        self.pods: set[int] = set()
        self.maybe = False

    def add(self, objects: Together, namespace: str, policy: Manifest, *, sure: bool) -> None:
        selector = label_selector(spec_of(policy).get("podSelector"))
        if selector.empty:
            self.everything = True if sure else self.everything or None
            return
        found = objects.chosen(namespace, selector)
        self.maybe = self.maybe or bool(found.waiting) or not sure or not selector.known
        if sure:
            self.pods |= {id(carried.pod) for carried in found.pods}

    def verdict(self, carried: Carried) -> Verdict | None:
        if self.everything or id(carried.pod) in self.pods:
            return None
        return "unknown" if self.everything is None or self.maybe else "violation"


def _covers(policy: Manifest, way: str) -> bool | None:
    """Whether a policy is about one way; None: not known yet."""
    spec = spec_of(policy)
    types = spec.get("policyTypes")
    if types is None:
        egress = spec.get("egress")
        return way == "Ingress" or (None if egress is UNKNOWN else bool(egress))
    return None if types is UNKNOWN or UNKNOWN in listed(types) else way in listed(types)


def _open(objects: Together) -> Iterator[Claim]:
    for carried in objects.adrift:
        for way in _WAYS:
            yield from _uncovered(carried, _Covered(), way, objects.absent(_POLICY, UNKNOWN))
    for namespace, pods in objects.pods():
        policies = list(objects.placed(namespace, _POLICY))
        foreign = objects.has_kind_like(namespace, "NetworkPolicy", _POLICY)
        for way in _WAYS:
            covered = _Covered()
            for policy in policies:
                about = _covers(policy, way)
                if about is not False:
                    covered.add(objects, namespace, policy, sure=about is True and not policy.partial)
            absent = None if foreign else objects.absent(_POLICY, namespace)
            for carried in pods:
                yield from _uncovered(carried, covered, way, "unknown" if absent and foreign is None else absent)


def _uncovered(carried: Carried, covered: _Covered, way: str, absent: Verdict | None) -> Iterator[Claim]:
    on_host = mapping(carried.pod.spec).get("hostNetwork")
    verdict = covered.verdict(carried)
    if absent is None or on_host is True or verdict is None or not carried.whole:
        return
    if absent == "unknown" or on_host is UNKNOWN or isinstance(carried.pod.spec, Unknown):
        verdict = "unknown"
    problem = f"must be chosen by a NetworkPolicy for {way.lower()}"
    yield Claim(verdict, carried.manifest, carried.pod.path, problem)


NETWORK_POLICY = join_rule(
    "network-policy",
    "NetworkPolicy for every pod",
    "high",
    "A pod that no policy chooses talks to everyone, and everyone to it: an intruder in one pod is beside all others.",
    "add a NetworkPolicy that chooses the pods, for Ingress and for Egress",
    f'{_NETWORK}.NetworkPolicySpecArgs(pod_selector={{}}, policy_types=["Ingress", "Egress"])',
    _open,
    decision="Both ways have to be covered. Pods in the node's network are left out, since no policy holds them; where "
    "the namespace has another system's policies (Cilium's, Calico's) nothing is claimed.",
)


def _without_bounds(objects: Together) -> Iterator[Claim]:
    for namespace in objects.of("Namespace"):
        name = mapping(namespace.body.get("metadata")).get("name")
        own = isinstance(name, str) and name.startswith("kube-")
        if own or namespace.partial or not isinstance(name, str | Unknown):
            continue
        for kind in ("ResourceQuota", "LimitRange"):
            verdict = None if any(objects.placed(name, kind)) else objects.absent(kind, name)
            if verdict:
                yield Claim(verdict, namespace, ("metadata", "name"), f"must have a {kind}")


NAMESPACE_QUOTA = join_rule(
    "namespace-quota",
    "Quota and limits of a Namespace",
    "medium",
    "Without a quota one namespace can take the whole cluster; without a LimitRange one container its node.",
    "add a ResourceQuota and a LimitRange to the Namespace",
    'kubernetes.core.v1.ResourceQuotaSpecArgs(hard={"requests.cpu": "8", "requests.memory": "32Gi", "pods": "50"})',
    _without_bounds,
    decision="Asked of Namespaces that are among the objects, but for the cluster's own (kube-…).",
)

RULES = (DANGLING_NETWORKPOLICY, NETWORK_POLICY, NAMESPACE_QUOTA)
