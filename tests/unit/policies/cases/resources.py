"""Resources: limits, requests, what they come to."""

from typing import Any

from tests.unit.policies.cases.case import Case, Json, fails, passes, pod_of, with_container

WITH_RESOURCES = ("containers", "initContainers")


def resources(where: str = "containers", **fields: Any) -> Json:
    return with_container(where, resources=fields)


def limits(resource: str) -> list[Case]:
    rule = f"{resource}-limit"
    made: list[Case] = []
    for where in WITH_RESOURCES:
        made += fails(rule, with_container(where), resources(where, limits={resource: "0"}))
        made += passes(rule, resources(where, limits={resource: "1"}), resources(where, limits={resource: 0.5}))
    return [*made, *passes(rule, with_container("ephemeralContainers"))]


def requests(resource: str) -> list[Case]:
    rule = f"{resource}-request"
    made: list[Case] = []
    for where in WITH_RESOURCES:
        made += fails(
            rule,
            with_container(where),
            resources(where, requests={resource: "0"}, limits={resource: "1"}),
            resources(where, limits={resource: "0"}),
        )
        made += passes(rule, resources(where, requests={resource: "1"}), resources(where, limits={resource: "1"}))
    return [*made, *passes(rule, with_container("ephemeralContainers"))]


def volume(**fields: Any) -> Json:
    return pod_of({"volumes": [{"name": "v", "secret": {}}, {"name": "w", **fields}]})


CASES: list[Case] = [
    *limits("cpu"),
    *limits("memory"),
    *requests("cpu"),
    *requests("memory"),
    *(
        case
        for where in WITH_RESOURCES
        for case in (
            *fails("ephemeral-storage", with_container(where), resources(where, requests={"ephemeral-storage": "1Gi"})),
            *passes("ephemeral-storage", resources(where, limits={"ephemeral-storage": "1Gi"})),
            *fails(
                "request-equals-limit",
                resources(where, requests={"memory": "1Gi"}, limits={"memory": "2Gi"}),
                resources(where, requests={"memory": "1Gi"}),
            ),
            *passes(
                "request-equals-limit",
                with_container(where),
                resources(where, requests={"memory": "1024Mi"}, limits={"memory": "1Gi"}),
                resources(where, limits={"memory": "1Gi"}),
            ),
            *fails("limit-ratio", resources(where, requests={"cpu": "100m"}, limits={"cpu": "1001m"})),
            *fails("limit-ratio", resources(where, requests={"memory": 1}, limits={"memory": 3}), highestLimitRatio=2),
            *fails("limit-ratio", resources(where, limits={"cpu": "300m"}), highestLimits={"cpu": "200m"}),
            *fails("limit-ratio", resources(where, requests={"memory": "3Gi"}), highestRequests={"memory": "2Gi"}),
            *passes("limit-ratio", resources(where, limits={"cpu": "0.2"}), highestLimits={"cpu": "200m"}),
            *passes("limit-ratio", resources(where, limits={"cpu": "x"}), highestLimits={"cpu": "200m"}),
            *passes(
                "limit-ratio",
                resources(where, requests={"cpu": 1, "memory": 1}, limits={"cpu": 5, "memory": 2}),
                highestLimitRatio=2,
                highestCpuLimitRatio=5,
            ),
            *passes(
                "limit-ratio", with_container(where), resources(where, requests={"cpu": "100m"}, limits={"cpu": 1})
            ),
        )
    ),
    *passes("ephemeral-storage", with_container("ephemeralContainers")),
    *passes("request-equals-limit", resources("ephemeralContainers", requests={"memory": "1Gi"})),
    *passes("limit-ratio", resources("ephemeralContainers", requests={"cpu": "1m"}, limits={"cpu": "1"})),
    *fails(
        "emptydir-size", volume(emptyDir={}), volume(emptyDir={"medium": "Memory"}), volume(emptyDir={"sizeLimit": 0})
    ),
    *passes("emptydir-size", pod_of(), volume(emptyDir={"sizeLimit": "1Gi"}), volume(configMap={})),
]
