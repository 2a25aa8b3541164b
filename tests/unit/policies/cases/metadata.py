"""Metadata and API versions."""

from policies.plain import SENTINELS
from policies.rules.metadata import REMOVED, UNSTABLE_API
from tests.unit.policies.cases.case import Case, Json, fails, passes, pod_of, thing, waits, workload

LABELLED = (
    "apps/v1/Deployment", "apps/v1/StatefulSet", "apps/v1/DaemonSet", "apps/v1/ReplicaSet", "v1/ReplicationController",
    "batch/v1/Job", "batch/v1/CronJob", "v1/Pod", "v1/Service",
)  # fmt: skip


def labelled(kind: str, **labels: str) -> Json:
    body = thing(kind, {})
    body["metadata"]["labels"] = labels
    return body


def annotated(**annotations: str) -> Json:
    body = thing("v1/Pod", {})
    body["metadata"]["annotations"] = annotations
    return body


CASES: list[Case] = [
    *(
        case
        for kind in LABELLED
        for case in (
            *fails(
                "required-labels", labelled(kind), labelled(kind, **{"app.kubernetes.io/name": ""}), thing(kind, {})
            ),
            *passes("required-labels", labelled(kind, **{"app.kubernetes.io/name": "web"})),
        )
    ),
    *fails("required-labels", labelled("v1/Pod", **{"app.kubernetes.io/name": "web"}), requiredLabels=["owner"]),
    *fails("required-labels", labelled("v1/Pod", owner="web"), requiredLabels=[], labelPatterns={"owner": "^team-"}),
    *passes(
        "required-labels", labelled("v1/Pod", owner="team-a"), requiredLabels=[], labelPatterns={"owner": "^team-"}
    ),
    *waits("required-labels", annotated(runbook=min(SENTINELS)), requiredLabels=[], requiredAnnotations=["runbook"]),
    *fails("required-labels", thing("v1/Pod"), requiredLabels=[], requiredAnnotations=["runbook"]),
    *fails("required-labels", annotated(runbook="x"), requiredLabels=[], annotationPatterns={"runbook": "^https:"}),
    *passes(
        "required-labels",
        annotated(runbook="https://x"),
        requiredLabels=[],
        requiredAnnotations=["runbook"],
        annotationPatterns={"runbook": "^https:"},
    ),
    *fails(
        "namespace-labels", thing("v1/Namespace"), labelled("v1/Namespace", owner=""), requiredNamespaceLabels=["owner"]
    ),
    *fails("namespace-labels", labelled("v1/Namespace", owner="web"), labelPatterns={"owner": "^team-"}),
    *passes(
        "namespace-labels",
        labelled("v1/Namespace", owner="team-a"),
        requiredNamespaceLabels=["owner"],
        labelPatterns={"owner": "^team-"},
    ),
    *passes("namespace-labels", thing("v1/Namespace")),
    *(
        case
        for since, entries in REMOVED.items()
        for version, kinds in entries
        for kind in kinds
        for minor in (int(since.partition(".")[2]),)
        for case in (
            *fails("deprecated-api", thing(f"{version}/{kind}"), kubernetesVersion=f"1.{max(minor, 25)}"),
            *(
                passes("deprecated-api", thing(f"{version}/{kind}"), kubernetesVersion=f"1.{minor - 1}")
                if minor > 25
                else ()
            ),
        )
    ),
    *passes("deprecated-api", workload(), thing("networking.k8s.io/v1/Ingress"), thing("batch/v1/CronJob")),
    *(
        case
        for group, kind in (name.split("/") for name in UNSTABLE_API.kinds)
        for case in (
            *fails("unstable-api", *(thing(f"{group}/{version}/{kind}") for version in ("v1alpha1", "v2beta3"))),
            *passes("unstable-api", *(thing(f"{group}/{version}/{kind}") for version in ("v1", "v12", "v1beta1x"))),
        )
    ),
    *fails(
        "psa-labels",
        thing("v1/Namespace"),
        labelled("v1/Namespace", **{"pod-security.kubernetes.io/enforce": "privileged"}),
    ),
    *passes(
        "psa-labels",
        *(
            labelled("v1/Namespace", **{"pod-security.kubernetes.io/enforce": level})
            for level in ("baseline", "restricted")
        ),
    ),
    *passes("psa-labels", pod_of()),
]
