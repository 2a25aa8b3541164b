"""What an image goes through between its build and its use: test, SBOM, scan, signature, provenance."""

import datetime
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import ProjectPath
from components.spec.waiver import Day, Said
from policies.values.severity import Severity


class ImageWaiver(Spec):
    """A finding of the scan that is accepted for a while, for a reason."""

    advisory: Annotated[Said, Field(examples=["GHSA-vqfr-h8mv-ghfj"])]
    """The advisory's id, or another id of the same; `not-checked` for an ecosystem that no source covers."""

    package: Annotated[Said, Field(examples=["h11"])]
    """The package's installed name; for `not-checked` the ecosystem, such as `Debian:12`."""

    reason: Annotated[Said, Field(examples=["only our own proxy reaches it, which sends no such bodies"])]
    """Why it does no harm here."""

    owner: Annotated[Said, Field(examples=["team-shop"])]
    """Who answers for it."""

    expires: Day
    """The last day on which it counts. After it the image is refused again, with this date."""

    def counts(self, today: datetime.date) -> bool:
        """Whether its last day is not over."""
        return today <= datetime.date.fromisoformat(self.expires)


class Scan(Checked):
    """Holds the packages of an image against advisories."""

    advisories: Annotated[ProjectPath, Field(examples=["advisories"])] = "advisories"
    """A folder of advisories in the OSV format, one folder for each ecosystem below it, as osv.dev exports them."""

    fail_on: Items[Severity] = defaults.FAIL_ON["prod"]
    """The severities that refuse an image. `unknown` and `not-checked` are no clean bill of health: `dev` lets the
    second through, the other tiers refuse both."""

    ignore_unfixed: bool = False
    """Whether findings without a fixed version are let through."""

    waivers: Items[ImageWaiver] = ()
    """Findings that are accepted for a while."""

    def checks(self) -> Checks:
        """Each finding is waived once."""
        yield self._once()

    def _once(self) -> Iterator[Refusal]:
        seen: set[tuple[str, str]] = set()
        for index, waiver in enumerate(self.waivers):
            key = (waiver.advisory, waiver.package)
            if key in seen:
                yield Refusal(
                    at=("waivers", index),
                    found=f"a second waiver of `{waiver.advisory}` for `{waiver.package}`",
                    allowed="one for each advisory and package",
                    mend="keep the one that is meant",
                )
            seen.add(key)


class SupplyChain(Spec):
    """The steps between a built image and a verified one. An SBOM is always made."""

    test: bool = True
    """Whether a built image is started as it will run, and must answer, keep to its limits and stop in time."""

    scan: Scan = Scan()
    """What the packages of an image are held against. Images of any source are scanned."""

    sign: bool = True
    """Whether built images are signed, and promoted ones must be signed by the stack that they come from."""

    provenance: bool = True
    """Whether it is recorded, and signed, what an image was built from."""
