"""Deleting an object, and waiting until it is gone."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.awaiting import FIRST_PAUSE_S, LONGEST_PAUSE_S
from toolchain.plugins.kubernetes.live.causes import finalizers
from toolchain.plugins.kubernetes.live.fields import sections, text
from toolchain.plugins.kubernetes.live.store import Reference, Store

POLICY = "pulumi.com/deletionPropagationPolicy"

_POLICIES = {"foreground": "Foreground", "background": "Background", "orphan": "Orphan"}


def policy_of(obj: Properties) -> str:
    """Returns what an object's deletion does to what it owns: by default that goes first, as in the official plugin.

    Raises:
        ProviderError: The annotation says something else.
    """
    wanted = text(obj, "metadata", "annotations", POLICY) or "foreground"
    if wanted.lower() not in _POLICIES:
        raise ProviderError(f"the annotation {POLICY} is {wanted!r}; it must be one of {', '.join(_POLICIES)}")
    return _POLICIES[wanted.lower()]


@dataclass(frozen=True, slots=True)
class Deletion:
    """Waits for one deletion.

    Attributes:
        store: Where the object is.
        reference: Which it is.
        timeout_s: How long to wait.
        stop: Set when the user presses Ctrl-C.
        say: Shows a status line.
    """

    store: Store
    reference: Reference
    timeout_s: float
    stop: threading.Event
    say: Callable[[str], None]

    def until_gone(self, live: Properties) -> None:
        """Waits until the object of this uid is no more.

        Args:
            live: The object as it was last seen.

        Raises:
            ProviderError: Time was up, or the user pressed Ctrl-C; with what the deletion waits for.
            ApiError: The server refused to say.
            UnreachableError: Nobody answers.
        """
        uid = text(live, "metadata", "uid")
        until, pause, said = time.monotonic() + self.timeout_s, FIRST_PAUSE_S, ""
        while True:
            found = self.store.get(self.reference)
            if found is None or text(found, "metadata", "uid") != uid:
                if said:
                    self.say("gone")
                return
            line = f"waiting for its deletion{_held_up(found)}"
            if line != said:
                self.say(line)
                said = line
            left = until - time.monotonic()
            if left <= 0:
                raise ProviderError(
                    f"{self.reference.words} was not gone after {self.timeout_s:.0f} s{_held_up(found)}. It is still "
                    "being deleted; the next run waits again"
                )
            if self.stop.wait(min(pause, left)):
                raise ProviderError(f"waiting for the deletion of {self.reference.words} was cancelled")
            pause = min(LONGEST_PAUSE_S, pause * 1.5)


def _held_up(obj: Properties) -> str:
    """Returns what an object's deletion waits for, with a colon in front, or ""."""
    waits = [name for name in finalizers(obj) if name not in ("kubernetes", "foregroundDeletion")]
    parts = [f"whoever handles the finalizer {name!r} has not removed it" for name in waits]
    if "foregroundDeletion" in finalizers(obj):
        parts.append("what it owns goes first")
    parts += [
        text(condition, "message")
        for condition in sections(obj, "status", "conditions")
        if text(condition, "status") == "True" and text(condition, "type") in _NAMESPACE_CONDITIONS
    ]
    return ": " + "; ".join(parts) if parts else ""


_NAMESPACE_CONDITIONS = (
    "NamespaceContentRemaining",
    "NamespaceDeletionContentFailure",
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceFinalizersRemaining",
)
