"""Declares the objects of `objects.json`, in place of the workloads; the provider is the one that slipway makes."""

import json
from pathlib import Path

import pulumi

from components.configuration import read_settings
from components.provider import kubernetes_provider
from components.spec.target import KubernetesTarget

settings, _ = read_settings(Path.cwd(), pulumi.get_stack())
assert isinstance(settings.target, KubernetesTarget)
provider = kubernetes_provider(settings.environment, settings.target)
made: dict[str, pulumi.Resource] = {}
for name, entry in json.loads(Path("objects.json").read_text(encoding="utf-8")).items():
    declared = entry["object"]
    version = declared["apiVersion"]
    token = f"kubernetes:{version if '/' in version else f'core/{version}'}:{declared['kind']}"
    opts = pulumi.ResourceOptions(provider=provider, depends_on=[made[other] for other in entry["after"]])
    made[name] = pulumi.CustomResource(token, name, declared, opts)
