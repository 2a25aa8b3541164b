"""Pods that run to their end: once, or whenever a schedule comes round."""

from collections.abc import Mapping
from typing import Any

from components.manifests.labels import environment_labels, selector, workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.pod import pod_template
from components.manifests.volumes import claim_spec, job_claim_name
from components.spec.environment import Environment
from components.spec.job import Job
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.workload import Workload

_CONCURRENCY = {"forbid": "Forbid", "replace": "Replace", "allow": "Allow"}


def job(
    environment: Environment,
    name: str,
    workload: Workload,
    spec: Job,
    image: Leaf,
    secret_objects: Mapping[str, Leaf],
    profiles: OwnProfiles = NO_PROFILES,
) -> Manifest:
    """A Job, or a CronJob for one with a schedule.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        spec: what makes it a job.
        image: `repository@sha256:…`, possibly not known yet.
        secret_objects: the name of the Kubernetes secret of each secret that the workload names.
        profiles: its own, if it has some.
    """
    labels = workload_labels(environment, name, workload)
    metadata = {"name": name, "namespace": environment.namespace, "labels": labels}
    run: dict[str, Any] = {
        "activeDeadlineSeconds": spec.deadline_seconds,
        "backoffLimit": spec.retries,
        "completions": spec.completions,
        "parallelism": spec.parallelism,
        "template": pod_template(environment, name, workload, image, secret_objects, profiles=profiles),
    }
    when = spec.schedule
    if when is None:
        # A Job that failed is made anew by the next run of the engine, as nobody can update it.
        again = {"pulumi.com/replaceUnready": "true"}
        return manifest(
            "batch/v1", "Job", {**metadata, "annotations": again}, spec={**run, "ttlSecondsAfterFinished": spec.ttl}
        )
    rounds = {
        "schedule": when.cron,
        "timeZone": when.time_zone,
        "concurrencyPolicy": _CONCURRENCY[when.concurrency],
        "startingDeadlineSeconds": when.starting_deadline_seconds,
        "successfulJobsHistoryLimit": when.keep_succeeded,
        "failedJobsHistoryLimit": when.keep_failed,
        "suspend": when.suspend,
        "jobTemplate": {"metadata": {"labels": labels}, "spec": run},
    }
    return manifest("batch/v1", "CronJob", metadata, spec=rounds)


def job_claims(environment: Environment, name: str, workload: Workload) -> dict[str, Manifest]:
    """The claims for a job's storage, by the name of the volume; they stay when it goes, as a StatefulSet's do."""
    labels = {**selector(name), **environment_labels(environment)}
    return {
        volume.name: manifest(
            "v1",
            "PersistentVolumeClaim",
            {"name": job_claim_name(name, volume), "namespace": environment.namespace, "labels": labels},
            spec=claim_spec(volume),
        )
        for volume in (workload.volumes if workload.job else ())
    }
