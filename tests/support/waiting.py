"""Asks what answers, and waits for what other processes do, which nothing announces."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable

from toolchain.waiting import wait_until

ANSWER_S = 15.0


def fetch(url: str, content: bytes | None = None) -> str:
    """What answers at a URL; `content` is put there first. An error of the server is returned as its text."""
    request = urllib.request.Request(url, content, method="GET" if content is None else "PUT")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return f"{error.code}: {error.read().decode()}"


def eventually(look: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether something becomes true in time; what cannot be reached yet is not true yet."""

    def reached() -> bool:
        try:
            return look()
        except OSError:
            return False

    return wait_until(reached, seconds)
