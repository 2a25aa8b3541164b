"""A verified image on a Docker host."""

from typing import cast

import pulumi

from components.docker_apply import docker_apply
from components.verified_image import VerifiedImage


class DockerImage(pulumi.ComponentResource):
    """Pulls an image by its digest; it is removed with the stack.

    Attributes:
        number: the host's own number of the image, which is what a container is told to run.
    """

    number: pulumi.Output[str]

    def __init__(self, name: str, image: VerifiedImage, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the image.

        Args:
            name: the component's name.
            image: what to pull.
            opts: Pulumi's options; give the Docker provider here.
        """
        super().__init__("slipway:index:DockerImage", name, {}, opts)
        pulled = docker_apply(
            f"{name}-image", {"kind": "RemoteImage", "name": image.reference, "keepLocally": False}, self
        )
        self.number = cast("pulumi.Output[str]", getattr(pulled, "image_id"))  # noqa: B009  # of the typed resource
        self.register_outputs({"reference": image.reference})
