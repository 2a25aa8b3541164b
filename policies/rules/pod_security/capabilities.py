"""What of root's powers a container has."""

from __future__ import annotations

from policies.predicates import (
    Contains,
    Equals,
    OneOf,
    container,
    item,
)
from policies.rule import Check
from policies.rules.pod_security.build import (
    ON_WINDOWS,
    RESTRICTED,
    SECURITY,
    pss_rule,
)

_BASELINE_CAPABILITIES = (
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
)
_ADDED = container("securityContext.capabilities.add", "list")
_DROPPED = container("securityContext.capabilities.drop", "list")
_CAPABILITY = item("", "string")
CAPABILITIES_BASELINE = pss_rule(
    "capabilities-baseline",
    "Capabilities (baseline)",
    "high",
    "Capabilities",
    "Beyond the capabilities that every container has by default lie those with which it can leave.",
    "remove the capability from securityContext.capabilities.add",
    f'{SECURITY}(\n    capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"], add=["NET_BIND_SERVICE"])\n)',
    (
        Check(
            "container",
            OneOf(_CAPABILITY, _BASELINE_CAPABILITIES),
            _CAPABILITY,
            "must be one of the capabilities that a container has by default, in capitals and without CAP_",
            _ADDED,
        ),
    ),
    cis="5.2.9",
)
CAPABILITIES_RESTRICTED = pss_rule(
    "capabilities-restricted",
    "Drop ALL, add only NET_BIND_SERVICE",
    "high",
    "Capabilities (v1.22+)",
    "A program that serves needs none of root's powers but, at most, that of opening a low port.",
    "set securityContext.capabilities.drop to [ALL], and add nothing but NET_BIND_SERVICE",
    f'{SECURITY}(capabilities=kubernetes.core.v1.CapabilitiesArgs(drop=["ALL"]))',
    (
        Check("container", Contains(_DROPPED, "ALL"), _DROPPED, "must contain ALL"),
        Check("container", Equals(_CAPABILITY, "NET_BIND_SERVICE"), _CAPABILITY, "must be NET_BIND_SERVICE", _ADDED),
    ),
    cis="5.2.10",
    profiles=RESTRICTED,
    unless=ON_WINDOWS,
)
