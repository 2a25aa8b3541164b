"""Every default of the specification, with the reason for each number.

"D0" to "D4" are the documents this project was asked to build. What they state for a service is the default of the
`prod` tier, and of `staging`, so that what passes there is what runs in production. The `dev` tier scales the same
services to a laptop.
"""

from collections.abc import Mapping
from typing import Final, Literal

from policies.values.severity import Graded, Severity

Tier = Literal["dev", "staging", "prod"]
"""How much an environment matters: a laptop, a rehearsal, or what users see."""

Profile = Literal["api", "vector", "model"]
"""What kind of service a workload is: sizes and startup times follow from it."""

PodSecurity = Literal["privileged", "baseline", "restricted"]
"""A level of the Pod Security Standards."""

# --- who a container runs as ------------------------------------------------------------------------------------------

USER_ID: Final = 10001
"""Uid and gid. D0 says 1000 and D1 1001; from 10000 up, ids do not coincide with those of a node's users."""

TMP_SIZE: Final = "100Mi"
"""Size of the writable `/tmp` over a read-only root; D0: `tmpfs /tmp size=100m`."""

SECRETS_FOLDER: Final = "/run/secrets"
"""Where secrets appear as files; D1 and D2."""

SECRET_MODE: Final = 0o400
"""Secret files are readable by their owner only."""

# --- ports and probes -------------------------------------------------------------------------------------------------

PORT: Final = 8000
"""Main port; D0 and D1: the Python API and the model service listen on 8000."""

LIVENESS_PATH: Final = "/health"
"""D0."""

READINESS_PATH: Final = "/ready"
"""D0."""

LIVENESS_PERIOD: Final = 10
"""Seconds between liveness probes; D0."""

READINESS_PERIOD: Final = 5
"""Seconds between readiness probes; D0."""

PROBE_TIMEOUT: Final = 5
"""Seconds until a probe counts as failed; D1: `--timeout=5s`."""

PROBE_FAILURES: Final = 3
"""Failed probes in a row until Kubernetes acts; D1: `--retries=3`."""

STARTUP_PERIOD: Final = 1
"""Seconds between startup probes: Kubernetes' least, for a rollout takes at least one period for each of its pods."""

STARTUP: Final[Mapping[Profile, int]] = {"api": 40, "vector": 60, "model": 600}
"""Seconds a service may take to start. api: D1, `--start-period=40s`. vector: twice D0's delay of 30 s. model: ten
minutes, the time large weights need from a network volume (KServe allows the same)."""

PROCESS_START: Final = 60
"""Seconds a program may take to start beside its model: a framework's import and a GPU's context, which take half of it
on a busy node."""

LOAD_BANDWIDTH: Final = "125Mi"
"""Bytes that storage reads in a second: a cloud's general-purpose volume, without paying for more (AWS gp3)."""

LOAD_SAFETY: Final = 2
"""How many times longer than stated a read may take: several pods of a node read at once."""

GPU_OVERHEAD: Final = "1Gi"
"""GPU memory beside weights and cache: a CUDA context with the kernels of a framework, half of it at least; a tenth of
the weights comes on top, for activations."""

# --- stopping and rolling out -----------------------------------------------------------------------------------------

PRE_STOP: Final = 5
"""Seconds a stopping pod still answers, so that every node has taken it out of the Service before it closes."""

DRAIN: Final = 20
"""Seconds for requests under way to finish; with `PRE_STOP` and `STOP_MARGIN` this makes Kubernetes' usual 30."""

STOP_MARGIN: Final = 5
"""Seconds between the end of draining and the kill."""

PULL: Final = 120
"""Seconds for placing a pod and pulling its image, before its startup counts: 10 GB over 1 Gbit/s, and to unpack it."""

PULL_BANDWIDTH: Final = "100Mi"
"""Bytes of an image that a node pulls in a second, and unpacks: nearly 1 Gbit/s."""

JOB_MARGIN: Final = 600
"""Seconds of a job that deploys, beside its rollouts: to bring the tools, build, push, preview and tell."""

SURGE: Final = 1
"""Pods above the wanted number during a rollout: one at a time keeps the peak, hence the quota, small."""

# --- sizes ------------------------------------------------------------------------------------------------------------

Sizes = Mapping[str, Mapping[str, str]]

# Local disk: D1's five log files of 100 MB and `TMP_SIZE` fit the limit of 1Gi; a usual day's part of it is reserved.
# D4 asks for 20 GB of disk for AI, which a model that is fetched to the node's disk takes.

_DOCUMENTED: Final[Mapping[Profile, Sizes]] = {
    # D1, "Memory limits": 2G and 2 processors, 512M and half a processor reserved.
    "api": {
        "requests": {"cpu": "500m", "memory": "512Mi", "ephemeralStorage": "128Mi"},
        "limits": {"cpu": "2", "memory": "2Gi", "ephemeralStorage": "1Gi"},
    },
    # D0, "Vector service".
    "vector": {
        "requests": {"cpu": "1", "memory": "2Gi", "ephemeralStorage": "128Mi"},
        "limits": {"cpu": "2", "memory": "4Gi", "ephemeralStorage": "1Gi"},
    },
    # D0, "Model service".
    "model": {
        "requests": {"cpu": "2", "memory": "8Gi", "ephemeralStorage": "1Gi"},
        "limits": {"cpu": "4", "memory": "16Gi", "ephemeralStorage": "20Gi"},
    },
}

_LAPTOP: Final[Mapping[Profile, Sizes]] = {
    # An eighth of the documents' memory and a quarter of their processors: all three fit a laptop of 4 cores and 8 GiB.
    "api": {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeralStorage": "1Gi"},
    },
    "vector": {
        "requests": {"cpu": "250m", "memory": "256Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi", "ephemeralStorage": "1Gi"},
    },
    "model": {
        "requests": {"cpu": "500m", "memory": "1Gi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "2Gi", "ephemeralStorage": "4Gi"},
    },
}

SIZES: Final[Mapping[Tier, Mapping[Profile, Sizes]]] = {"dev": _LAPTOP, "staging": _DOCUMENTED, "prod": _DOCUMENTED}
"""Requests and limits of a container."""

SHARED_MEMORY: Final[Mapping[Tier, Mapping[Profile, str | None]]] = {
    # D4: at least 8 GB of shared memory for AI; it counts against the memory limit, of which it is half.
    "dev": {"api": None, "vector": None, "model": "1Gi"},
    "staging": {"api": None, "vector": None, "model": "8Gi"},
    "prod": {"api": None, "vector": None, "model": "8Gi"},
}
"""Size of `/dev/shm`; None leaves the container runtime's 64 MiB."""

PIDS: Final[Mapping[Profile, int]] = {"api": 512, "vector": 1024, "model": 4096}
"""Processes and threads of a container. Servers start a few dozen threads; numeric libraries one for each processor in
each of several pools. CIS Docker Benchmark 5.28 wants a limit and names none."""

REPLICAS: Final[Mapping[Tier, int]] = {"dev": 1, "staging": 2, "prod": 2}
"""Pods of a workload: two are the least that survive the loss of a node."""

CPU_UTILISATION: Final = 70
"""Percent of the requested processor time at which the autoscaler adds pods: leaves room while a new one starts."""

SCALE_DOWN_WINDOW: Final = 300
"""Seconds of lower load before the autoscaler removes pods; Kubernetes' own default, stated."""

POLLING: Final = 15
"""Seconds between KEDA's questions: half a minute is a long wait for whoever comes first."""

COOLDOWN: Final = 900
"""Seconds without load before the last pod ends: longer than the longest start that a profile allows."""

CONTAINER_DEFAULTS: Final[Sizes] = _LAPTOP["api"]
"""What a namespace's LimitRange gives to containers that state nothing: those that slipway did not make."""

# --- jobs -------------------------------------------------------------------------------------------------------------

JOB_RETRIES: Final = 2
"""Enough for a node that goes and a connection that drops; what fails three times is broken. Kubernetes' own default is
six, the waits between which take ten minutes."""

JOB_TTL: Final = 86_400
"""Seconds that a job which ended stays, with its log: a day, as the guardrails' `jobTtlSeconds` has it."""

STARTING_DEADLINE: Final = 600
"""Seconds that a run may be late: longer than a control plane is away for an upgrade."""

CONCURRENCY: Final = "forbid"
"""Two runs of one job rarely go well together; Kubernetes' own default lets them."""

TIME_ZONE: Final = "Etc/UTC"
"""Without summer time no run is left out, and none comes twice; a cluster's own clock may be anywhere."""

KEPT_SUCCEEDED: Final = 3
"""Kubernetes' own default, stated."""

KEPT_FAILED: Final = 3
"""Failures are what one looks at; Kubernetes keeps one."""

# --- Docker hosts -----------------------------------------------------------------------------------------------------

RESTART: Final = "unless-stopped"
"""D1 and D4: recommended for most services; what somebody stopped stays stopped."""

RESTARTS_ON_FAILURE: Final = 5
"""Attempts of the policy `on-failure`; D4: `on-failure:5`, and CIS Docker Benchmark 5.14."""

LOG_SIZE: Final = "100m"
"""Size at which a container's log file is changed for a new one; D1."""

LOG_FILES: Final = 5
"""Log files kept of a container; D1."""

# --- monitoring -------------------------------------------------------------------------------------------------------

AVAILABILITY: Final[Mapping[Tier, str]] = {"dev": "99", "staging": "99.5", "prod": "99.9"}
"""Percent of requests that do not fail. 99.9 is the example that Google's Site Reliability Workbook computes with: 43
minutes of a month. The other tiers are changed more often, and fewer people wait for them."""

SLO_PERIOD: Final = "30d"
"""Over which an error budget is counted; the period of the workbook's table of alerts."""

SCRAPE: Final = 30
"""Seconds between scrapes. The shortest window of the alerts, five minutes for a period of 30 days, then holds ten
samples; a rate needs two, and four leave room for a scrape that failed."""

RETENTION: Final[Mapping[Tier, str]] = {"dev": "3d", "staging": "7d", "prod": "15d"}
"""How long samples are kept. 15 days is Prometheus' own default; three days is the longest window of the alerts."""

PROMETHEUS_STORAGE: Final[Mapping[Tier, str]] = {"dev": "1Gi", "staging": "5Gi", "prod": "10Gi"}
"""A sample takes one to two bytes, says Prometheus' documentation: 15 days of 30000 series, twice a minute, are 2.6 GB
at two bytes, and an index and room to compact come on top."""

PROMETHEUS_SIZES: Final[Mapping[Tier, Sizes]] = {
    "dev": {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi", "ephemeralStorage": "256Mi"},
    },
    "staging": {
        "requests": {"cpu": "250m", "memory": "512Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "256Mi"},
    },
    "prod": {
        "requests": {"cpu": "250m", "memory": "512Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "256Mi"},
    },
}
"""A series in memory takes a few KiB: 30000 of them, a hundred pods with three hundred each, stay below 512 MiB."""

ALERTMANAGER_SIZES: Final[Mapping[Tier, Sizes]] = {
    "dev": {
        "requests": {"cpu": "10m", "memory": "32Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "256Mi"},
    },
    "staging": {
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "200m", "memory": "128Mi", "ephemeralStorage": "256Mi"},
    },
    "prod": {
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "200m", "memory": "128Mi", "ephemeralStorage": "256Mi"},
    },
}
"""It holds the alerts of one environment, which are few."""

ALERTMANAGER_STORAGE: Final = "1Gi"
"""Silences and a log of notifications are kilobytes; smaller volumes are refused by some providers of storage."""

GROUP_WAIT: Final = 30
"""Seconds that a group's first alert waits for others; Alertmanager's own default, stated."""

GROUP_INTERVAL: Final = 300
"""Seconds until news of a group that was told already; Alertmanager's own default, stated."""

REPEAT_INTERVAL: Final = 14_400
"""Seconds until an alert that goes on is told again; Alertmanager's own default, stated."""

UNSEEN: Final = 300
"""Seconds that no target of a workload may answer before somebody is told: longer than a pod takes to move."""

# --- backups ----------------------------------------------------------------------------------------------------------

BACKUP_EVERY: Final = "24h"
"""A day's work is what most can afford to do again; what finds little new takes seconds."""

BACKUP_AT: Final = "02:30"
"""At night in Europe, and clear of the changes of summer time, which UTC does not have."""

BACKUP_CHECK_EVERY: Final = "7d"
"""All that is kept is read: a week of bad copies is the most that the rules for keeping snapshots hide."""

KEPT_SNAPSHOTS: Final[Mapping[str, int]] = {"last": 3, "daily": 7, "weekly": 5, "monthly": 12}
"""Yesterday's mistake, last week's, last month's and last year's: each can be gone back behind."""

BACKUP_TMP: Final = "256Mi"
"""restic writes packs of 16 MiB there before it sends them, several at once."""

BACKUP_PROCESSES: Final = 64
"""Python with a thread for whoever asks, and restic with one for each processor and each connection."""

SNAPSHOTS_AT: Final = "30 2 * * *"
"""At night in Europe, as `BACKUP_AT`."""

SNAPSHOTS_KEPT: Final = 7
"""A week of nights: a mistake is rarely seen later, and what must survive the storage is a backup's."""

SNAPSHOT_WAIT: Final = 600
"""Seconds until a snapshot can be restored: some storage copies it elsewhere first."""

SNAPSHOT_DEADLINE: Final = 3600
"""Seconds for all volumes of an environment, at least: each may take `SNAPSHOT_WAIT`."""

SNAPSHOT_TMP: Final = "4Mi"
"""The least: nothing is written there."""

SNAPSHOT_SIZES: Final[Sizes] = {
    "requests": {"cpu": "10m", "memory": "32Mi", "ephemeralStorage": "16Mi"},
    "limits": {"cpu": "200m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
}
"""A small Python program that asks the API server, in every tier."""

KUBELET_FOLDER: Final = "/var/lib/kubelet"
"""The kubelet's own default for `--root-dir`, which nearly every distribution leaves."""

NODE_AGENT_SIZES: Final[Sizes] = {
    "requests": {"cpu": "10m", "memory": "32Mi", "ephemeralStorage": "16Mi"},
    "limits": {"cpu": "200m", "memory": "256Mi", "ephemeralStorage": "64Mi"},
}
"""One on every node, in every tier: it works when it starts and then waits. A device plugin holds NVML, with 100 MB."""

BACKUP_SIZES: Final[Mapping[Tier, Sizes]] = {
    "dev": {
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi", "ephemeralStorage": "512Mi"},
    },
    "staging": {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "512Mi"},
    },
    "prod": {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "512Mi"},
    },
}
"""restic holds its index in memory, which grows with what is kept; between two backups there is only a small Python
program. On a Docker host `BACKUP_TMP` counts against the limit, too."""

# --- environments -----------------------------------------------------------------------------------------------------

POD_SECURITY: Final[PodSecurity] = "restricted"
"""Every workload slipway makes satisfies it."""

RETAIN_IMAGES: Final[Mapping[Tier, bool]] = {"dev": False, "staging": True, "prod": True}
"""Whether an image outlives its stack: another environment may run the digest of a shared registry."""

REGISTRY_CACHE: Final[Mapping[Tier, bool]] = {"dev": False, "staging": True, "prod": True}
"""Whether builds keep their cache in the registry: a builder on the same machine has its own, and writing it takes
longer than building."""

LARGE_CONTEXT: Final = 100_000_000
"""Bytes given to a build from which on it is warned of. Source is a few megabytes; a hundred take a second to read
for each preview, and hold a model or data that belong in a volume."""

KEPT_VERSIONS: Final = 10
"""D1: at most ten versions of an image."""

KEPT_DAYS: Final = 30
"""D1: at most thirty days."""

KEPT_TAGS: Final = ("latest", "stable", r"/^v?\d+\.\d+\.\d+$/")
"""D1, where the last is `v` and three numbers: its own tags have no `v`, so that it is optional here."""

KEPT_ROLLBACKS: Final = 3
"""Promotions are reverted one at a time, while those who made them remember why: three are a busy day's."""

OWN_CONTEXT: Final = "slipway"
"""The context of the cluster that `slipway cluster up` starts; `toolchain.cluster.addresses` names its node so."""

BUILDER: Final = "slipway"
"""The BuildKit builder, by name."""

BUILD_SECONDS: Final = 7200
"""The longest a build and its push may take. BuildKit itself waits without an end for a registry that takes a push and
never answers; the largest image here takes half an hour on two cores, without a cache."""

PASSWORD_LENGTH: Final = 32
"""Characters of a generated secret: 190 bits when letters and digits are used."""

# --- images -----------------------------------------------------------------------------------------------------------

LINT_FAIL_ON: Final[tuple[Graded, ...]] = ("critical", "high", "medium")
"""The severities that stop a build. What is `low` is a matter of weight or of taste: it is counted, not refused."""

_GRAVE: Final[tuple[Severity, ...]] = ("critical", "high", "unknown")

FAIL_ON: Final[Mapping[Tier, tuple[Severity, ...]]] = {
    "dev": _GRAVE,
    "staging": (*_GRAVE, "not-checked"),
    "prod": (*_GRAVE, "not-checked"),
}
"""The severities that refuse an image. An advisory that does not say how bad it is counts as bad. What no source covers
is not known to be good: a laptop may try it, users may not meet it."""
