"""Who a service runs as, and what it may do: it is confined as every workload is, whatever the file says."""

from __future__ import annotations

import posixpath

from cli.compose_import import forms
from cli.compose_import.service import Service
from components.spec import defaults


def confine(service: Service) -> None:
    """Its user, and a seccomp profile of its own; what no rule objects to and a workload has not all the same."""
    raw, made = service.raw, service.workload
    user, _, group = str(raw.get("user", "")).partition(":")
    if user.isdigit() and int(user):
        made["user"] = int(user) if int(user) != defaults.USER_ID else None
        made["group"] = int(group) if group.isdigit() and int(group) else int(user)
        made["group"] = made["group"] if made["group"] != defaults.USER_ID else None
    elif not service.objected("user"):
        service.object_to("user", user, f"it runs as {defaults.USER_ID}: see that the image allows it")
    for index, capability in enumerate(forms.items(raw.get("cap_add"))):
        if not service.objected(f"cap_add[{index}]"):
            service.object_to(f"cap_add[{index}]", str(capability), "none is added: use a port above 1023")
    for option in forms.items(raw.get("security_opt")):
        name, _, value = str(option).replace("=", ":", 1).partition(":")
        if name == "seccomp" and value != "unconfined":
            made["seccompProfile"] = posixpath.normpath(value)
