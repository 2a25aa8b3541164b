"""Probes and lifecycle."""

from tests.unit.policies.cases.case import Case, Json, fails, nested, passes, pod_of, with_container, workload
from tests.unit.policies.cases.pod_security import in_containers

PROBE: Json = {"httpGet": {"path": "/", "port": 80}}
PORTS = [{"name": "http", "containerPort": 80}]
SIDECAR: Json = {"name": "s", "image": "a", "restartPolicy": "Always"}
CONTROLLERS = (
    "apps/v1/Deployment",
    "apps/v1/StatefulSet",
    "apps/v1/DaemonSet",
    "apps/v1/ReplicaSet",
    "v1/ReplicationController",
)
JOBS = ("batch/v1/Job", "batch/v1/CronJob")


def container(kind: str = "apps/v1/Deployment", **fields: object) -> Json:
    return workload(kind, pod={"containers": [{"name": "app", "image": "a", **fields}]})


def owned(kind: str, **pod: object) -> Json:
    return workload(kind, pod=pod)


CASES: list[Case] = [
    *(
        case
        for rule, name in (
            ("liveness-probe", "livenessProbe"),
            ("readiness-probe", "readinessProbe"),
            ("startup-probe", "startupProbe"),
        )
        for case in (
            *fails(rule, container(ports=PORTS), workload(pod={"initContainers": [{**SIDECAR, "ports": PORTS}]})),
            *passes(rule, container(ports=PORTS, **nested(name, PROBE))),
            *passes(rule, *(container(kind, ports=PORTS) for kind in JOBS)),
            *passes(rule, pod_of({"initContainers": [{"name": "i", "ports": PORTS}]}, [])),
        )
    ),
    *fails("liveness-probe", container()),
    *passes("readiness-probe", container(), container(ports=[])),
    *fails("probes-distinct", with_container(livenessProbe=PROBE, readinessProbe=PROBE)),
    *fails(
        "probes-distinct", pod_of({"initContainers": [{**SIDECAR, "livenessProbe": PROBE, "readinessProbe": PROBE}]})
    ),
    *fails(
        "probes-distinct",
        *(
            with_container(livenessProbe={action: {"port": 1}}, readinessProbe={action: {"port": 1}})
            for action in ("tcpSocket", "exec", "grpc")
        ),
    ),
    *passes(
        "probes-distinct",
        with_container(),
        with_container(livenessProbe={**PROBE, "failureThreshold": 6}, readinessProbe=PROBE),
        with_container(livenessProbe={"tcpSocket": {"port": 80}}, readinessProbe=PROBE),
        pod_of({"initContainers": [{"name": "i", "livenessProbe": PROBE, "readinessProbe": PROBE}]}),
    ),
    *fails(
        "probe-port",
        with_container(livenessProbe=PROBE),
        with_container(ports=PORTS, startupProbe={"grpc": {"port": 81}}),
    ),
    *fails("probe-port", with_container(ports=PORTS, readinessProbe={"tcpSocket": {"port": "metrics"}})),
    *fails("probe-port", pod_of({"initContainers": [{**SIDECAR, "livenessProbe": PROBE}]})),
    *passes(
        "probe-port",
        with_container(),
        with_container(ports=PORTS, livenessProbe=PROBE, readinessProbe={"httpGet": {"port": "http"}}),
        with_container(ports=PORTS, livenessProbe={"httpGet": {"port": "80"}}),
        pod_of({"initContainers": [{"name": "i", "livenessProbe": PROBE}]}),
    ),
    *(
        case
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for case in (
            *fails(
                "exec-probe-commands",
                *(
                    with_container(**nested(f"{probe}.exec.command", ["sh", "-c", c]))
                    for c in ("/bin/ps aux", "x; ls", "jcmd")
                ),
                pod_of({"initContainers": [{**SIDECAR, **nested(f"{probe}.exec.command", ["ps"])}]}),
            ),
            *passes("exec-probe-commands", with_container(**nested(f"{probe}.exec.command", ["grpc_health", "tools"]))),
            *passes("exec-probe-commands", with_container(**nested(probe, PROBE))),
        )
    ),
    *(
        case
        for kind in CONTROLLERS
        for case in (
            *fails("restart-policy", owned(kind, restartPolicy="Never"), owned(kind, restartPolicy="OnFailure")),
            *passes("restart-policy", owned(kind), owned(kind, restartPolicy="Always")),
        )
    ),
    *passes("restart-policy", owned("batch/v1/Job", restartPolicy="Never"), pod_of({"restartPolicy": "Never"})),
    *fails("job-ttl", workload("batch/v1/Job"), workload("batch/v1/Job", {"ttlSecondsAfterFinished": -1})),
    *passes("job-ttl", workload("batch/v1/Job", {"ttlSecondsAfterFinished": 0}), workload("batch/v1/CronJob")),
    *fails("cron-job-ttl", workload("batch/v1/CronJob", {"job": {"ttlSecondsAfterFinished": 5}})),
    *passes("cron-job-ttl", workload("batch/v1/CronJob"), workload("batch/v1/Job", {"ttlSecondsAfterFinished": 0})),
    *fails("deadlines", workload("batch/v1/CronJob"), workload("batch/v1/CronJob", {"startingDeadlineSeconds": 0})),
    *passes("deadlines", workload("batch/v1/CronJob", {"startingDeadlineSeconds": 1}), workload("batch/v1/Job")),
    *fails("bare-pods", pod_of(), pod_of(ownerReferences=[])),
    *passes("bare-pods", pod_of(ownerReferences=[{"kind": "ReplicaSet", "name": "r"}]), workload()),
    *fails("priority-class", pod_of(), pod_of({"priorityClassName": ""})),
    *passes("priority-class", pod_of({"priorityClassName": "service"})),
    *fails("dns-config", pod_of(), pod_of({"dnsConfig": {"options": [{"name": "ndots", "value": "5"}]}})),
    *fails("dns-config", pod_of({"dnsConfig": {"options": [{"name": "timeout", "value": "2"}]}})),
    *passes("dns-config", pod_of({"dnsConfig": {"options": [{"name": "edns0"}, {"name": "ndots", "value": "2"}]}})),
    *in_containers(
        "duplicate-env",
        "env",
        (None, [{"name": "A"}, {"name": "B"}], [{"value": "a"}, {"value": "b"}]),
        ([{"name": "A"}, {"name": "B"}, {"name": "A"}],),
    ),
    *in_containers(
        "port-names",
        "ports",
        (
            None,
            [{"containerPort": 1}],
            [{"name": "http", "containerPort": 65535}],
            [{"name": "a2345678901-345", "containerPort": 80}],
        ),
        (
            [{"name": "a23456789012345x", "containerPort": 80}],
            [{"name": "8080", "containerPort": 80}],
            [{"name": "Http", "containerPort": 80}],
            [{"name": "-a", "containerPort": 80}],
            [{"name": "a--b", "containerPort": 80}],
            [{"containerPort": 0}],
            [{"containerPort": 65536}],
            [{"name": "http"}],
        ),
    ),
]
