"""What no part of the settings can check alone: names that must exist elsewhere, and the quota that all must fit."""

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal

from components.spec.environment import Environment, Quota
from components.spec.problem import listed, suggestion
from components.spec.refusal import Path, Refusal
from components.spec.registry import Registry
from components.spec.workload import Workload
from policies.values.quantity import parse_quantity


def cross_checks(
    environment: Environment | None,
    registry: Registry | None,
    workloads: Mapping[str, Workload],
    workload_names: Collection[str],
    secret_names: Collection[str],
) -> Iterator[Refusal]:
    """Checks what is known to be well-formed; a part that is not is left out, or given by its names only."""
    for name, workload in workloads.items():
        yield from _named_secrets(name, workload, secret_names)
        yield from _named_peers(name, workload, workload_names)
    if registry and registry.credentials:
        yield from _known(
            ("registry", "credentials", "password"), registry.credentials.password, secret_names, "secret"
        )
    if registry and registry.insecure and environment and environment.tier != "dev":
        yield Refusal(
            at=("registry", "insecure"),
            found=f"true, in {environment.tier}",
            allowed="a registry with a certificate outside `dev`",
            mend="remove `insecure`, and name a registry that other machines can reach",
        )
    if environment and environment.quota and len(workloads) == len(workload_names):
        yield from _quota_fits(environment.quota, workloads)


def _named_secrets(name: str, workload: Workload, known: Collection[str]) -> Iterator[Refusal]:
    for index, secret in enumerate(workload.secrets):
        yield from _known(("workloads", name, "secrets", index), secret, known, "secret")
    for identifier, secret in (workload.image.build.secrets if workload.image.build else {}).items():
        if secret.secret:
            at = ("workloads", name, "image", "build", "secrets", identifier, "secret")
            yield from _known(at, secret.secret, known, "secret")


def _named_peers(name: str, workload: Workload, known: Collection[str]) -> Iterator[Refusal]:
    for side, peers in (("allowFrom", workload.network.allow_from), ("allowTo", workload.network.allow_to)):
        for index, peer in enumerate(peers):
            if peer.workload:
                at = ("workloads", name, "network", side, index, "workload")
                yield from _known(at, peer.workload, known, "workload")


def _known(at: Path, name: str, known: Collection[str], noun: str) -> Iterator[Refusal]:
    if name in known:
        return
    close = suggestion(name, known)
    yield Refusal(
        at=at,
        found=f"{name!r}, which is not declared",
        allowed=f"a {noun} under `slipway:{noun}s`: {listed(sorted(known), 'or')}",
        mend=f"did you mean `{close}`?" if close else f"declare it under `slipway:{noun}s`",
    )


_Measure = tuple[Path, Callable[[Quota], Decimal], Callable[[Workload], Decimal], Callable[[Decimal], str]]


def _whole(amount: Decimal) -> str:
    return str(int(amount))


def _cores(amount: Decimal) -> str:
    return str(int(amount)) if amount == int(amount) else f"{int(amount * 1000)}m"


def _bytes(amount: Decimal) -> str:
    return f"{-(-int(amount) // 2**20)}Mi"


_MEASURES: tuple[_Measure, ...] = (
    (
        ("requests", "cpu"),
        lambda quota: parse_quantity(quota.requests.cpu),
        lambda workload: parse_quantity(workload.resources.requests.cpu),
        _cores,
    ),
    (
        ("requests", "memory"),
        lambda quota: parse_quantity(quota.requests.memory),
        lambda workload: parse_quantity(workload.resources.requests.memory),
        _bytes,
    ),
    (
        ("limits", "cpu"),
        lambda quota: parse_quantity(quota.limits.cpu),
        lambda workload: parse_quantity(workload.resources.limits.cpu),
        _cores,
    ),
    (
        ("limits", "memory"),
        lambda quota: parse_quantity(quota.limits.memory),
        lambda workload: parse_quantity(workload.resources.limits.memory),
        _bytes,
    ),
    (("pods",), lambda quota: Decimal(quota.pods), lambda _: Decimal(1), _whole),
    (
        ("gpus",),
        lambda quota: Decimal(quota.gpus),
        lambda workload: Decimal(workload.gpu.count if workload.gpu else 0),
        _whole,
    ),
)


def _quota_fits(quota: Quota, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """All workloads under full load and in a rollout at the same time: the worst hour must fit, or a rollout hangs."""
    for at, allowance, of_one_pod, text in _MEASURES:
        needs = {name: workload.peak_pods * of_one_pod(workload) for name, workload in workloads.items()}
        need = sum(needs.values(), Decimal(0))
        if need <= allowance(quota):
            continue
        shares = ", ".join(f"{name} {text(share)}" for name, share in needs.items() if share)
        yield Refusal(
            at=("environment", "quota", *at),
            found=f"{text(allowance(quota))}, but the workloads need {text(need)} at their peak ({shares})",
            allowed=f"at least `{text(need)}`: full autoscaling and the extra pods of a rollout together",
            mend=f"raise it to `{text(need)}`, or lower replicas, `autoscaling.max`, sizes or `rollout.maxSurge`",
        )
