"""Jobs of a Compose file: services that end."""

from __future__ import annotations

from typing import Any

from components.manifests.compose import compose
from tests.unit.components.given import BUILD, settings


def services() -> dict[str, Any]:
    job = {"image": BUILD, "port": None, "job": {"deadlineSeconds": 900, "retries": 2}}
    nightly = {**job, "job": {"deadlineSeconds": 900, "retries": 0, "schedule": {"cron": "0 3 * * *"}}}
    api = {"image": BUILD, "dependsOn": ["migrate"]}
    return compose(settings(workloads={"api": api, "migrate": job, "report": nightly}), {}, "dev").document["services"]


def test_a_job_is_started_again_as_often_as_it_may_fail() -> None:
    found = services()

    assert (found["migrate"]["restart"], found["report"]["restart"]) == ("on-failure:2", "no")


def test_who_depends_on_a_job_waits_for_its_good_end() -> None:
    assert services()["api"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_nothing_starts_a_job_with_a_schedule_by_itself() -> None:
    found = services()

    assert found["report"]["profiles"] == ["scheduled"]
    assert "profiles" not in found["migrate"]
