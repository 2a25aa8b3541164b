"""Names in the cluster: the same for the same description, so that an interrupted run converges."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from components.spec.values import DNS_LABEL_LIMIT

SUFFIX_LENGTH = 8
"""Hexadecimal digits of a content suffix: with 32 bits, two contents of one name do not meet in a project's life."""


def content_suffix(content: Mapping[str, Any]) -> str:
    """A short fingerprint of plain content. Not for secrets: a fingerprint of a guessable secret gives it away."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:SUFFIX_LENGTH]


def derived(name: str, role: str, suffix: str = "") -> str:
    """The name of an object made for another: `python-api`, `config`, `1a2b3c4d` → `python-api-config-1a2b3c4d`."""
    text = "-".join(part for part in (name, role, suffix) if part)
    if len(text) > DNS_LABEL_LIMIT:
        raise ValueError(f"{text!r} is longer than {DNS_LABEL_LIMIT} characters")
    return text
