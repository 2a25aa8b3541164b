"""What a service runs."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service

REVIEW = "imported from a Compose file: say who reviewed the image, and what was looked at"
_PROMOTED = re.compile(r".*@\$\{\w+:\?the digest that (?P<stack>\S+) ran\}")


def name_image(service: Service) -> None:
    """Its image: built, promoted, or somebody else's."""
    build, image = service.raw.get("build"), service.raw.get("image")
    if build is not None:
        service.workload["image"] = {"build": _build(service, build)}
    elif image is None:
        folder = f"images/{service.name}"
        service.workload["image"] = {"build": {"folder": folder}}
        service.object_to("image", "neither `image` nor `build`", f"the proposal builds `{folder}`: name the real one")
    elif promoted := _PROMOTED.fullmatch(str(image)):
        service.workload["image"] = {"promote": {"from": promoted["stack"]}}
    else:
        service.workload["image"] = {"external": {"reference": _reference(service, str(image)), "reason": REVIEW}}


def _build(service: Service, build: object) -> dict[str, Any]:
    described = forms.mapping(build) or {"context": build}
    folder = posixpath.normpath(str(described.get("context", ".")))
    if folder.startswith(("/", "..")) or "://" in str(described.get("context")):
        service.object_to("build.context", repr(folder), "put the source below the project, and name its folder")
    made = {
        "folder": folder,
        "dockerfile": described.get("dockerfile"),
        "target": described.get("target"),
        "args": forms.named(described.get("args")),
        "platforms": forms.items(described.get("platforms")),
    }
    for key in sorted(described.keys() - {"context", "dockerfile", "target", "args", "platforms"}):
        service.object_to(
            f"build.{key}", "not a setting of one image", "see `slipway:registry` for caches and builders"
        )
    return {key: value for key, value in made.items() if value and value != "Dockerfile"}


def _reference(service: Service, image: str) -> str:
    if forms.variables(image):
        service.object_to("image", "a variable of whoever starts it", "write the whole reference, with a digest")
    return image
