"""Waiting until an object is ready, and telling why if it does not get there."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live import causes, evidence, readiness, settling
from toolchain.plugins.kubernetes.live.causes import Cause
from toolchain.plugins.kubernetes.live.errors import ApiError, CancelledError, UnreachableError
from toolchain.plugins.kubernetes.live.fields import condition, sections, text
from toolchain.plugins.kubernetes.live.readiness import Readiness, Related
from toolchain.plugins.kubernetes.live.store import Reference, Store
from toolchain.plugins.kubernetes.live.verdict import READY, Phase, Verdict, waiting
from toolchain.plugins.kubernetes.objects import is_core, kind_of

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 1.0
"""Between two looks at one object; each pause is half as long again as the one before."""

EVIDENCE_S = 2.0
"""Between two looks at pods and events, while an object is not ready."""

STUCK_S = 15.0
"""A broken pod of an older revision that holds up a StatefulSet is deleted after that time."""

STATUS_LENGTH = 200
"""Characters of a status line; it stands in one line of a table, and the whole cause is in the failure's message."""

_CANCELLED = "waiting was cancelled"


class NotReadyError(Exception):
    """The object is not ready, and is not waited for any longer.

    Attributes:
        headline: What happened: "timed out waiting to be Ready".
        reasons: Why, each with what pods and events say.
        live: The object as it was last seen.
    """

    def __init__(self, headline: str, reasons: Sequence[str], live: Properties) -> None:
        super().__init__(headline)
        self.headline = headline
        self.reasons = reasons
        self.live = live


@dataclass
class Wait:
    """One wait for one object.

    Attributes:
        store: Where it is.
        reference: Which it is.
        readiness: When it is ready.
        live: The object as it was last seen.
        timeout_s: How long to wait.
        since: Leave out events from before that, in the server's clock.
        stop: Set when the user presses Ctrl-C.
        say: Shows a status line.
        note: Shows a message that is kept.
    """

    store: Store
    reference: Reference
    readiness: Readiness
    live: Properties
    timeout_s: float
    since: datetime | None
    stop: threading.Event
    say: Callable[[str], None]
    note: Callable[[str], None] = lambda _: None
    _began: float = field(default_factory=time.monotonic)
    _first_seen: dict[str, float] = field(default_factory=dict[str, float])
    _settled_from: tuple[float, frozenset[tuple[str, str, int]]] | None = None
    _looked: float = 0.0
    _found: list[Cause] = field(default_factory=list[Cause])
    _unstuck: set[str] = field(default_factory=set[str])

    def until_ready(self) -> Properties:
        """Waits.

        Returns:
            The object, ready.

        Raises:
            NotReadyError: It failed, or time was up, or the user pressed Ctrl-C, or it vanished, or the server did.
        """
        pause, said = FIRST_PAUSE_S, ""
        try:
            while True:
                verdict = self._verdict()
                if verdict.phase is Phase.READY:
                    if said:
                        self.say("ready")
                    return self.live
                self._end_if_hopeless(verdict)
                line = self._status(verdict)
                if line != said:
                    self.say(line)
                    said = line
                left = self._began + self.timeout_s - time.monotonic()
                if self.stop.wait(max(0.0, min(pause, left))):
                    raise self._failure(_CANCELLED)
                pause = min(LONGEST_PAUSE_S, pause * 1.5)
                live = self.store.get(self.reference)
                if live is None:
                    raise NotReadyError("was deleted while it was waited for", [], self.live)
                self.live = live
        except CancelledError:
            raise NotReadyError(_CANCELLED, [], self.live) from None
        except (UnreachableError, ApiError) as error:
            raise NotReadyError(f"could not be watched: {error.message}", [], self.live) from None

    def look(self) -> Verdict:
        """Returns how the object is, without waiting.

        Raises:
            ApiError: The server refused.
            UnreachableError: Nobody answers.
        """
        return self._check()

    def _check(self) -> Verdict:
        return self.readiness.check(self.live, self._related())

    def _related(self) -> Related:
        try:
            match self.readiness.related:
                case "service":
                    return evidence.related_to_service(self.store, self.live)
                case "claim":
                    return evidence.related_to_claim(self.store, self.live)
                case _:
                    return {}
        except ApiError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return {}  # the account may deploy, but not look around

    def _verdict(self) -> Verdict:
        verdict = self._check()
        if verdict.phase is not Phase.READY or not self.readiness.has_pods or self.readiness.runs_to_end:
            self._settled_from = None
            return verdict
        pods, _ = evidence.pods_of(self.store, self.live)
        needed = settling.settle_seconds(self.live, pods)
        if not needed:
            return READY
        now, started = time.monotonic(), settling.starts(pods)
        if self._settled_from is None or self._settled_from[1] != started:
            self._settled_from = now, started
        if now - self._settled_from[0] >= needed and settling.all_running(pods):
            return READY
        return waiting(f"ready, watched for {needed:.0f} s, since it has no readiness probe")

    def _end_if_hopeless(self, verdict: Verdict) -> None:
        now = time.monotonic()
        if verdict.phase is Phase.FAILED:
            raise self._failure(verdict.message)
        if now - self._began >= self.timeout_s:
            raise self._failure(f"timed out waiting to be Ready, after {self.timeout_s:.0f} s: {verdict.message}")
        if now - self._looked < EVIDENCE_S or not readiness.is_observed(self.live):
            return  # before its controller has seen the change, pods and events are about what was before
        self._looked = now
        self._found = self._causes()
        self._first_seen = {cause.key: self._first_seen.get(cause.key, now) for cause in self._found}
        for cause in self._found:
            if cause.final_s is not None and now - self._first_seen[cause.key] >= cause.final_s:
                raise self._failure("will not get ready, so that waiting was given up", self._found)
        if kind_of(self.live).kind == "StatefulSet":
            self._unstick(now)

    def _causes(self) -> list[Cause]:
        """Returns everything that speaks against the object's getting ready."""
        found: list[Cause] = []
        try:
            if self.readiness.has_pods:
                pods, makers = evidence.pods_of(self.store, self.live)
                for maker in makers:
                    events = evidence.events_of(self.store, maker, self.since)
                    found += causes.of_refusals(events, sections(maker, "status", "conditions"))
                found += self._pod_causes(pods)
            elif self.readiness.related == "service":
                found += self._pod_causes(self._related().get("pods", ()))
            elif self.readiness.related == "claim":
                found += causes.of_claim(self.live, evidence.events_of(self.store, self.live, self.since))
        except ApiError:  # the account may deploy, but not look at pods or events
            return found
        return found

    def _pod_causes(self, pods: Sequence[Properties]) -> list[Cause]:
        found: list[Cause] = []
        for pod in pods:
            ready = text(condition(pod, "Ready"), "status") == "True"
            events = [] if ready else evidence.events_of(self.store, pod)
            found += causes.of_pod(pod, events, runs_to_end=self.readiness.runs_to_end)
            for claim in evidence.unbound_claims_of(self.store, pod):
                whose = f"its claim {text(claim, 'metadata', 'name')}"
                found += causes.of_claim(claim, evidence.events_of(self.store, claim), whose)
        return found

    def _unstick(self, now: float) -> None:
        """Deletes a broken pod that an older revision left, for which the StatefulSet's controller would wait for ever.

        Kubernetes documents this deletion as the user's part ("Forced rollback"); here the good revision is declared.
        """
        if now - self._began < STUCK_S:
            return
        for pod in evidence.old_pods_of(self.store, self.live):
            uid, name = text(pod, "metadata", "uid"), text(pod, "metadata", "name")
            ready = text(condition(pod, "Ready"), "status") == "True"
            if uid in self._unstuck or ready or text(pod, "metadata", "deletionTimestamp") or not causes.of_pod(pod):
                continue
            self._unstuck.add(uid)
            self.note(f"pod {name} of an older revision is broken and holds up the new one: it is deleted")
            self.store.delete_pod(text(pod, "metadata", "namespace"), name, uid)

    def _status(self, verdict: Verdict) -> str:
        merged = causes.merged(self._found)
        line = f"{verdict.message} ({merged[0][0].sentence})" if merged else verdict.message
        return line if len(line) <= STATUS_LENGTH else f"{line[: STATUS_LENGTH - 1]}…"

    def _failure(self, headline: str, found: list[Cause] | None = None) -> NotReadyError:
        reasons: list[str] = []
        try:
            for cause, times in causes.merged(found if found is not None else self._causes()):
                sentence = cause.sentence
                if times > 1:
                    sentence += f" (and the same in {times - 1} more)"
                lines = evidence.log_of(self.store, cause.log) if cause.log else []
                if lines:
                    sentence += "\n    last lines of its log:\n" + "\n".join(f"      {line}" for line in lines)
                reasons.append(sentence)
            if not reasons:
                reasons += self._last_events()
        except (ApiError, UnreachableError, CancelledError):
            reasons.append("nothing more can be told, since the API server does not answer")
        return NotReadyError(headline, reasons, self.live)

    def _last_events(self) -> list[str]:
        if is_core(self.live, "Namespace"):
            return []
        events = evidence.events_of(self.store, self.live, self.since)
        return [
            f"{text(event, 'reason')}: {text(event, 'message').strip()}"
            for event in events[-3:]
            if text(event, "type") == "Warning"
        ]
