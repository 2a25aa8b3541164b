"""The program: one environment from one description."""

import datetime
import os
from pathlib import Path

import pulumi

from components.bases import base_references
from components.configuration import base_pins, ca_bundle, own_profiles, read_settings, stored_secrets
from components.images import verified_image
from components.registry import Registry
from components.spec.target import RenderTarget
from components.supply_chain import rules
from components.targets import Described, deploy

project = Path.cwd()
settings, promotions = read_settings(project, pulumi.get_stack())
profiles = own_profiles(project, settings)
stored = stored_secrets(settings)
credentials = settings.registry.credentials

registry = Registry(
    "registry",
    settings.registry,
    stored[credentials.password] if credentials else None,
    ca_bundle(settings, os.environ),
    base_pins(settings, project, os.environ),
)
chain = rules(settings, project, pulumi.get_stack(), datetime.datetime.now(datetime.UTC).date())
bases = base_references(settings.bases, registry, settings.environment.tier, stored, chain)
images = {
    name: verified_image(name, image, registry, settings.environment.tier, promotions, stored, chain, bases)
    for name, image in settings.images.items()
}
addresses = deploy(Described(settings, registry, images, promotions, stored, project, profiles, chain))

pulumi.export("images", {name: image.reference for name, image in images.items()})
if bases:
    pulumi.export("bases", bases)
pulumi.export("workloads", addresses)
pulumi.export("capacity", settings.capacity)
if settings.prices:
    pulumi.export("cost", settings.cost)
pulumi.export("manifests", settings.target.folder if isinstance(settings.target, RenderTarget) else None)
