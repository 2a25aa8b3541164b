"""How a service is started, and after whom."""

from __future__ import annotations

from cli.compose_import import forms
from cli.compose_import.service import Service
from components.spec import defaults

PROFILES = ("dev", "staging", "prod", "monitoring", "backup")


def run(service: Service) -> None:
    """Its command, its groups, its version, and when it is started again."""
    raw, made = service.raw, service.workload
    made["command"], made["args"] = forms.words(raw.get("entrypoint")), forms.words(raw.get("command"))
    known = [profile for profile in forms.items(raw.get("profiles")) if profile in PROFILES]
    made["profiles"] = known
    for profile in forms.items(raw.get("profiles")):
        if profile not in PROFILES:
            service.object_to("profiles", repr(profile), f"use one of {', '.join(PROFILES)}")
    labels = forms.named(raw.get("labels"))
    made["version"] = labels.get("app.kubernetes.io/version")
    text = str(raw.get("restart", ""))
    policy, _, tries = text.partition(":")
    if policy in ("always", "unless-stopped", "on-failure", "no"):
        made["restart"] = policy if policy != defaults.RESTART else None
        if tries and tries != str(defaults.RESTARTS_ON_FAILURE):
            service.object_to("restart", text, f"there are {defaults.RESTARTS_ON_FAILURE} tries")


def order(service: Service) -> None:
    """What must be healthy before it starts."""
    before = forms.keyed(service.raw.get("depends_on"))
    service.workload["dependsOn"] = [name.replace("_", "-") for name in before]
    for name, options in before.items():
        if options.get("condition") == "service_completed_successfully":
            service.object_to(f"depends_on.{name}", "waits for its end", "make it a step before the deployment")
        elif options.get("condition") != "service_healthy":
            service.object_to(f"depends_on.{name}", "waits for its start", "the proposal waits until it is healthy")
