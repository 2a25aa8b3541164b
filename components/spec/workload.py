"""A workload: one image that runs as a number of equal pods, hardened unless said otherwise."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks
from components.spec.defaults import Profile
from components.spec.gpu import Gpu
from components.spec.image import Image
from components.spec.network import Network
from components.spec.probes import Probes
from components.spec.refusal import Path, Refusal, refused
from components.spec.resources import Resources
from components.spec.secrecy import secret_name, secret_value
from components.spec.values import (
    AbsolutePath,
    EnvName,
    EnvValue,
    FileName,
    LabelValue,
    Memory,
    Name,
    Port,
    PortName,
    Seconds,
)
from policies.values.quantity import parse_quantity

MAIN_PORT = "http"
"""The name of a workload's main port."""

_HIDDEN = "a literal value (not shown)"
_PLAIN = "plain settings only; this name or value looks like a secret"
_MEND_PLAIN = "declare it under `slipway:secrets` and name it in the workload's `secrets`: it becomes a file"

UserId = Annotated[int, Field(ge=1, le=2**31 - 1, examples=[defaults.USER_ID])]
"""A numeric user or group other than root."""


class NamedPort(Spec):
    """A port beside the main one."""

    name: Annotated[PortName, Field(examples=["metrics"])]
    """Its name."""

    port: Annotated[Port, Field(examples=[9090])]
    """Its number."""


class Autoscaling(Checked):
    """How many pods, by load. The number of replicas is then the autoscaler's and is written nowhere else."""

    min: Annotated[int, Field(ge=1, le=1000, examples=[2])]
    """The fewest pods."""

    max: Annotated[int, Field(ge=1, le=1000, examples=[6])]
    """The most pods."""

    cpu_utilisation: Annotated[int, Field(ge=1, le=100, examples=[70])] = defaults.CPU_UTILISATION
    """Percent of the requested processor time, averaged over the pods, to hold."""

    def checks(self) -> Checks:
        """The fewest are not more than the most."""
        yield self._ordered()

    def _ordered(self) -> Iterator[Refusal]:
        if self.min > self.max:
            yield Refusal(
                at=("max",),
                found=f"{self.max}, below `min` {self.min}",
                allowed="a number not below `min`",
                mend=f"raise `max` to {self.min} or more, or lower `min`",
            )


class ConfigFiles(Spec):
    """Plain files that the workload reads, from a ConfigMap whose name follows its content."""

    folder: Annotated[AbsolutePath, Field(examples=["/etc/python-api"])]
    """Where the files appear, read-only."""

    files: Annotated[Mapping[FileName, str], Field(min_length=1, examples=[{"app.yaml": "workers: 2\n"}])]
    """File names and their text."""


class Rollout(Checked):
    """How pods are replaced; left out, one extra pod at a time, or, where pods hold GPUs, one fewer at a time."""

    max_surge: Annotated[int, Field(ge=0, le=1000, examples=[1])]
    """Pods above the wanted number."""

    max_unavailable: Annotated[int, Field(ge=0, le=1000, examples=[0])]
    """Pods below it."""

    def checks(self) -> Checks:
        """Some pod can be replaced."""
        yield self._moves()

    def _moves(self) -> Iterator[Refusal]:
        if self.max_surge == 0 and self.max_unavailable == 0:
            yield Refusal(
                found="`maxSurge: 0` with `maxUnavailable: 0`",
                allowed="at least one of them above zero",
                mend="otherwise no pod could be replaced: set `maxSurge: 1`, or `maxUnavailable: 1` to save quota",
            )


class Shutdown(Spec):
    """How a pod stops. Kubernetes' grace period is the sum and a margin of 5 seconds."""

    pre_stop_seconds: Annotated[int, Field(ge=0, le=3600, examples=[5])] = defaults.PRE_STOP
    """Seconds it still answers while it is taken out of the Service."""

    drain_seconds: Seconds = defaults.DRAIN
    """Seconds for requests under way to finish after the stop signal."""

    @property
    def grace_seconds(self) -> int:
        """Seconds from the wish to stop to the kill."""
        return self.pre_stop_seconds + self.drain_seconds + defaults.STOP_MARGIN


def _env(env: Mapping[str, str]) -> Mapping[str, str]:
    refusals = tuple(
        Refusal(
            at=(name,),
            found=_HIDDEN,
            allowed=_PLAIN,
            mend=_MEND_PLAIN,
        )
        for name, value in env.items()
        if value and (secret_name(name) or secret_value(value))
    )
    if refusals:
        raise refused(refusals)
    return env


class Workload(Checked):
    """One service of an environment."""

    image: Annotated[Image, Field(examples=[{"build": {"folder": "images/python-api"}}])]
    """Where the image comes from."""

    profile: Profile = "api"
    """What kind of service it is: `api`, `vector` or `model`. Default sizes and startup time follow from it."""

    version: LabelValue | None = None
    """A version for people, as a label; never part of a selector."""

    replicas: Annotated[int, Field(ge=1, le=1000, examples=[2])] = defaults.REPLICAS["prod"]
    """Pods. One in `dev`, two elsewhere. Not together with `autoscaling`."""

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

    env: Annotated[Mapping[EnvName, EnvValue], AfterValidator(_env)] = Field(
        default={}, examples=[{"LOG_LEVEL": "info"}]
    )
    """Plain settings as environment variables. Secrets are files: see `secrets`."""

    config_files: ConfigFiles | None = None
    """Plain settings as files."""

    secrets: Items[Name] = ()
    """Names of secrets under `slipway:secrets`: each is the file `/run/secrets/<name>`; `<NAME>_FILE` is its path."""

    resources: Resources = Resources.model_validate(defaults.SIZES["prod"]["api"])
    """Processor time and memory. By tier and profile: the documents' figures in `staging` and `prod`, a laptop's in
    `dev`."""

    gpu: Gpu | None = None
    """NVIDIA GPUs."""

    shm_size: Memory | None = None
    """Size of `/dev/shm`, which counts against the memory limit. Half of it for the `model` profile."""

    tmp_size: Memory = defaults.TMP_SIZE
    """Size of the writable `/tmp`; everything else of the root file system is read-only."""

    probes: Probes = Probes()
    """How Kubernetes sees whether it has started, lives and is ready."""

    shutdown: Shutdown = Shutdown()
    """How it stops."""

    user: UserId = defaults.USER_ID
    """The user id it runs as."""

    group: UserId = defaults.USER_ID
    """The group id it runs as, which also owns its secret files."""

    network: Network = Network()
    """Who may call it, and whom it may call; nobody, unless named."""

    def checks(self) -> Checks:
        """What its fields must keep to together."""
        yield self._scaling()
        yield self._ports()
        yield self._memory()
        yield self._secret_files()
        yield self._config_folder()
        yield self._plain_text()
        yield self._plain_build_args()

    def _scaling(self) -> Iterator[Refusal]:
        if self.autoscaling and "replicas" in self.model_fields_set:
            yield Refusal(
                at=("replicas",),
                found=f"{self.replicas}, beside `autoscaling`",
                allowed="one of `replicas` and `autoscaling`",
                mend="remove `replicas`; `autoscaling.min` is the number to begin with",
            )

    def _ports(self) -> Iterator[Refusal]:
        if self.port is None and self.extra_ports:
            yield Refusal(
                at=("extraPorts",),
                found="ports beside no main port",
                allowed="a main `port` first",
                mend=f"set `port: {self.extra_ports[0].port}`",
            )
        names = [MAIN_PORT, *(extra.name for extra in self.extra_ports)]
        numbers = [self.port, *(extra.port for extra in self.extra_ports)]
        for index in range(1, len(names)):
            where = ("extraPorts", index - 1)
            if names[index] in names[:index]:
                yield Refusal(
                    at=(*where, "name"),
                    found=f"{names[index]!r}, used already",
                    allowed="each name once; the main port is named `http`",
                    mend="give each port a name of its own",
                )
            if numbers[index] in numbers[:index]:
                yield Refusal(
                    at=(*where, "port"),
                    found=f"{numbers[index]}, used already",
                    allowed="each port number once",
                    mend="remove the second mention, or correct its number",
                )

    def _memory(self) -> Iterator[Refusal]:
        limit = self.resources.limits.memory
        if self.shm_size and parse_quantity(self.shm_size) >= parse_quantity(limit):
            yield Refusal(
                at=("shmSize",),
                found=f"{self.shm_size}, with a memory limit of {limit}",
                allowed="less than the memory limit, against which it counts",
                mend="raise `resources.limits.memory`, or lower `shmSize`",
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

    def _config_folder(self) -> Iterator[Refusal]:
        folder = self.config_files.folder if self.config_files else ""
        for taken in ("/tmp", "/dev/shm", defaults.SECRETS_FOLDER):  # noqa: S108  # mount points of slipway's own
            if folder == taken or folder.startswith(f"{taken}/") or (folder and taken.startswith(f"{folder}/")):
                yield Refusal(
                    at=("configFiles", "folder"),
                    found=repr(folder),
                    allowed=f"a folder that does not meet `{taken}`",
                    mend="use a folder of its own, such as `/etc/app`",
                )

    def _plain_text(self) -> Iterator[Refusal]:
        for at, text in self._plain_places():
            if text and secret_value(text):
                yield Refusal(at=at, found=_HIDDEN, allowed=_PLAIN, mend=_MEND_PLAIN)

    def _plain_build_args(self) -> Iterator[Refusal]:
        build = self.image.build
        for name, text in build.args.items() if build else ():
            if text and (secret_name(name) or secret_value(text)):
                yield Refusal(
                    at=("image", "build", "args", name),
                    found=_HIDDEN,
                    allowed=_PLAIN,
                    mend="use `build.secrets`: build arguments stay readable in the image",
                )

    def _plain_places(self) -> Iterator[tuple[Path, str]]:
        yield from ((("command", index), text) for index, text in enumerate(self.command))
        yield from ((("args", index), text) for index, text in enumerate(self.args))
        if self.config_files:
            yield from ((("configFiles", "files", name), text) for name, text in self.config_files.files.items())

    @property
    def fewest_pods(self) -> int:
        """Pods when nothing happens."""
        return self.autoscaling.min if self.autoscaling else self.replicas

    @property
    def most_pods(self) -> int:
        """Pods under full load."""
        return self.autoscaling.max if self.autoscaling else self.replicas

    @property
    def strategy(self) -> Rollout:
        """How pods are replaced. GPUs are rarely to spare: a rollout with a surge would wait for one forever."""
        if self.rollout:
            return self.rollout
        return (
            Rollout(max_surge=0, max_unavailable=1)
            if self.gpu
            else Rollout(max_surge=defaults.SURGE, max_unavailable=0)
        )

    @property
    def peak_pods(self) -> int:
        """The most pods that exist at once: full load and a rollout together."""
        return self.most_pods + self.strategy.max_surge

    @property
    def startup_seconds(self) -> int:
        """Seconds a pod may take to start, from its image being there."""
        return self.probes.startup_seconds or defaults.STARTUP[self.profile]

    @property
    def deadline_seconds(self) -> int:
        """Seconds within which a rollout must make progress: a pull and a start."""
        return defaults.PULL + self.startup_seconds

    @property
    def rollout_seconds(self) -> int:
        """Seconds a whole rollout may take: as many waves as the strategy needs, each with a start and a stop."""
        step = self.strategy.max_surge + self.strategy.max_unavailable
        waves = -(-self.most_pods // step)
        return waves * (self.deadline_seconds + self.shutdown.grace_seconds)


def secret_variable(name: str) -> str:
    """The environment variable that holds the path of a secret's file: `db-password` → `DB_PASSWORD_FILE`."""
    return f"{name.upper().replace('-', '_')}_FILE"
