"""How a service is asked, and ended."""

from __future__ import annotations

from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service
from components.spec import defaults


def ask_for_health(service: Service) -> None:
    """How it is seen to be healthy, and how long it may take to end."""
    check, made = forms.mapping(service.raw.get("healthcheck")), service.workload
    test = check.get("test")
    command: list[Any] = ["CMD-SHELL", test] if isinstance(test, str) else forms.items(test)
    probes: dict[str, Any] = {}
    if command and command[0] != "NONE" and not check.get("disable"):
        rest = [str(word) for word in command[1:]]
        probes["command"] = rest if command[0] == "CMD" else ["/bin/sh", "-c", *rest]
    times = (("interval", "readinessPeriodSeconds"), ("timeout", "timeoutSeconds"), ("start_period", "startupSeconds"))
    for key, name in times:
        amount = forms.seconds(check.get(key))
        if amount is not None:
            probes[name] = amount
    if check.get("retries", defaults.PROBE_FAILURES) != defaults.PROBE_FAILURES:
        service.object_to("healthcheck.retries", str(check["retries"]), f"there are {defaults.PROBE_FAILURES}")
    made["probes"] = probes
    grace = forms.seconds(service.raw.get("stop_grace_period"))
    if grace is not None:
        before = defaults.PRE_STOP if grace > defaults.PRE_STOP + defaults.STOP_MARGIN else 0
        drain = max(grace - before - defaults.STOP_MARGIN, 1)
        usual = (before, drain) == (defaults.PRE_STOP, defaults.DRAIN)
        made["shutdown"] = None if usual else {"preStopSeconds": before, "drainSeconds": drain}
