"""Who a container runs as."""

from __future__ import annotations

from policies.predicates import (
    AllOf,
    AnyOf,
    Equals,
    Missing,
    Not,
    container,
    pod,
)
from policies.rule import About, Check, PodRule, Reference
from policies.rules.parameters import KUBERNETES_VERSION
from policies.rules.pod_security.build import (
    ON_WINDOWS,
    RESTRICTED,
    RESTRICTED_PSS,
    SECURITY,
    USER_NAMESPACE,
    pss_rule,
)

_NSA = Reference("NSA-CISA Kubernetes Hardening Guide 1.2", "Non-root containers and rootless container engines")
_CIS = Reference("CIS Kubernetes Benchmark 1.8", "5.2.7")
_ESCALATION = container("securityContext.allowPrivilegeEscalation", "bool")
ALLOW_PRIVILEGE_ESCALATION = pss_rule(
    "allow-privilege-escalation",
    "Privilege escalation",
    "high",
    "Privilege Escalation",
    "A set-uid program makes a process root that has started as nobody, unless the kernel is told not to let it.",
    "set securityContext.allowPrivilegeEscalation to false",
    f"{SECURITY}(allow_privilege_escalation=False)",
    (Check("container", Equals(_ESCALATION, False), _ESCALATION, "must be false"),),
    cis="5.2.6",
    profiles=RESTRICTED,
    unless=ON_WINDOWS,
)
_POD_NON_ROOT = pod("securityContext.runAsNonRoot", "bool")
_CONTAINER_NON_ROOT = container("securityContext.runAsNonRoot", "bool")
_POD_USER = pod("securityContext.runAsUser", "int")
_CONTAINER_USER = container("securityContext.runAsUser", "int")

RUN_AS_NON_ROOT = PodRule(
    About(
        id="run-as-non-root",
        title="Run as non-root",
        severity="high",
        rationale=(
            "A process that is root in its container is root on the node once it gets out of the container. With "
            "runAsNonRoot the node refuses to start an image whose user is root, whatever the image says."
        ),
        mend="set securityContext.runAsNonRoot to true on the pod, and remove it or set it to true on the container",
        snippet=(
            "kubernetes.core.v1.PodSpecArgs(\n"
            "    security_context=kubernetes.core.v1.PodSecurityContextArgs(run_as_non_root=True),\n"
            "    containers=containers,\n"
            ")"
        ),
        references=(Reference(RESTRICTED_PSS, "Running as Non-root"), _NSA, _CIS),
        profiles=RESTRICTED,
        decision=(
            "runAsUser above zero alone is not enough: Pod Security asks for runAsNonRoot, other tools accept either."
        ),
    ),
    checks=(
        Check("pod", Not(Equals(_POD_NON_ROOT, False)), _POD_NON_ROOT, "must not be false"),
        Check(
            "container",
            AnyOf(
                (
                    Equals(_CONTAINER_NON_ROOT, True),
                    AllOf((Missing(_CONTAINER_NON_ROOT), Equals(_POD_NON_ROOT, True))),
                )
            ),
            _CONTAINER_NON_ROOT,
            "must be true, here or on the pod (and then not false here)",
        ),
    ),
    unless=USER_NAMESPACE,
    parameters=(KUBERNETES_VERSION,),
)

RUN_AS_USER_ZERO = PodRule(
    About(
        id="run-as-user-zero",
        title="runAsUser 0",
        severity="high",
        rationale="User 0 is root, in the container and, once out of it, on the node.",
        mend="set securityContext.runAsUser to the image's own user, such as 10001, or leave it out",
        snippet="kubernetes.core.v1.SecurityContextArgs(run_as_user=10001, run_as_group=10001)",
        references=(Reference(RESTRICTED_PSS, "Running as Non-root user"), _NSA),
        profiles=RESTRICTED,
    ),
    checks=(
        Check("pod", Not(Equals(_POD_USER, 0)), _POD_USER, "must not be 0"),
        Check("container", Not(Equals(_CONTAINER_USER, 0)), _CONTAINER_USER, "must not be 0"),
    ),
    unless=USER_NAMESPACE,
    parameters=(KUBERNETES_VERSION,),
)
