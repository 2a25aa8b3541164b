"""What passes and violates each rule, one module per family."""

from tests.unit.policies.cases import (
    availability,
    config,
    dockerfile,
    gpu,
    hardening,
    images,
    joins,
    lifecycle,
    metadata,
    network,
    pod_security,
    pulumi,
    rbac,
    release,
    resources,
    supply_chain,
)
from tests.unit.policies.cases.case import Case

FAMILIES = (
    pod_security, hardening, resources, images, lifecycle, availability, network, config, rbac, metadata, gpu, joins,
    release, pulumi, dockerfile, supply_chain,
)  # fmt: skip
CASES: list[Case] = [case for family in FAMILIES for case in family.CASES]
