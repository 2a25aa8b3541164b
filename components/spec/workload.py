"""A workload: one image that runs as a number of equal pods, hardened unless said otherwise."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Items
from components.spec.checked import Checked, Checks
from components.spec.defaults import Profile
from components.spec.docker_host import ComposeProfile, LiveReload, PublishedPort, RestartPolicy, publish_checks
from components.spec.fit import fit_checks
from components.spec.gpu import Gpu
from components.spec.image import Image
from components.spec.job import Job, work_checks
from components.spec.model import Model
from components.spec.network import Network
from components.spec.plain_settings import ConfigFiles, Variables, plain_checks
from components.spec.ports import METRICS_PORT, NamedPort, port_checks
from components.spec.probes import Probes
from components.spec.refusal import Path, Refusal
from components.spec.resources import Resources
from components.spec.runtime import Runtime, runtime_variables
from components.spec.scaling import Autoscaling, Rollout, Shutdown
from components.spec.slo import Slo
from components.spec.timing import Deadlines, TimeChain, Times, time_chain
from components.spec.values import (
    LabelValue,
    Memory,
    Name,
    Port,
    ProjectPath,
    Seconds,
)
from components.spec.volume import MOUNT_POINTS, Volume, volume_checks
from components.spec.waiver import Waiver
from policies.values.quantity import parse_quantity

UserId = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[defaults.USER_ID])]
"""A numeric user or group other than root."""


class Workload(Checked):
    """One service of an environment."""

    image: Annotated[Image, Field(examples=[{"build": {"folder": "images/python-api"}}])]
    """Where the image comes from."""

    profile: Profile = "api"
    """What kind of service it is: `api`, `vector` or `model`. Default sizes and startup time follow from it."""

    version: LabelValue | None = None
    """A version for people, as a label; never part of a selector."""

    replicas: Annotated[int, Field(ge=1, le=1000, examples=[2])] = defaults.REPLICAS["prod"]
    """Pods. One in `dev` and with `volumes`, two elsewhere. Not together with `autoscaling`. A Docker host runs one
    container."""

    autoscaling: Autoscaling | None = None
    """Let the load decide how many pods there are."""

    rollout: Rollout | None = None
    """How pods are replaced."""

    port: Port | None = defaults.PORT
    """The main port, named `http`: probes, Service and address use it. `null` for a workload that serves nothing."""

    extra_ports: Items[NamedPort] = ()
    """Further ports, such as `metrics`."""

    command: Items[str] = ()
    """Replaces the image's entrypoint."""

    args: Items[str] = ()
    """Replaces the image's command."""

    env: Variables = Field(default={}, examples=[{"LOG_LEVEL": "info"}])
    """Plain settings as environment variables. Secrets are files: see `secrets`."""

    config_files: ConfigFiles | None = None
    """Plain settings as files."""

    secrets: Items[Name] = ()
    """Names of secrets under `slipway:secrets`: each is the file `/run/secrets/<name>`; `<NAME>_FILE` is its path."""

    volumes: Items[Volume] = ()
    """Storage that outlives its container, in folders of its own. A workload that keeps something is one pod."""

    depends_on: Items[Name] = ()
    """Workloads that must be ready before this one starts. They still have to let it in: see `network`."""

    profiles: Items[ComposeProfile] = ()
    """Groups it belongs to; left out, it always runs. The environment's tier and `profiles` say which groups run."""

    publish: Items[PublishedPort] = ()
    """Ports at an address of the Docker host. On Kubernetes its Service is the address."""

    restart: RestartPolicy = defaults.RESTART
    """When a Docker host starts it again. Kubernetes always does."""

    live_reload: LiveReload | None = None
    """Source of this machine in place of the image's, on a Docker host in `dev`."""

    resources: Resources = Resources.model_validate(defaults.SIZES["prod"]["api"])
    """Processor time, memory and local disk. By tier and profile: the documents' figures in `staging` and `prod`, a
    laptop's in `dev`."""

    gpu: Gpu | None = None
    """GPUs of each pod."""

    job: Job | None = None
    """It does not serve, but comes to an end: when it runs, and how long it may take."""

    model: Model | None = None
    """The model that it serves: its files, and the times and the memory that follow from their size."""

    runtime: Runtime | None = None
    """What it is written in: variables tell that runtime the container's processors and memory, which it does not see
    by itself."""

    shm_size: Memory | None = None
    """Size of `/dev/shm`, which counts against the memory limit. Half of it for the `model` profile."""

    tmp_size: Memory = defaults.TMP_SIZE
    """Size of the writable `/tmp`; everything else of the root file system is read-only."""

    pids_limit: Annotated[int, Field(ge=8, le=4_194_304, examples=[512])] | None = None
    """Processes and threads. By profile: 512 for `api`, 1024 for `vector`, 4096 for `model`. On Kubernetes this is the
    kubelet's to say (`podPidsLimit`)."""

    seccomp_profile: Annotated[ProjectPath, Field(examples=["profiles/python-api.json"])] | None = None
    """A seccomp profile of its own, a file below the project; left out, the runtime's default. On Kubernetes
    `addons.profiles` brings it to the nodes."""

    app_armor_profile: Annotated[ProjectPath, Field(examples=["profiles/python-api.apparmor"])] | None = None
    """An AppArmor profile of its own, a file below the project; left out, the runtime's default where a node has
    AppArmor. `addons.profiles` brings it to the nodes of a cluster; on a Docker host it is refused."""

    pull_seconds: Seconds = defaults.PULL
    """How long it may take to place a pod and pull its image, before its startup time begins to count. An image that
    holds the `model` gets its time beside the default."""

    deadlines: Deadlines = Deadlines()
    """Bounds of a rollout; left out, they follow from the times of one pod."""

    probes: Probes = Probes()
    """How Kubernetes sees whether it has started, lives and is ready."""

    shutdown: Shutdown = Shutdown()
    """How it stops."""

    priority_class: Annotated[Name, Field(examples=["serving"])] | None = None
    """The PriorityClass of its pods: which ones make room when a cluster is full. Left out, the cluster's default."""

    user: UserId = defaults.USER_ID
    """The user id it runs as."""

    group: UserId = defaults.USER_ID
    """The group id it runs as, which also owns its secret files."""

    network: Network = Network()
    """Who may call it, and whom it may call; nobody, unless named."""

    slo: Slo = Slo()
    """What it promises; alerts and the dashboard follow from it where the environment has `slipway:monitoring`."""

    waivers: Items[Waiver] = ()
    """Rules of the guardrails that do not hold for its objects, for a while. The packs' configuration may forbid it."""

    def checks(self) -> Checks:
        """What its fields must keep to together."""
        yield self._scaling()
        yield self._ports()
        yield self._memory()
        yield self._disk()
        yield self._secret_files()
        yield self._derived_variables()
        yield from fit_checks(self)
        yield from work_checks(self)
        yield self._config_folder()
        yield self._volumes()
        yield self._published()
        yield self._plain_text()
        yield self._waivers()

    def _scaling(self) -> Iterator[Refusal]:
        if self.autoscaling and "replicas" in self.model_fields_set:
            yield Refusal(
                at=("replicas",),
                found=f"{self.replicas}, beside `autoscaling`",
                allowed="one of `replicas` and `autoscaling`",
                mend="remove `replicas`; `autoscaling.min` is the number to begin with",
            )

    def _waivers(self) -> Iterator[Refusal]:
        rules = [waiver.rule for waiver in self.waivers]
        for index, rule in enumerate(rules):
            if rule in rules[:index]:
                yield Refusal(
                    at=("waivers", index, "rule"),
                    found=f"{rule!r}, waived already",
                    allowed="each rule once",
                    mend="remove the second mention",
                )

    def _ports(self) -> Iterator[Refusal]:
        yield from port_checks(self.port, self.extra_ports)

    def _memory(self) -> Iterator[Refusal]:
        limit = self.resources.limits.memory
        if self.shm_size and parse_quantity(self.shm_size) >= parse_quantity(limit):
            yield Refusal(
                at=("shmSize",),
                found=f"{self.shm_size}, with a memory limit of {limit}",
                allowed="less than the memory limit, against which it counts",
                mend="raise `resources.limits.memory`, or lower `shmSize`",
            )

    def _disk(self) -> Iterator[Refusal]:
        limit = self.resources.limits.ephemeral_storage
        if parse_quantity(self.tmp_size) > parse_quantity(limit):
            yield Refusal(
                at=("tmpSize",),
                found=f"{self.tmp_size}, with an ephemeral storage limit of {limit}",
                allowed="no more than the limit, against which it counts",
                mend="raise `resources.limits.ephemeralStorage`, or lower `tmpSize`",
            )

    def _secret_files(self) -> Iterator[Refusal]:
        for index, name in enumerate(self.secrets):
            variable = secret_variable(name)
            if name in self.secrets[:index]:
                yield Refusal(
                    at=("secrets", index),
                    found=f"{name!r}, named already",
                    allowed="each secret once",
                    mend="remove the second mention",
                )
            if variable in self.env:
                yield Refusal(
                    at=("env", variable),
                    found=f"{variable}, which the secret {name!r} sets already",
                    allowed="names that no secret of the workload sets",
                    mend="remove it: it is the path of the secret's file",
                )

    def _derived_variables(self) -> Iterator[Refusal]:
        for field, variables in self._variables():
            for variable in sorted(variables.keys() & self.env.keys()):
                yield Refusal(
                    at=("env", variable),
                    found=f"{variable}, which `{field}` sets already",
                    allowed="names that nothing else of the workload sets",
                    mend=f"remove it, or `{field}`",
                )

    def _variables(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Each field from which variables follow, and these."""
        if self.gpu:
            yield from self.gpu.variables.items()
        if self.runtime:
            yield "runtime", runtime_variables(self.runtime, self.resources, self.shm_size)

    def _config_folder(self) -> Iterator[Refusal]:
        folder = self.config_files.folder if self.config_files else ""
        for taken in MOUNT_POINTS:
            if folder == taken or folder.startswith(f"{taken}/") or (folder and taken.startswith(f"{folder}/")):
                yield Refusal(
                    at=("configFiles", "folder"),
                    found=repr(folder),
                    allowed=f"a folder that does not meet `{taken}`",
                    mend="use a folder of its own, such as `/etc/app`",
                )

    def _volumes(self) -> Iterator[Refusal]:
        config = {self.config_files.folder: "`configFiles`"} if self.config_files else {}
        yield from volume_checks(self.volumes, {**MOUNT_POINTS, **config})
        pods = self.peak_pods if self.job else self.most_pods
        if self.volumes and (self.autoscaling or pods > 1):
            yield Refusal(
                at=("volumes",),
                found="volumes beside `autoscaling`" if self.autoscaling else f"volumes of {pods} pods",
                allowed="one pod: a volume is nobody else's",
                mend="set `job.parallelism: 1`, with `concurrency: forbid`"
                if self.job
                else "set `replicas: 1`, and leave `autoscaling` out",
            )
        if self.volumes and self.rollout:
            yield Refusal(
                at=("rollout",),
                found="`rollout`, beside `volumes`",
                allowed="one pod that ends before the next one starts, as its volumes are nobody else's",
                mend="leave `rollout` out",
            )

    def _published(self) -> Iterator[Refusal]:
        yield from publish_checks(self.publish, {self.port, *(extra.port for extra in self.extra_ports)})

    def _plain_text(self) -> Iterator[Refusal]:
        yield from plain_checks(self._plain_places())

    def _plain_places(self) -> Iterator[tuple[Path, str]]:
        yield from ((("command", index), text) for index, text in enumerate(self.command))
        yield from ((("args", index), text) for index, text in enumerate(self.args))
        yield from ((("probes", "command", index), text) for index, text in enumerate(self.probes.command))
        reload = self.live_reload.command if self.live_reload else ()
        yield from ((("liveReload", "command", index), text) for index, text in enumerate(reload))
        if self.config_files:
            yield from ((("configFiles", "files", name), text) for name, text in self.config_files.files.items())

    @property
    def metrics_port(self) -> int | None:
        """Where Prometheus reads `/metrics`, or None: the extra port of that name."""
        return next((extra.port for extra in self.extra_ports if extra.name == METRICS_PORT), None)

    @property
    def tells(self) -> bool:
        """Whether somebody can see when those that depend on it may start: it is ready, or a job that ended well."""
        return self.port is not None or bool(self.probes.command) or (self.job is not None and self.job.once)

    @property
    def fewest_pods(self) -> int:
        """Pods when nothing happens."""
        if self.job:
            return 0
        return self.autoscaling.min if self.autoscaling else self.replicas

    @property
    def most_pods(self) -> int:
        """Pods under full load."""
        if self.job:
            return self.job.most_pods
        return self.autoscaling.max if self.autoscaling else self.replicas

    @property
    def strategy(self) -> Rollout:
        """How pods are replaced. GPUs are rarely to spare, and a volume is one pod's: a surge would wait forever."""
        if self.rollout:
            return self.rollout
        if self.job:
            return Rollout(max_surge=self.job.stopping_pods, max_unavailable=self.job.parallelism)
        return (
            Rollout(max_surge=0, max_unavailable=1)
            if self.gpu or self.volumes
            else Rollout(max_surge=defaults.SURGE, max_unavailable=0)
        )

    @property
    def peak_pods(self) -> int:
        """The most pods that exist at once: full load and a rollout together."""
        return self.most_pods + self.strategy.max_surge

    @property
    def times(self) -> TimeChain:
        """How long everything may take that happens to its pods."""
        model, stop, stated = self.model, self.shutdown, self.deadlines
        return time_chain(
            Times(
                process=defaults.PROCESS_START if model else defaults.STARTUP[self.profile],
                load=model.load_seconds if model else 0,
                warm_up=model.warm_up_seconds if model else 0,
                fetch=model.fetch_seconds if model else 0,
                work=self.job.deadline_seconds if self.job and self.job.once else 0,
                pre_stop=stop.pre_stop_seconds,
                drain=stop.drain_seconds,
                pods=1 if self.job else self.most_pods,
                step=max(1, self.strategy.max_surge + self.strategy.max_unavailable),
                startup_stated=self.probes.startup_seconds,
                pull_stated=self.pull_seconds if "pull_seconds" in self.model_fields_set else None,
                progress_stated=stated.progress_seconds,
                await_stated=stated.await_seconds,
                grace_stated=stop.grace_seconds,
            )
        )

    @property
    def derived_variables(self) -> dict[str, str]:
        """Variables of the container that follow from its limits and its GPUs."""
        return {name: value for _, variables in self._variables() for name, value in variables.items()}

    @property
    def most_processes(self) -> int:
        """Processes and threads it may have."""
        return self.pids_limit or defaults.PIDS[self.profile]


def secret_variable(name: str) -> str:
    """The environment variable that holds the path of a secret's file: `db-password` → `DB_PASSWORD_FILE`."""
    return f"{name.upper().replace('-', '_')}_FILE"
