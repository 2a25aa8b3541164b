from __future__ import annotations

import pytest

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live import causes

DECLARED: Properties = {
    "name": "main",
    "image": "registry/app:1",
    "resources": {"limits": {"memory": "64Mi"}},
}


def pod(*statuses: Properties, policy: str = "Always", **status: Value) -> Properties:
    return {
        "metadata": {"name": "web-1", "namespace": "ai"},
        "spec": {"restartPolicy": policy, "containers": [DECLARED]},
        "status": {"phase": "Running", "containerStatuses": [*statuses], **status},
    }


def status(state: Properties, *, restarts: int = 0, ready: bool = False, last: Properties | None = None) -> Properties:
    found: Properties = {"name": "main", "image": "registry/app:1", "ready": ready, "restartCount": restarts}
    return {**found, "state": state, "lastState": {"terminated": last} if last else {}}


def ended(code: int = 1, **more: str) -> Properties:
    return {"exitCode": code, "reason": "Error", **more}


BACK_OFF: Properties = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting"}}
RUNNING: Properties = {"running": {"startedAt": "2026-11-22T02:19:29Z"}}


def only(found: list[causes.Cause]) -> causes.Cause:
    assert len(found) == 1, found
    return found[0]


def test_a_ready_pod_has_no_cause_even_if_it_crashed_before() -> None:
    assert causes.of_pod(pod(status(RUNNING, ready=True, restarts=3, last=ended()), conditions=[READY])) == []


READY: Properties = {"type": "Ready", "status": "True"}


@pytest.mark.parametrize(
    ("found", "times"),
    [
        (status({"terminated": ended()}), "once"),
        (status(RUNNING, restarts=1, last=ended()), "once"),
        (status(BACK_OFF, restarts=1, last=ended()), "2 times"),
        (status(BACK_OFF, restarts=3, last=ended()), "4 times"),
    ],
)
def test_crashes_are_counted(found: Properties, times: str) -> None:
    cause = only(causes.of_pod(pod(found)))

    assert cause.sentence == f"pod web-1, container 'main' ended {times}; last: exit code 1"
    assert cause.log is not None


@pytest.mark.parametrize(("restarts", "final"), [(1, None), (2, None), (3, 0.0)])
def test_the_fourth_crash_is_final(restarts: int, final: float | None) -> None:
    assert only(causes.of_pod(pod(status(BACK_OFF, restarts=restarts, last=ended())))).final_s == final


def test_a_job_decides_itself_how_many_crashes_are_too_many() -> None:
    crashed = pod(status(BACK_OFF, restarts=9, last=ended()), policy="OnFailure")

    assert only(causes.of_pod(crashed, runs_to_end=True)).final_s is None


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ({"exitCode": 137, "reason": "OOMKilled"}, "out of memory (its limit: 64Mi), exit code 137"),
        ({"exitCode": 139, "reason": "Error"}, "exit code 139, signal 11"),
        ({"exitCode": 0, "reason": "Completed"}, "exit code 0, although it is meant to run on"),
        ({"exitCode": 2, "reason": "Error", "message": "no settings\n"}, "exit code 2, no settings"),
    ],
)
def test_how_it_ended_is_said(end: Properties, why: str) -> None:
    cause = only(causes.of_pod(pod(status(BACK_OFF, restarts=1, last=end))))

    assert cause.sentence.endswith(f"last: {why}")


def test_a_container_that_has_done_its_work_is_no_cause() -> None:
    assert causes.of_pod(pod(status({"terminated": ended(0)}), policy="Never", phase="Succeeded")) == []


@pytest.mark.parametrize(
    ("reason", "message", "final"),
    [
        ("ErrImagePull", "failed to resolve: registry/app:1: not found", causes.ABSENT_IMAGE_S),
        ("ImagePullBackOff", "401 Unauthorized", causes.ABSENT_IMAGE_S),
        ("InvalidImageName", "", causes.ABSENT_IMAGE_S),
        ("ErrImagePull", "dial tcp: i/o timeout", None),
    ],
)
def test_an_image_that_is_not_there_ends_the_wait_and_a_slow_registry_does_not(
    reason: str, message: str, final: float | None
) -> None:
    cause = only(causes.of_pod(pod(status({"waiting": {"reason": reason, "message": message}}))))

    assert cause.sentence == f"pod web-1, container 'main': image registry/app:1 cannot be pulled: {message or reason}"
    assert cause.final_s == final


def test_a_program_that_would_run_as_root_is_refused_for_good() -> None:
    message = "container has runAsNonRoot and image will run as root"
    waits: Properties = {"waiting": {"reason": "CreateContainerConfigError", "message": message}}

    cause = only(causes.of_pod(pod(status(waits))))

    assert (cause.sentence, cause.final_s) == (
        f"pod web-1, container 'main' cannot be made: {message}",
        causes.REFUSED_S,
    )


def test_a_pod_that_fits_nowhere_says_why() -> None:
    scheduled: Properties = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}

    cause = only(causes.of_pod(pod(phase="Pending", conditions=[scheduled])))

    assert cause.sentence == "pod web-1 fits on no node: 0/1 nodes are available"


def test_a_pod_without_a_node_waits_for_its_own_claims_that_are_not_bound() -> None:
    def claim(name: str, phase: str) -> Properties:
        return {"metadata": {"name": name}, "status": {"phase": phase}}

    waiting = pod(phase="Pending", conditions=[{"type": "PodScheduled", "status": "False"}])
    names = ("data-web-1", "models-web-1")
    waiting["spec"] = {"volumes": [{"persistentVolumeClaim": {"claimName": name}} for name in names]}
    claims = [claim("data-web-1", "Pending"), claim("models-web-1", "Bound"), claim("data-web-2", "Pending")]

    assert causes.unbound_claims(waiting, claims) == claims[:1]
    assert causes.unbound_claims(pod(phase="Running"), claims) == []


def test_a_claim_of_a_pod_is_named() -> None:
    event: Properties = {"reason": "ProvisioningFailed", "message": 'storageclass.storage.k8s.io "none" not found'}
    claim: Properties = {"metadata": {"name": "data-web-1"}, "spec": {"storageClassName": "none"}}

    cause = only(causes.of_claim(claim, [event], "its claim data-web-1"))

    assert cause.sentence == 'its claim data-web-1: storageclass.storage.k8s.io "none" not found'
    assert cause.final_s == causes.PLACES_S


def test_a_pod_that_is_never_ready_says_what_its_probe_said() -> None:
    event: Properties = {"reason": "Unhealthy", "message": "Readiness probe failed: HTTP 500"}

    cause = only(causes.of_pod(pod(status(RUNNING)), [event]))

    assert cause.sentence == "pod web-1, container 'main' runs but is not ready: Readiness probe failed: HTTP 500"


def test_a_pod_that_waits_for_a_volume_says_so() -> None:
    event: Properties = {"reason": "FailedMount", "message": 'secret "creds" not found'}

    cause = only(causes.of_pod(pod(status({"waiting": {"reason": "ContainerCreating"}})), [event]))

    assert cause.sentence == 'pod web-1 waits for a volume: secret "creds" not found'


def test_a_pod_on_its_way_out_is_no_cause() -> None:
    going = pod(status({"terminated": ended(2)}))
    going["metadata"] = {"name": "web-1", "deletionTimestamp": "2026-11-22T02:19:29Z"}

    assert causes.of_pod(going) == []


REFUSAL = 'pods "web-5" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'


@pytest.mark.parametrize(
    "message",
    [
        f"Error creating: {REFUSAL}",
        REFUSAL,
        f"create Pod web-0 in StatefulSet web failed error: {REFUSAL}",
        f"(combined from similar events): Error creating: {REFUSAL}",
    ],
)
def test_refusals_are_told_without_their_wrapping(message: str) -> None:
    cause = only(causes.of_refusals([{"reason": "FailedCreate", "message": message}]))

    assert cause.sentence == 'its pods are refused: violates PodSecurity "restricted:latest": runAsNonRoot != true'
    assert cause.final_s == causes.REFUSED_S


def test_the_same_refusal_in_event_and_condition_is_told_once() -> None:
    event: Properties = {"reason": "FailedCreate", "message": f"Error creating: {REFUSAL}"}

    only(causes.of_refusals([event], [{"type": "ReplicaFailure", "message": REFUSAL}]))


@pytest.mark.parametrize(
    ("message", "final"),
    [
        ('pods "a" is forbidden: exceeded quota: small, requested: pods=1', causes.QUOTA_S),
        ('pods "a" is forbidden: error looking up service account ai/x: serviceaccount "x" not found', causes.PLACES_S),
    ],
)
def test_what_others_may_mend_is_given_time(message: str, final: float) -> None:
    assert only(causes.of_refusals([{"reason": "FailedCreate", "message": message}])).final_s == final


def test_a_claim_says_what_its_provisioner_said() -> None:
    claim: Properties = {"spec": {"storageClassName": "none"}}
    event: Properties = {"reason": "ProvisioningFailed", "message": 'storageclass "none" not found'}

    cause = only(causes.of_claim(claim, [{"reason": "Other"}, event]))

    assert (cause.sentence, cause.final_s) == ('its storage: storageclass "none" not found', causes.PLACES_S)


def test_the_same_cause_in_several_pods_is_told_once_with_their_number() -> None:
    one, two = causes.Cause("a", "pod 1", None), causes.Cause("a", "pod 2", None)

    assert causes.merged([one, two, causes.Cause("b", "c")]) == [(one, 2), (causes.Cause("b", "c"), 1)]
