"""Why an object is not ready, read off its pods, its events and its conditions: pure functions.

A cause is final when waiting longer cannot help, or so rarely that failing early serves better. How long it must have
lasted to count as final is said with each cause below; None means that only the time limit ends the wait.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import condition, count, section, sections, text, texts

CRASHES: Final = 4
"""So many crashes of one container end the wait: the kubelet restarts after 0, 10 and 20 s, so about 35 s. A program
that only waits for another one to come up has that long."""

REFUSED_S: Final = 2.0
"""An admission plugin, such as Pod Security, has refused the pods: nobody changes that meanwhile."""

QUOTA_S: Final = 30.0
"""A quota may have room again when the pods of another rollout are gone."""

ABSENT_IMAGE_S: Final = 8.0
"""The registry says that there is no such image, or refuses: long enough for a second try."""

PLACES_S: Final = 30.0
"""What a pod names (ServiceAccount, ConfigMap, Secret) may be made later in the same run."""

_IMAGE_REASONS = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError")
_ABSENT_IMAGE = re.compile(
    r"not found|manifest unknown|does not exist|unauthorized|denied|forbidden|invalid ?reference|InvalidImageName"
    r"|ErrImageNeverPull|no match for platform|authentication required",
    re.IGNORECASE,
)
_NO_START = ("StartError", "ContainerCannotRun")  # there is no such program in the image; a second try is enough
_ROOT = "runAsNonRoot"
_NESTED = re.compile(
    r"^\(combined from similar events\): |^Error creating: |^create Pod \S+ in \w+ \S+ failed error: "
    r'|^pods? "[^"]*" is forbidden: '
)


@dataclass(frozen=True, slots=True)
class Log:
    """Whose last lines show more: a pod's container, of its present or its previous start."""

    namespace: str
    pod: str
    container: str
    previous: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason.

    Attributes:
        key: The same for the same reason in another pod, and at the next look.
        sentence: For the user.
        final_s: After how many seconds it ends the wait; None for never.
        log: Whose log shows more.
        pod: The pod's name, if it is about one.
    """

    key: str
    sentence: str
    final_s: float | None = None
    log: Log | None = None
    pod: str = ""


def of_pod(pod: Properties, events: Sequence[Properties] = (), *, runs_to_end: bool = False) -> list[Cause]:
    """Returns why a pod is not ready; [] if it is, or if it only needs time.

    Args:
        pod: The pod.
        events: The events about it.
        runs_to_end: Whether it belongs to a Job, whose own limit says how many failures are too many.
    """
    if text(pod, "metadata", "deletionTimestamp"):
        return []  # on its way out, which ends programs in many ways
    found = _of_containers(pod, runs_to_end=runs_to_end)
    name = text(pod, "metadata", "name")
    scheduled = condition(pod, "PodScheduled")
    if text(scheduled, "status") == "False":
        why = text(scheduled, "message") or text(scheduled, "reason")
        found.append(Cause(f"schedule:{why}", f"pod {name} fits on no node: {why}", pod=name))
    if text(pod, "status", "phase") == "Failed" and not found:
        why = text(pod, "status", "message") or text(pod, "status", "reason") or "it ended"
        found.append(Cause(f"failed:{why}", f"pod {name} failed: {why}", pod=name))
    if not found and text(condition(pod, "Ready"), "status") != "True" and text(pod, "status", "phase") != "Succeeded":
        found += _unready(pod, events)
    return found


def _of_containers(pod: Properties, *, runs_to_end: bool) -> list[Cause]:
    found: list[Cause] = []
    for field in ("initContainerStatuses", "containerStatuses"):
        for status in sections(pod, "status", field):
            cause = _of_container(pod, status, runs_to_end=runs_to_end)
            if cause is not None:
                found.append(cause)
    return found


def _of_container(pod: Properties, status: Properties, *, runs_to_end: bool) -> Cause | None:
    name, container = text(pod, "metadata", "name"), text(status, "name")
    where = f"pod {name}, container {container!r}"
    waits = section(status, "state", "waiting")
    reason, message = text(waits, "reason"), text(waits, "message")
    if reason in _IMAGE_REASONS:
        image = text(status, "image") or _image(pod, container)
        # The back-off's message may lack the cause that the failed try had; both are about the same image.
        final = ABSENT_IMAGE_S if _ABSENT_IMAGE.search(f"{reason} {message}") else None
        sentence = f"{where}: image {image} cannot be pulled: {message or reason}"
        return Cause(f"image:{container}:{image}", sentence, final, pod=name)
    if reason in ("CreateContainerConfigError", "CreateContainerError"):
        final = REFUSED_S if _ROOT in message else PLACES_S
        return Cause(f"config:{container}:{reason}", f"{where} cannot be made: {message or reason}", final, pod=name)
    end, before = _last_end(status)
    running = bool(section(status, "state", "running"))
    if not end or (running and status.get("ready") is True):
        return None
    if not before and count(end, "exitCode") == 0 and not _runs_on(pod, container):
        return None  # it has done its work
    crashes = count(status, "restartCount") + (0 if running else 1)
    return _crash(pod, where, container, end, crashes, previous=before, endless=not runs_to_end)


def _last_end(status: Properties) -> tuple[Properties, bool]:
    """Returns how the container ended last, and whether that was before its present start."""
    ended = section(status, "state", "terminated")
    if ended:
        return ended, False
    return section(status, "lastState", "terminated"), True


def _crash(
    pod: Properties, where: str, container: str, end: Properties, crashes: int, *, previous: bool, endless: bool
) -> Cause:
    code = count(end, "exitCode")
    reason = text(end, "reason")
    why = f"exit code {code}"
    if reason == "OOMKilled":
        why = f"out of memory (its limit: {_memory_limit(pod, container)}), {why}"
    elif text(end, "message"):
        why += f", {text(end, 'message').strip()}"
    elif code > 128:
        why += f", signal {code - 128}"
    elif code == 0:
        why += ", although it is meant to run on"
    times = "once" if crashes == 1 else f"{crashes} times"
    log = Log(text(pod, "metadata", "namespace"), text(pod, "metadata", "name"), container, previous)
    final = 0.0 if endless and crashes >= (2 if reason in _NO_START else CRASHES) else None
    key = f"crash:{container}:{code}:{reason}"
    return Cause(key, f"{where} ended {times}; last: {why}", final, log, pod=log.pod)


def _unready(pod: Properties, events: Sequence[Properties]) -> list[Cause]:
    """Returns why a pod whose containers run, or are about to, is not ready."""
    name, namespace = text(pod, "metadata", "name"), text(pod, "metadata", "namespace")
    for event in reversed(events):
        why = text(event, "message").strip()
        match text(event, "reason"):
            case "FailedMount" | "FailedAttachVolume" | "FailedMapVolume":
                return [Cause("mount", f"pod {name} waits for a volume: {why}", pod=name)]
            case "FailedCreatePodSandBox":
                return [Cause("sandbox", f"pod {name} cannot be made on its node: {why}", pod=name)]
            case _:
                continue
    running = [each for each in sections(pod, "status", "containerStatuses") if section(each, "state", "running")]
    late = [text(each, "name") for each in running if each.get("ready") is not True]
    if not late:
        return []
    probe = next((text(event, "message") for event in reversed(events) if text(event, "reason") == "Unhealthy"), "")
    why = f": {probe.strip()}" if probe else ""
    log = Log(namespace, name, late[0], previous=False)
    return [
        Cause(f"unready:{late[0]}", f"pod {name}, container {late[0]!r} runs but is not ready{why}", None, log, name)
    ]


def of_refusals(events: Iterable[Properties], conditions: Iterable[Properties] = ()) -> list[Cause]:
    """Returns why pods could not even be made, from events of what makes them and conditions such as ReplicaFailure."""
    messages = [text(event, "message") for event in events if text(event, "reason") in ("FailedCreate", "FailedDelete")]
    messages += [text(found, "message") for found in conditions if text(found, "type") == "ReplicaFailure"]
    sentences = {_refusal(message): None for message in messages if message}
    return [Cause(f"refused:{words}", f"its pods are refused: {words}", _refusal_final(words)) for words in sentences]


def _refusal(message: str) -> str:
    while (shorter := _NESTED.sub("", message)) != message:
        message = shorter
    return message


def _refusal_final(message: str) -> float:
    if "exceeded quota" in message:
        return QUOTA_S
    return PLACES_S if "not found" in message or "webhook" in message else REFUSED_S


def of_claim(claim: Properties, events: Sequence[Properties], whose: str = "its storage") -> list[Cause]:
    """Returns why a PersistentVolumeClaim is not bound.

    Args:
        claim: The claim.
        events: The events about it.
        whose: How the user knows it.
    """
    name = text(claim, "spec", "storageClassName")
    for event in reversed(events):
        if text(event, "reason") in ("ProvisioningFailed", "FailedBinding", "ExternalProvisioning", "VolumeMismatch"):
            message = text(event, "message").strip()
            absent = f'"{name}" not found' in message
            return [Cause(f"claim:{whose}", f"{whose}: {message}", PLACES_S if absent else None)]
    return []


def merged(causes: Iterable[Cause]) -> list[tuple[Cause, int]]:
    """Returns each cause once, and in how many pods it was found."""
    found: dict[str, tuple[Cause, int]] = {}
    for cause in causes:
        first, times = found.get(cause.key, (cause, 0))
        found[cause.key] = first, times + 1
    return list(found.values())


def _runs_on(pod: Properties, container: str) -> bool:
    """Tells whether a container is meant never to end."""
    policy = text(_declared(pod, container), "restartPolicy") or text(pod, "spec", "restartPolicy")
    init = any(each.get("name") == container for each in sections(pod, "spec", "initContainers"))
    return policy == "Always" and (not init or "restartPolicy" in _declared(pod, container))


def _image(pod: Properties, container: str) -> str:
    return text(_declared(pod, container), "image")


def _memory_limit(pod: Properties, container: str) -> str:
    return text(_declared(pod, container), "resources", "limits", "memory") or "none, so the node's"


def _declared(pod: Properties, container: str) -> Properties:
    for field in ("containers", "initContainers"):
        for each in sections(pod, "spec", field):
            if each.get("name") == container:
                return each
    return {}


def unbound_claims(pod: Properties, claims: Iterable[Properties]) -> list[Properties]:
    """Returns those of the claims that a pod, which has no node for want of them, still waits for."""
    if text(condition(pod, "PodScheduled"), "status") != "False":
        return []
    named = {text(volume, "persistentVolumeClaim", "claimName") for volume in sections(pod, "spec", "volumes")}
    return [
        claim
        for claim in claims
        if text(claim, "metadata", "name") in named and text(claim, "status", "phase") != "Bound"
    ]


def finalizers(obj: Properties) -> list[str]:
    """Returns what an object's deletion waits for."""
    return texts(obj, "metadata", "finalizers") + texts(obj, "spec", "finalizers")
