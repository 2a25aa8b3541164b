"""By what a resource recognises what it made itself, also when the run that made it was killed before it was recorded.

Names on a Docker host are the program's, so a create that is done again meets what the first one left. A label with a
hash of the resource's URN tells that from what somebody else made: the one is taken over, the other refused.
"""

import hashlib
from collections.abc import Mapping

from toolchain.plugins.base_values import Value

LABEL = "slipway.resource"


def owner(urn: str) -> dict[str, str]:
    """Returns the label of what this resource makes."""
    return {LABEL: hashlib.sha256(urn.encode()).hexdigest()[:16]}


def is_ours(labels: Mapping[str, Value] | None, urn: str) -> bool:
    """Tells whether labels say that this resource made it."""
    return (labels or {}).get(LABEL) == owner(urn)[LABEL]


def without_owner(labels: Mapping[str, str]) -> dict[str, str]:
    """Returns the labels of the program and of the image."""
    return {name: value for name, value in labels.items() if name != LABEL}
