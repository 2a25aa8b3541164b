"""What is trusted of a Sigstore: the file that `cosign trusted-root create` writes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from components.spec.problem import Problem, SpecError


def read_trusted_root(project: Path, file: str) -> Mapping[str, Any]:
    """Reads a root of trust.

    Args:
        project: the project's folder.
        file: the file, below it.

    Raises:
        SpecError: it is missing or malformed, or says nothing of when something was signed.
    """
    try:
        root: object = json.loads((project / file).read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(file, error.strerror or "a file that cannot be read") from None
    except ValueError:
        raise _refused(file, "text that is not JSON") from None
    if not isinstance(root, Mapping):
        raise _refused(file, "something else than a mapping")
    parts = cast("Mapping[str, Any]", root)
    if not parts.get("certificateAuthorities"):
        raise _refused(file, "no `certificateAuthorities`")
    if not (parts.get("tlogs") or parts.get("timestampAuthorities")):
        raise _refused(file, "neither `tlogs` nor `timestampAuthorities`")
    return parts


def _refused(file: str, found: str) -> SpecError:
    allowed = "certificate authorities, and logs or timestamp authorities, of a Sigstore"
    return SpecError([Problem(file, "", found, allowed, "write it with `cosign trusted-root create`")])
