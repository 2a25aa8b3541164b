"""Resources: limits, requests, what they come to."""

from typing import Any

from tests.unit.policies.cases.case import Case, Json, fails, passes, with_container

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


CASES: list[Case] = [*limits("cpu"), *limits("memory"), *requests("cpu"), *requests("memory")]
