"""How violations are mended, by rule. What is not here needs somebody who knows the program."""

from __future__ import annotations

from policies.mutations import Append, Copy, Drop, Mending, Put
from policies.predicates import (
    AllOf,
    AnyOf,
    Contains,
    Empty,
    Equals,
    Field,
    Not,
    Predicate,
    Setting,
    SomeItem,
    container,
    item,
    obj,
    pod,
)
from policies.rules.gpu import NAMES
from policies.rules.lifecycle import JOB_TTL_SECONDS

_ADDED = container("securityContext.capabilities.add", "list")
_DROPPED = container("securityContext.capabilities.drop", "list")
_LINUX = Not(Equals(pod("os.name", "string"), "windows"))
_NOT_ROOT_BY_NUMBER: Predicate = Not(
    AnyOf(
        (
            Equals(pod("securityContext.runAsUser", "int"), 0),
            *(
                SomeItem(pod(name, "list"), Equals(item("securityContext.runAsUser", "int"), 0))
                for name in ("containers", "initContainers", "ephemeralContainers")
            ),
        )
    )
)
_CONFINED: Predicate = Not(
    AnyOf(
        (
            Equals(container("securityContext.privileged", "bool"), True),
            *(Contains(_ADDED, name) for name in ("SYS_ADMIN", "CAP_SYS_ADMIN", "ALL")),
        )
    )
)
_SECCOMP = Put(pod("securityContext.seccompProfile.type", "string"), "RuntimeDefault")
_ACCOUNT = pod("serviceAccountName", "string")
_OLD_ACCOUNT = pod("serviceAccount", "string")
_OPTIONS = pod("dnsConfig.options", "list")

MENDINGS: dict[str, Mending] = {
    "allow-privilege-escalation": Mending(
        "container",
        (Put(container("securityContext.allowPrivilegeEscalation", "bool"), False),),
        "Says `false` where nothing is said. A set-uid program no longer makes root. Not in a privileged container or "
        "one with SYS_ADMIN: the API refuses the two together.",
        when=_CONFINED,
    ),
    "run-as-non-root": Mending(
        "pod",
        (Put(pod("securityContext.runAsNonRoot", "bool"), True),),
        "Says `true` on the pod where nothing is said. An image whose user is root is then refused by the node: give "
        "it another user. Not where a user 0 is asked for by number.",
        when=_NOT_ROOT_BY_NUMBER,
    ),
    "seccomp-required": Mending(
        "pod",
        (_SECCOMP,),
        "Says `RuntimeDefault` on the pod where nothing is said. Kernel calls that hardly any program makes are then "
        "refused.",
    ),
    "capabilities-restricted": Mending(
        "container",
        (Append(_DROPPED, "ALL"),),
        "Adds `ALL` to what is dropped. A program that is started as root and changes its user itself can then no "
        "longer do that. Capabilities that are added by name stay, and are found still.",
    ),
    "drop-net-raw": Mending(
        "container",
        (Append(_DROPPED, "NET_RAW"),),
        "Adds `NET_RAW` to what is dropped, unless it is added by name. `ping` may stop working.",
        when=AllOf((_LINUX, Not(Contains(_ADDED, "NET_RAW")))),
    ),
    "linux-hardening": Mending(
        "pod",
        (_SECCOMP,),
        "As for `seccomp-required`.",
        when=_LINUX,
    ),
    "automount-sa-token": Mending(
        "pod",
        (Put(pod("automountServiceAccountToken", "bool"), False),),
        "Says `false` where nothing is said and the pod names no account of its own: who names one may need its token.",
        when=AllOf(tuple(AnyOf((Empty(field), Equals(field, "default"))) for field in (_ACCOUNT, _OLD_ACCOUNT))),
    ),
    "deprecated-sa-field": Mending(
        "pod",
        (Copy(_ACCOUNT, _OLD_ACCOUNT), Drop(_OLD_ACCOUNT)),
        "Renames `serviceAccount`. Not where `serviceAccountName` has another value.",
    ),
    "image-pull-policy": Mending(
        "container",
        (Put(container("imagePullPolicy", "string"), "Always"),),
        "Says `Always` where nothing is said and the image has no digest. A node then needs the registry for each "
        "start.",
    ),
    "job-ttl": Mending(
        "object",
        (Put(obj("spec.ttlSecondsAfterFinished", "int"), Setting(JOB_TTL_SECONDS.name)),),
        "Sets the time that the setting `jobTtlSeconds` names. The Job and its logs are gone after it.",
        when=Empty(obj("metadata.ownerReferences", "list")),
    ),
    "cron-job-ttl": Mending(
        "object",
        (Drop(obj("spec.jobTemplate.spec.ttlSecondsAfterFinished", "int")),),
        "Takes it away: the history limits (by default 3 Jobs that succeeded and 1 that failed) hold.",
    ),
    "dns-config": Mending(
        "pod",
        (Append(_OPTIONS, (("name", "ndots"), ("value", "2"))),),
        "Adds the option where no `ndots` is set. A name with one dot is then first looked up as it is.",
        when=Not(SomeItem(_OPTIONS, Equals(item("name", "string"), "ndots"))),
    ),
    "pdb-unhealthy-eviction": Mending(
        "object",
        (Put(obj("spec.unhealthyPodEvictionPolicy", "string"), "AlwaysAllow"),),
        "Says `AlwaysAllow` where nothing is said. Pods that are not ready may then be evicted whatever the budget.",
    ),
    "gpu": Mending(
        "container",
        tuple(
            Copy(
                Field("container", ("resources", "limits", name), "quantity"),
                Field("container", ("resources", "requests", name), "quantity"),
            )
            for name in NAMES
        ),
        "Sets the limit to the request where there is a request alone: Kubernetes accepts nothing else. Never a number "
        "of its own.",
    ),
}
