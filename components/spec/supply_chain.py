"""What an image goes through from its Dockerfile to its use: lint, test, SBOM, scan, signature, provenance."""

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.signing import Signing
from components.spec.values import Name, ProjectPath
from components.spec.waiver import Day, Said
from policies.values.severity import Graded, Severity


class LintIgnore(Spec):
    """A rule that does not hold for a Dockerfile, for a reason."""

    rule: Annotated[Said, Field(examples=["DL3008"])]
    """hadolint's or ShellCheck's code (`DL3008`, `SC2086`), or the id of a rule of the guardrails."""

    image: Annotated[Name, Field(examples=["python-api"])] | None = None
    """The image whose Dockerfile it is; left out, every one of the stack."""

    reason: Annotated[Said, Field(examples=["Debian keeps no older version"])]
    """Why it does no harm here."""


class Lint(Spec):
    """Reads a Dockerfile before anything is built from it."""

    fail_on: Items[Graded] = defaults.LINT_FAIL_ON
    """The severities that stop the build. hadolint's errors are `high`, its warnings `medium`, the rest `low`."""

    ignore: Items[LintIgnore] = ()
    """Rules that do not hold here. Comments in a Dockerfile switch nothing off."""


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

    scanner: Literal["advisories", "trivy", "grype"] = "advisories"
    """Who looks: the folder of `advisories`; or Trivy or grype with their own databases, where they are on PATH."""

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


class SupplyChain(Checked):
    """The steps between a Dockerfile and a verified image. An SBOM is always made."""

    lint: Lint = Lint()
    """What Dockerfiles are held to before they are built."""

    test: bool = True
    """Whether a built image is started as it will run, and must answer, keep to its limits and stop in time."""

    scan: Scan = Scan()
    """What the packages of an image are held against. Images of any source are scanned."""

    sign: bool = True
    """Whether built images are signed, and promoted ones must be signed by the stack that they come from."""

    signing: Signing = Signing()
    """Who signs: the stack's keys (`slipway keys`), or what is named here."""

    admission: bool = False
    """Whether images are signed in the older form, too, which admission controllers of a cluster check with a key."""

    provenance: bool = True
    """Whether it is recorded, and signed, what an image was built from."""

    def checks(self) -> Checks:
        """The older form is for keys."""
        yield self._older_form()

    def _older_form(self) -> Iterator[Refusal]:
        if self.admission and not self.signing.with_keys:
            yield Refusal(
                at=("admission",),
                found="the older form, without the stack's keys",
                allowed="`admission` with the stack's keys only",
                mend="remove it: admission controllers check the others in the form that images are signed in anyway",
            )
