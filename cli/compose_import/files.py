"""Plain files of a service."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service


def keep_files(service: Service) -> None:
    """Its plain files, as far as their text is within reach."""
    known, files, folders = forms.mapping(service.document.get("configs")), dict[str, str](), list[str]()
    for index, each in enumerate(forms.items(service.raw.get("configs"))):
        described = forms.mapping(each) or {"source": each}
        target = str(described.get("target") or f"/{described['source']}")
        text = _text(service, forms.mapping(known.get(described["source"])))
        if text is None:
            service.object_to(f"configs[{index}]", str(described["source"]), "its text is not within reach: write it")
            continue
        folders.append(posixpath.dirname(target))
        files[posixpath.basename(target)] = text
    if len(set(folders)) > 1:
        service.object_to("configs", "several folders", "a workload has one folder of plain files")
    service.workload["configFiles"] = {"folder": folders[0], "files": files} if folders else None


def _text(service: Service, config: Mapping[str, Any]) -> str | None:
    if "content" in config:
        return str(config["content"])
    file = service.folder / str(config.get("file", ""))
    return file.read_text(encoding="utf-8") if config.get("file") and file.is_file() else None
