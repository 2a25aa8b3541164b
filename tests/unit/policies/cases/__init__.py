"""Objects that pass and violate each rule, one module per family."""

from tests.unit.policies.cases import (
    availability,
    config,
    gpu,
    hardening,
    images,
    lifecycle,
    metadata,
    network,
    pod_security,
    rbac,
    resources,
)
from tests.unit.policies.cases.case import Case

FAMILIES = (
    pod_security, hardening, resources, images, lifecycle, availability, network, config, rbac, metadata, gpu,
)  # fmt: skip
CASES: list[Case] = [case for family in FAMILIES for case in family.CASES]
