"""The evaluator: patches, partial containers, exemptions that are not decided yet."""

from policies.plain import SENTINELS
from tests.unit.policies.objects import DIGEST, bad_pod_spec, deployment, findings, good_pod_spec, pod, token

UNKNOWN = min(SENTINELS)
PATCH = "kubernetes:apps/v1:DeploymentPatch"


def test_a_patch_is_judged_by_what_it_states() -> None:
    body = deployment({"containers": [{"name": "app", "securityContext": {"runAsNonRoot": False}}]})
    assert [f.about.id for f in findings(body, PATCH)] == ["run-as-non-root"]


def test_what_a_patch_does_not_state_is_left_alone() -> None:
    assert findings(deployment({"containers": [{"name": "app"}]}), PATCH) == []


def test_a_model_of_kserve_is_judged_by_what_it_states() -> None:
    model = {"modelFormat": {"name": "onnx"}, "image": "nginx:latest", "resources": {"limits": {"cpu": "0"}}}
    body = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "m"},
        "spec": {"predictor": {"model": model}},
    }
    assert {f.about.id for f in findings(body, token(body))} == {
        "cpu-limit",
        # the request is not stated, and a limit of zero does not stand in for it, whatever the runtime requests
        "image-tag",
        "image-digest",
        "image-registry",
    }


def test_an_exemption_that_is_not_known_yet_leaves_violations_undecided() -> None:
    body = pod({**bad_pod_spec(), "hostUsers": UNKNOWN})
    found = findings(body, token(body), ("run-as-user-zero",))
    assert {f.verdict for f in found} == {"unknown"}
    assert len(found) == 5


def test_an_exemption_that_is_not_known_yet_changes_nothing_for_what_passes() -> None:
    body = pod({**good_pod_spec(), "hostUsers": UNKNOWN})
    assert findings(body, token(body)) == []


def test_an_exemption_of_a_wrong_type_exempts_nothing() -> None:
    body = pod({**bad_pod_spec(), "hostUsers": "false"})
    assert {f.verdict for f in findings(body, token(body), ("run-as-user-zero",))} == {"violation"}


def test_an_item_of_a_list_is_found_at_its_place() -> None:
    body = {"items": [deployment(good_pod_spec()), deployment({"containers": [{"name": "a", "image": f"a@{DIGEST}"}]})]}
    found = findings(body, "kubernetes:apps/v1:DeploymentList", ("memory-limit",))
    assert [f.where() for f in found] == ["items[1].spec.template.spec.containers[0].resources.limits.memory"]
