"""Probes and lifecycle: how a pod says that it is well, and how it ends."""

from __future__ import annotations

from policies.plain import UNKNOWN, Unknown
from policies.predicates import (
    AllOf,
    AnyOf,
    AtLeast,
    Empty,
    Equals,
    Matches,
    Missing,
    Not,
    Parameters,
    container,
    item,
    obj,
    pod,
)
from policies.rule import ADVISED, ON_REQUEST, Parameter, Role
from policies.rules.build import (
    CONTROLLERS,
    CORE,
    JOBS,
    about,
    careful,
    judged,
    listed,
    mapping,
    object_rule,
    of_container,
    of_object,
    of_pod,
    pod_rule,
)

_SERVING: tuple[Role, ...] = ("container", "sidecar")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_PROBE = f'{CORE}.ProbeArgs(http_get={CORE}.HTTPGetActionArgs(path="/health", port="http"))'
_PORTS = container("ports", "list")

LIVENESS_PROBE = pod_rule(
    about(
        "liveness-probe",
        "Liveness probe",
        "low",
        "A process that hangs without ending is started anew only if somebody asks it how it is.",
        "set a livenessProbe that asks the process itself, not what it depends on",
        _PROBE,
        levels=ADVISED,
        decision="Not asked of Jobs, nor of init and ephemeral containers.",
    ),
    of_container(
        Not(Missing(container("livenessProbe", "object"))), container("livenessProbe", "object"), "must be set"
    ),
    roles=_SERVING,
    except_kinds=JOBS,
)
READINESS_PROBE = pod_rule(
    about(
        "readiness-probe",
        "Readiness probe",
        "medium",
        "Without it a pod gets requests before it can answer them, at every start and every update.",
        "set a readinessProbe",
        _PROBE,
        decision="Asked of containers that have ports: one without ports is no Service's target.",
    ),
    of_container(
        AnyOf((Not(Missing(container("readinessProbe", "object"))), Empty(_PORTS))),
        container("readinessProbe", "object"),
        "must be set on a container that has ports",
    ),
    roles=_SERVING,
    except_kinds=JOBS,
)
STARTUP_PROBE = pod_rule(
    about(
        "startup-probe",
        "Startup probe",
        "low",
        "A slow start needs a probe of its own, or the liveness probe ends it before it is over.",
        "set a startupProbe",
        _PROBE,
        levels=ON_REQUEST,
    ),
    of_container(Not(Missing(container("startupProbe", "object"))), container("startupProbe", "object"), "must be set"),
    roles=_SERVING,
    except_kinds=JOBS,
)


def _alike(value: object, _: Parameters) -> str | None:
    probes = [mapping(mapping(value).get(name)) for name in ("livenessProbe", "readinessProbe")]
    actions = [{key: probe.get(key) for key in ("httpGet", "tcpSocket", "exec", "grpc")} for probe in probes]
    same = actions[0] == actions[1] and any(actions[0].values())
    sooner = [probe.get("failureThreshold") for probe in probes]
    return "both probes ask the same, equally often" if same and sooner[0] == sooner[1] else None


PROBES_DISTINCT = pod_rule(
    about(
        "probes-distinct",
        "Distinct probes",
        "low",
        "When both probes ask the same, a pod that is only busy is ended, where it should get no more requests.",
        "ask something else, or let the liveness probe fail later (failureThreshold)",
        f"{CORE}.ProbeArgs(tcp_socket={CORE}.TCPSocketActionArgs(port=8000), failure_threshold=6)",
        levels=ADVISED,
    ),
    of_container(
        judged(
            "compares two parts of an object", container("", "any"), careful(_alike, "livenessProbe", "readinessProbe")
        ),
        container("livenessProbe", "object"),
        "must not be the readiness probe",
    ),
    roles=_SERVING,
)


def _missing_port(value: object, _: Parameters) -> str | None:
    fields = mapping(value)
    ports = [mapping(port) for port in listed(fields.get("ports"))]
    known = {port.get(key) for port in ports for key in ("name", "containerPort")} - {None}
    for name in _PROBES:
        for action in ("httpGet", "tcpSocket", "grpc"):
            port = mapping(mapping(fields.get(name)).get(action)).get("port")
            if isinstance(port, str | int) and port not in known and not (str(port).isdigit() and int(port) in known):
                return f"that of {name} is not"
    return None


PROBE_PORT = pod_rule(
    about(
        "probe-port",
        "Probe's port",
        "medium",
        "A probe of a port that the container does not have fails for ever.",
        "name one of the container's ports",
        _PROBE,
        levels=ADVISED,
        decision="A port need not be declared to be open, so this is advice; a name has to be.",
    ),
    of_container(
        judged("joins probes with ports", container("", "any"), careful(_missing_port, "ports", *_PROBES)),
        _PORTS,
        "must have the port of every probe",
    ),
    roles=_SERVING,
)
_COMMAND = item("", "string")
EXEC_PROBE_COMMANDS = pod_rule(
    about(
        "exec-probe-commands",
        "Commands in probes",
        "low",
        "Commands that list processes or files say that something runs, not that it answers.",
        "ask the service itself with httpGet, grpc or tcpSocket",
        _PROBE,
        levels=ADVISED,
    ),
    *(
        of_container(
            Not(Matches(_COMMAND, r"(^|[\s/;&|])(jcmd|ps|ls)(\s|$)")),
            _COMMAND,
            "must not be jcmd, ps or ls",
            container(f"{name}.exec.command", "list"),
        )
        for name in _PROBES
    ),
    roles=_SERVING,
)
_RESTART = pod("restartPolicy", "string")
RESTART_POLICY = pod_rule(
    about(
        "restart-policy",
        "Restart policy",
        "medium",
        "A service that stays down after its first crash is no service.",
        "set restartPolicy to Always, or leave it out",
        f'{CORE}.PodSpecArgs(restart_policy="Always", containers=containers)',
    ),
    of_pod(AnyOf((Missing(_RESTART), Equals(_RESTART, "Always"))), _RESTART, "must be Always"),
    kinds=CONTROLLERS,
)
_TTL = obj("spec.ttlSecondsAfterFinished", "int")
_CRON_TTL = obj("spec.jobTemplate.spec.ttlSecondsAfterFinished", "int")
JOB_TTL_SECONDS = Parameter(
    "jobTtlSeconds", {"type": "integer"}, 86400, "How long an ended Job stays where a remediation says so, in seconds."
)
JOB_TTL = object_rule(
    about(
        "job-ttl",
        "Job's time to live",
        "low",
        "A Job that has ended stays, with its pods, until somebody removes it.",
        "set ttlSecondsAfterFinished on the Job",
        "kubernetes.batch.v1.JobSpecArgs(ttl_seconds_after_finished=86400, template=template)",
        levels=ADVISED,
        decision="Jobs of a CronJob are kept by its history limits: there it is cron-job-ttl's turn.",
    ),
    ("batch/Job",),
    of_object(AtLeast(_TTL, 0), _TTL, "must be set"),
    parameters=(JOB_TTL_SECONDS,),
)
CRON_JOB_TTL = object_rule(
    about(
        "cron-job-ttl",
        "CronJob's time to live",
        "low",
        "A CronJob keeps as many ended Jobs as its history limits say; a time to live takes them away before.",
        "remove ttlSecondsAfterFinished from the jobTemplate, and set the history limits",
        "kubernetes.batch.v1.CronJobSpecArgs(\n"
        '    schedule="0 3 * * *", successful_jobs_history_limit=3, job_template=job_template\n'
        ")",
        levels=ADVISED,
    ),
    ("batch/CronJob",),
    of_object(Missing(_CRON_TTL), _CRON_TTL, "must not be set"),
)
_STARTING = obj("spec.startingDeadlineSeconds", "int")
DEADLINES = object_rule(
    about(
        "deadlines",
        "CronJob's deadline",
        "low",
        "Without a deadline a CronJob that was held up starts whenever it can, or after 100 misses never again.",
        "set startingDeadlineSeconds",
        "kubernetes.batch.v1.CronJobSpecArgs(\n"
        '    schedule="0 3 * * *", starting_deadline_seconds=600, job_template=job_template\n'
        ")",
        levels=ADVISED,
    ),
    ("batch/CronJob",),
    of_object(AtLeast(_STARTING, 1), _STARTING, "must be set"),
)
_OWNERS = obj("metadata.ownerReferences", "list")
BARE_PODS = object_rule(
    about(
        "bare-pods",
        "Bare Pods",
        "medium",
        "A Pod that nothing keeps is gone with its node.",
        "let a Deployment, a StatefulSet or a Job make the Pod",
        'kubernetes.apps.v1.Deployment("web", spec=spec)',
        levels=ADVISED,
    ),
    ("Pod",),
    of_object(Not(Empty(_OWNERS)), _OWNERS, "must name what made the Pod"),
)
_PRIORITY = pod("priorityClassName", "string")
PRIORITY_CLASS = pod_rule(
    about(
        "priority-class",
        "Priority class",
        "low",
        "When room is short, what has no priority waits or goes first.",
        "set priorityClassName",
        f'{CORE}.PodSpecArgs(priority_class_name="service", containers=containers)',
        levels=ON_REQUEST,
    ),
    of_pod(Not(Empty(_PRIORITY)), _PRIORITY, "must be set"),
)


def _ndots(value: object, _: Parameters) -> str | None:
    for option in map(mapping, listed(value)):
        if option.get("name") == "ndots" and option.get("value") == "2":
            return None
    return "ndots is not 2"


DNS_CONFIG = pod_rule(
    about(
        "dns-config",
        "DNS options",
        "low",
        "With five dots asked for, every name outside the cluster costs several questions first.",
        "set the option ndots to 2 in dnsConfig",
        f'{CORE}.PodDNSConfigArgs(options=[{CORE}.PodDNSConfigOptionArgs(name="ndots", value="2")])',
        levels=ON_REQUEST,
    ),
    of_pod(
        judged("looks for one entry by two fields", pod("dnsConfig.options", "any"), careful(_ndots)),
        pod("dnsConfig.options", "list"),
        "must have ndots",
    ),
)


def _twice(value: object, _: Parameters) -> str | Unknown | None:
    names = [mapping(entry).get("name") for entry in listed(value)]
    known = [name for name in names if isinstance(name, str)]
    if len(set(known)) < len(known):
        return "one name is there twice"
    return UNKNOWN if UNKNOWN in names or UNKNOWN in listed(value) else None


DUPLICATE_ENV = pod_rule(
    about(
        "duplicate-env",
        "Duplicate variables",
        "medium",
        "Of two variables of one name the later counts, and an update may take away the wrong one.",
        "remove one of them",
        f'{CORE}.EnvVarArgs(name="LOG_LEVEL", value="info")',
    ),
    of_container(
        judged("compares the items of a list with each other", container("env", "any"), _twice),
        container("env", "list"),
        "must have each name once",
    ),
)
_NAME, _NUMBER = item("name", "string"), item("containerPort", "int")
PORT_NAMES = pod_rule(
    about(
        "port-names",
        "Names of ports",
        "low",
        "A name that Kubernetes does not accept is found out at the update only.",
        "use at most 15 lower-case letters, digits and '-', with at least one letter, and a port from 1 to 65535",
        f'{CORE}.ContainerPortArgs(name="http", container_port=8000)',
    ),
    of_container(
        AnyOf(
            (
                Missing(_NAME),
                AllOf(
                    (
                        Matches(_NAME, "^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$"),
                        Matches(_NAME, "[a-z]"),
                        Not(Matches(_NAME, "--")),
                    )
                ),
            )
        ),
        _NAME,
        "must be a port's name",
        _PORTS,
    ),
    of_container(
        AllOf((AtLeast(_NUMBER, 1), Not(AtLeast(_NUMBER, 65536)))), _NUMBER, "must be from 1 to 65535", _PORTS
    ),
)

RULES = (
    LIVENESS_PROBE,
    READINESS_PROBE,
    STARTUP_PROBE,
    PROBES_DISTINCT,
    PROBE_PORT,
    EXEC_PROBE_COMMANDS,
    RESTART_POLICY,
    JOB_TTL,
    CRON_JOB_TTL,
    DEADLINES,
    BARE_PODS,
    PRIORITY_CLASS,
    DNS_CONFIG,
    DUPLICATE_ENV,
    PORT_NAMES,
)
