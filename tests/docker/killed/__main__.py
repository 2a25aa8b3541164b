"""Declares the resources of `resources.json`, in place of the workloads, on the Docker engine of the environment."""

import json
from pathlib import Path

import pulumi

TYPES = {
    "network": "docker:index/network:Network",
    "volume": "docker:index/volume:Volume",
    "container": "docker:index/container:Container",
}

made: dict[str, pulumi.Resource] = {}
for name, entry in json.loads(Path("resources.json").read_text(encoding="utf-8")).items():
    opts = pulumi.ResourceOptions(version="5.2.0", depends_on=[made[other] for other in entry["after"]])
    made[name] = pulumi.CustomResource(TYPES[entry["kind"]], name, entry["inputs"], opts)
