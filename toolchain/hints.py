"""What the engine's output means for a person: the causes that a newcomer meets, and what to do about each.

The engine's own words stay on the screen; a hint only adds the cause and the mend below them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from toolchain import oci


@dataclass(frozen=True)
class Hint:
    """One known cause. `cause` and `mend` are sentences; `pattern` is searched for in the output, ignoring case."""

    name: str
    pattern: str
    cause: str
    mend: str


# The first that matches is shown. The order matters where one fault shows as another: a full disk breaks everything,
# and a stopped BuildKit is reported by the same words as a stopped registry, but names its socket.
HINTS = (
    Hint(
        "disk-full",
        r"no space left on device|disk quota exceeded|ENOSPC",
        "The disk is full.",
        "Free some space (`make clean-cache` empties the cache; `df -h` shows the disks), then run again: "
        "the next run recovers by itself.",
    ),
    Hint(
        "registry-full",
        oci.FULL_BY_NUMBER,
        "The registry's disk is full.",
        "Make room where the registry keeps its blobs (`slipway retention` removes old images; for the one of this "
        "machine, `df -h` shows the disks), then run again.",
    ),
    Hint(
        "stack-locked",
        r"the stack is currently locked by",
        "Somebody else is working on this stack.",
        "Wait until it ends. A lock whose owner is dead is cleared by the next `slipway up`.",
    ),
    Hint(
        "wrong-passphrase",
        r"incorrect passphrase|cipher: message authentication failed",
        "The passphrase is not the one this stack's secrets were encrypted with.",
        "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to this stack's passphrase.",
    ),
    Hint(
        "no-passphrase",
        r"passphrase must be set with PULUMI_CONFIG_PASSPHRASE",
        "This stack's secrets are protected by a passphrase, and none was given.",
        "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to this stack's passphrase.",
    ),
    Hint(
        "registry-credentials",
        r"401 Unauthorized|403 Forbidden|unauthorized: |authentication required|insufficient_scope|"
        r"denied: (?:requested|access)|failed to push[^\n]*: (?:unauthorized|denied)",
        "The registry refused the credentials.",
        "Check `slipway:registry` in the stack file and its secret, then run again.",
    ),
    Hint(
        "buildkit-down",
        r"buildkitd\.sock|failed to (?:list workers|connect to buildkit|find a builder)|no builder \"|"
        r"failed to (?:receive status|solve|dial)(?:[^\n]*code =|:) Unavailable",
        "BuildKit does not answer.",
        "`make up` starts the embedded one, whose log is $SLIPWAY_HOME/logs/buildkitd.log (by default in "
        "~/.cache/slipway); `slipway doctor` says whether it runs. For another, check `slipway:registry.builder`.",
    ),
    Hint(
        "build-timeout",
        r"docker-build:index:Image\b[^\n]*context deadline exceeded",
        "The build of this image, with its push, did not end in time.",
        "Where the log above ends with `pushing layers`, the registry took the push and never answered: find out why. "
        "Where nothing was built, BuildKit does not answer: `slipway doctor` says whether it runs. Where the build is "
        "only slow, raise `slipway:registry.builder.timeoutSeconds` in the stack file.",
    ),
    Hint(
        "registry-down",
        r"dial tcp [^\n]*(?:connect: connection refused|i/o timeout|no such host)"
        r"|failed to (?:push|do request|resolve)[^\n]*(?:connection refused|i/o timeout|no such host)",
        "The registry does not answer.",
        "`make up` starts the embedded one; for another, check `slipway:registry` in the stack file and the network.",
    ),
    Hint(
        "base-gone",
        r"failed to resolve source metadata for [^\n]*@sha256:[0-9a-f]{64}: [^\n]*not found",
        "The registry has no image by the digest that a build begins from.",
        "`slipway bases check` says what became of the bases in images/bases.lock, `slipway bases refresh` takes what "
        "their tags stand for by now. A base of the stack itself is pushed again by the next `slipway up`.",
    ),
    Hint(
        "registry-fails",
        r"failed to push",
        "The registry did not take the image.",
        "Check that it runs well and that its disk has room (the log of the one on this machine is "
        "$SLIPWAY_HOME/logs/registry.log), then run again.",
    ),
    Hint(
        "cluster-unreachable",
        r"configured Kubernetes cluster is unreachable|unable to load Kubernetes client configuration|"
        r"kubeconfig[^\n]*(?:invalid|not found|no such file)",
        "The Kubernetes cluster does not answer.",
        "Check the `target` of the stack file (its context) with `kubectl --context … get nodes`.",
    ),
)

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def plain(text: str) -> str:
    """The text without terminal colours."""
    return _ANSI.sub("", text)


def explain(output: str) -> Hint | None:
    """The known cause of a failure with this output, or None."""
    text = plain(output)
    return next((hint for hint in HINTS if re.search(hint.pattern, text, re.IGNORECASE)), None)
