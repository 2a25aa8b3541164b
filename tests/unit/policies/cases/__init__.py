"""Objects that pass and violate each rule, one module per family."""

from tests.unit.policies.cases import images, pod_security, resources
from tests.unit.policies.cases.case import Case

CASES: list[Case] = [*pod_security.CASES, *resources.CASES, *images.CASES]
