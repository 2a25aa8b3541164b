"""A job's object: a Job, or a CronJob."""

from __future__ import annotations

from typing import Any

import pytest

from components.manifests.deployment import deployment
from components.manifests.image_trial import image_trial
from components.manifests.job import job, job_claims
from components.manifests.manifest import Manifest
from tests.unit.components.given import environment, workload

NIGHTLY = {"cron": "0 3 * * *"}
DATA = {"name": "data", "path": "/data", "size": "1Gi", "storageClass": "fast"}


def made(schedule: dict[str, Any] | None = None, **fields: Any) -> Manifest:
    what = workload(port=None, **fields, job={"deadlineSeconds": 900, "retries": 1, "schedule": schedule})
    assert what.job
    return job(environment(), "report", what, what.job, "image", {"token": "token-1"})


def test_a_job_is_bounded_and_goes_after_a_while() -> None:
    spec = made()["spec"]

    assert (spec["activeDeadlineSeconds"], spec["backoffLimit"], spec["ttlSecondsAfterFinished"]) == (900, 1, 86_400)


def test_a_failed_pod_stays_to_be_looked_at() -> None:
    assert made()["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_job_that_failed_is_made_anew() -> None:
    assert made()["metadata"]["annotations"] == {"pulumi.com/replaceUnready": "true"}


def test_a_schedule_says_everything_that_kubernetes_would_decide() -> None:
    spec = made(NIGHTLY)["spec"]

    template = spec.pop("jobTemplate")
    assert template["spec"]["activeDeadlineSeconds"] == 900
    assert "ttlSecondsAfterFinished" not in template["spec"]
    assert spec == {
        "schedule": "0 3 * * *",
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
        "suspend": False,
    }


@pytest.mark.parametrize("schedule", [None, NIGHTLY])
def test_its_pods_are_those_of_a_service_that_serves_nothing(schedule: dict[str, Any] | None) -> None:
    parts = {"secrets": ["token"], "env": {"A": "b"}, "gpu": {"whole": {"count": 1}}}
    served = deployment(
        environment(), "report", workload(port=None, replicas=1, **parts), "image", {"token": "token-1"}
    )
    spec = made(schedule, **parts)["spec"]

    found = (spec["jobTemplate"]["spec"] if schedule else spec)["template"]
    assert found["spec"].pop("restartPolicy") == "Never"
    assert found == served["spec"]["template"]


def test_its_storage_is_a_claim_that_its_pods_name() -> None:
    what = workload(port=None, volumes=[DATA], job={"deadlineSeconds": 900})
    (claim,) = job_claims(environment(), "report", what).values()

    volumes = made(volumes=[DATA])["spec"]["template"]["spec"]["volumes"]
    assert claim["spec"]["storageClassName"] == "fast"
    assert claim["metadata"]["name"] in [each.get("persistentVolumeClaim", {}).get("claimName") for each in volumes]


def test_what_serves_has_no_claims_of_its_own() -> None:
    assert job_claims(environment(), "store", workload(replicas=1, volumes=[DATA])) == {}


def test_its_image_is_not_tried_as_that_would_be_a_run() -> None:
    assert "job" in image_trial(workload(port=None, job={"deadlineSeconds": 900}))["needs"]
    assert not image_trial(workload())["needs"]
