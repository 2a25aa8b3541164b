"""The program: one environment from one description."""

import os
from pathlib import Path

import pulumi

from components.configuration import Refused, ca_bundle, read_settings, stored_secrets
from components.environment import Environment
from components.images import verified_image
from components.provider import kubernetes_provider
from components.registry import Registry
from components.secret_files import SecretFiles
from components.spec.order import start_order
from components.spec.target import DockerTarget, RenderTarget
from components.workload import Workload

settings, promotions = read_settings(Path.cwd(), pulumi.get_stack())
stored = stored_secrets(settings)
wanted = settings.wanted_workloads
credentials = settings.registry.credentials
if isinstance(settings.target, DockerTarget):
    raise Refused("slipway:target.kind: `docker` can be described and checked, and not deployed yet")
on_target = pulumi.ResourceOptions(provider=kubernetes_provider(settings.environment, settings.target))

registry = Registry(
    "registry",
    settings.registry,
    stored[credentials.password] if credentials else None,
    ca_bundle(settings, os.environ),
)
environment = Environment("environment", settings.environment, registry, on_target)
secrets = SecretFiles("secrets", settings.mounted_secrets, environment, stored, on_target)
images = {
    name: verified_image(name, spec.image, registry, settings.environment.tier, promotions, stored)
    for name, spec in wanted.items()
}
workloads: dict[str, Workload] = {}
for name in start_order(wanted):
    before = [each for needed in wanted[name].depends_on for each in workloads[needed].ready]
    workloads[name] = Workload(name, wanted[name], environment, images[name], secrets, before, on_target)

pulumi.export("images", {name: image.reference for name, image in images.items()})
pulumi.export("workloads", {name: workload.address for name, workload in workloads.items()})
pulumi.export("manifests", settings.target.folder if isinstance(settings.target, RenderTarget) else None)
