"""What saves the volumes of an environment's workloads: its description and its image."""

from dataclasses import dataclass

from components.spec.backup import Backup
from components.verified_image import VerifiedImage


@dataclass(frozen=True)
class Saving:
    """What runs beside each workload of which something is saved.

    Attributes:
        spec: what is saved, and where to.
        image: what does it.
    """

    spec: Backup
    image: VerifiedImage
