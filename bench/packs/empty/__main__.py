"""One policy that does nothing: the SDK's own cost per resource."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)


def nothing(_args: ResourceValidationArgs, _report: ReportViolation) -> None:
    """Look at nothing, report nothing."""


PolicyPack(
    name="empty",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[ResourceValidationPolicy(name="nothing", description="Does nothing.", validate=nothing)],
)
