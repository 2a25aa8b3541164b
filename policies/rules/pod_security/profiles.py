"""AppArmor, SELinux and seccomp."""

from __future__ import annotations

from policies.predicates import (
    KEY,
    AllOf,
    AnyOf,
    Empty,
    Equals,
    Field,
    Matches,
    Missing,
    Not,
    OneOf,
    Predicate,
    Since,
    container,
    item,
    pod,
    template,
)
from policies.rule import Check
from policies.rules.pod_security.build import (
    ON_WINDOWS,
    ONLY_BASELINE,
    PROFILES,
    RESTRICTED,
    SECURITY,
    everywhere,
    pss_rule,
    unset_or,
)

_APPARMOR = "securityContext.appArmorProfile.type"
APPARMOR = pss_rule(
    "apparmor",
    "AppArmor",
    "medium",
    "AppArmor",
    "Without AppArmor's default profile a process may mount, trace and write where a container has no business.",
    "set securityContext.appArmorProfile.type to RuntimeDefault or Localhost, or leave it out",
    f'{SECURITY}(\n    app_armor_profile=kubernetes.core.v1.AppArmorProfileArgs(type="RuntimeDefault")\n)',
    (
        *everywhere(
            _APPARMOR,
            (unset_or(pod(_APPARMOR, "string"), *PROFILES), unset_or(container(_APPARMOR, "string"), *PROFILES)),
            "must be RuntimeDefault or Localhost",
        ),
        Check(
            "pod",
            AnyOf(
                (
                    Not(Matches(KEY, r"^container\.apparmor\.security\.beta\.kubernetes\.io/")),
                    Matches(item("", "string"), r"^(runtime/default|localhost/.*)?$"),
                )
            ),
            item("", "string"),
            "must be runtime/default or localhost/…",
            template("annotations", "object"),
        ),
    ),
)
_SELINUX = ("", "container_t", "container_init_t", "container_kvm_t")
_SELINUX_WANTED = "must be container_t, container_init_t, container_kvm_t or (from 1.31 on) container_engine_t"


def _selinux_type(field: Field) -> Predicate:
    return AnyOf((unset_or(field, *_SELINUX), AllOf((Since("1.31"), Equals(field, "container_engine_t")))))


def _selinux(part: str) -> tuple[Check, ...]:
    path = f"securityContext.seLinuxOptions.{part}"
    of_pod, of_container = pod(path, "string"), container(path, "string")
    if part == "type":
        return everywhere(path, (_selinux_type(of_pod), _selinux_type(of_container)), _SELINUX_WANTED)
    return everywhere(path, (Empty(of_pod), Empty(of_container)), "must not be set")


SELINUX = pss_rule(
    "selinux",
    "SELinux options",
    "medium",
    "SELinux",
    "A SELinux user, role or type of one's own choice can be one that is not confined.",
    "remove seLinuxOptions, or name one of the types that are made for containers",
    f'{SECURITY}(se_linux_options=kubernetes.core.v1.SELinuxOptionsArgs(type="container_t"))',
    (*_selinux("type"), *_selinux("user"), *_selinux("role")),
)
_SECCOMP = "securityContext.seccompProfile.type"
_POD_SECCOMP = pod(_SECCOMP, "string")
_CONTAINER_SECCOMP = container(_SECCOMP, "string")
_SECCOMP_SNIPPET = (
    "kubernetes.core.v1.PodSecurityContextArgs(\n"
    '    seccomp_profile=kubernetes.core.v1.SeccompProfileArgs(type="RuntimeDefault")\n'
    ")"
)
SECCOMP_BASELINE = pss_rule(
    "seccomp-baseline",
    "Seccomp (baseline)",
    "medium",
    "Seccomp",
    "Unconfined opens the kernel calls through which containers have been left before.",
    "set securityContext.seccompProfile.type to RuntimeDefault, or leave it out",
    _SECCOMP_SNIPPET,
    everywhere(
        _SECCOMP,
        (unset_or(_POD_SECCOMP, *PROFILES), unset_or(_CONTAINER_SECCOMP, *PROFILES)),
        "must be RuntimeDefault or Localhost",
    ),
    profiles=ONLY_BASELINE,
    decision="Restricted replaces it by seccomp-required.",
)
SECCOMP_REQUIRED = pss_rule(
    "seccomp-required",
    "Seccomp required",
    "medium",
    "Seccomp (v1.19+)",
    "Where nothing is said, a container runs without any filter of kernel calls on most clusters.",
    "set securityContext.seccompProfile.type to RuntimeDefault on the pod",
    _SECCOMP_SNIPPET,
    (
        Check("pod", unset_or(_POD_SECCOMP, *PROFILES), _POD_SECCOMP, "must be RuntimeDefault or Localhost"),
        Check(
            "container",
            AnyOf(
                (
                    OneOf(_CONTAINER_SECCOMP, PROFILES),
                    AllOf((Missing(_CONTAINER_SECCOMP), OneOf(_POD_SECCOMP, PROFILES))),
                )
            ),
            _CONTAINER_SECCOMP,
            "must be RuntimeDefault or Localhost, here or on the pod",
        ),
    ),
    profiles=RESTRICTED,
    unless=ON_WINDOWS,
    decision="A value that is not allowed fails wherever it stands, also beneath a good one of the pod.",
)
