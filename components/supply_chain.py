"""What stands between an image and its use: each step a resource, each given the image by the one before it."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from components.evidence import Evidence, Kind
from components.manifests.image_trial import image_trial
from components.manifests.supply_chain import digest, scan_inputs
from components.signers import Told, identity, signer, trusted
from components.spec.image import BuildImage
from components.spec.settings import Settings
from components.spec.signing import Identity
from components.spec.supply_chain import SupplyChain as SupplyChainSpec

if TYPE_CHECKING:
    from components.container_image import ContainerImage


BUILT_FROM = ("folder", "dockerfile", "target", "args", "contexts", "platforms")
"""The fields of a build that its provenance states."""

VERSION = "1"
"""Of what is stated about a build: another one is stated anew."""


@dataclass(frozen=True)
class Rules:
    """What holds for every image of a stack.

    Attributes:
        spec: which steps there are.
        scan: what the scan is told: the same until an advisory is added, or the last day of a waiver is over.
        trials: how the images of workloads are tried, by the workload's name.
        signer: who signs what the stack builds, as the steps are told it, or None where nothing is signed.
        trusted: whose signatures count for what another stack ran, by its name.
        identity: whom a signature must name, as the steps are told it.
        insecure: whether the stack's registry speaks plain HTTP.
    """

    spec: SupplyChainSpec
    scan: Mapping[str, Any]
    trials: Mapping[str, Mapping[str, Any]]
    signer: Told | None
    trusted: Callable[[str], Told]
    identity: Callable[[Identity], Told]
    insecure: bool


def rules(settings: Settings, project: Path, stack: str, today: datetime.date) -> Rules | None:
    """The rules of a stack, None for one whose images go through nothing.

    Args:
        settings: the stack's.
        project: the project's folder.
        stack: the stack's name.
        today: decides which waivers still count.

    Raises:
        Refused: there is no key to sign with.
    """
    spec = settings.supply_chain
    if spec is None:
        return None
    scan = scan_inputs(spec.scan, project, today)
    trials = {name: image_trial(workload) for name, workload in settings.wanted_workloads.items() if spec.test}

    tier = settings.environment.tier

    def trusted_of(source: str) -> Told:
        return trusted(spec.signing, project, source, tier)

    def told(named: Identity) -> Told:
        return identity(named, project)

    signs = settings.builds and (spec.sign or spec.provenance)
    ours = signer(spec.signing, project, stack, tier) if signs else None
    return Rules(spec, scan, trials, ours, trusted_of, told, settings.registry.insecure)


@dataclass(frozen=True)
class Built:
    """An image that this stack builds.

    Attributes:
        source: what it was built from, for its provenance.
        lint: the step that read its Dockerfile.
    """

    source: Mapping[str, Any]
    lint: Evidence | None = None

    @classmethod
    def of(cls, image: "ContainerImage", spec: BuildImage) -> "Built":
        """The origin of an image, from its build."""
        described = spec.model_dump(mode="json", include=set(BUILT_FROM))
        folders = {name: digest(Path(folder), "*") for name, folder in spec.contexts.items()}
        begun: pulumi.Input[list[str]] = image.lint.fact("bases") if image.lint else []
        source: dict[str, Any] = {
            **described,
            "bases": image.bases,
            "context": image.context,
            "from": begun,
            "folders": folders,
        }
        return cls(source, image.lint)


@dataclass(frozen=True)
class External:
    """Someone else's image.

    Attributes:
        insecure: whether its registry speaks plain HTTP.
        signed_by: who must have signed it, if anybody.
    """

    insecure: bool
    signed_by: Identity | None = None


@dataclass(frozen=True)
class Promoted:
    """An image that another stack ran.

    Attributes:
        stack: its name.
    """

    stack: str


class SupplyChain(pulumi.ComponentResource):
    """The steps of one image.

    Attributes:
        reference: the image, once every step has let it through.
        evidence: what the steps found, by kind of evidence.
        steps: the resources: nothing that runs changes before they are done.
    """

    reference: pulumi.Input[str]

    def __init__(
        self,
        name: str,
        reference: pulumi.Input[str],
        origin: Built | Promoted | External,
        rules: Rules,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the steps.

        Args:
            name: the image's name.
            reference: the image, by digest.
            origin: where it comes from, which decides what it goes through.
            rules: what holds for every image of the stack.
            opts: Pulumi's options.
        """
        super().__init__("slipway:index:SupplyChain", name, {}, opts)
        self.reference = reference
        self.evidence: dict[str, pulumi.Input[str]] = {}
        self.steps: list[Evidence] = []
        self._name, self._rules = name, rules
        match origin:
            case Built():
                self._built(origin)
            case Promoted():
                self._promoted(origin)
            case External():
                self._external(origin)
        self.register_outputs({"reference": self.reference, "evidence": self.evidence})

    def _built(self, origin: Built) -> None:
        rules = self._rules
        if origin.lint:
            self.evidence["lint"] = origin.lint.fact("findings").apply(_counted)
            self.steps.append(origin.lint)
        if self._name in rules.trials:
            tried = self._step("ImageTest", "test", run=rules.trials[self._name])
            self.evidence["test"] = tried.fact("answered")
        sbom = self._scanned()
        if rules.signer and rules.spec.sign:
            self._signed(rules.signer)
        if rules.signer and rules.spec.provenance:
            self._stated(rules.signer, origin.source, sbom)

    def _promoted(self, origin: Promoted) -> None:
        """It must have been signed where it comes from, and is scanned again: more is known by now."""
        if self._rules.spec.sign:
            self._verified("Verification", trusted=self._rules.trusted(origin.stack), source=origin.stack)
        self._scanned()

    def _external(self, origin: External) -> None:
        """Scanned, without an SBOM in a registry that is not ours to write to; signed, where somebody is named."""
        if origin.signed_by:
            named = self._rules.identity(origin.signed_by)
            told = {"trusted": {origin.signed_by.subject: named}, "insecure": origin.insecure}
            self._verified("ExternalVerification", **told)
        scan = self._step("ExternalScan", "scan", **{**self._rules.scan, "insecure": origin.insecure})
        self.evidence["scan"] = scan.fact("findings").apply(_counted)

    def _scanned(self) -> Evidence:
        sbom = self._step("Sbom", "sbom")
        self.evidence["sbom"] = sbom.fact("cyclonedx").apply(" ".join)
        scan = self._step("Scan", "scan", sbom=sbom.fact("cyclonedx"), **self._rules.scan)
        self.evidence["scan"] = scan.fact("findings").apply(_counted)
        return sbom

    def _verified(self, kind: Kind, **told: Any) -> None:
        step = self._step(kind, "verification", **told)
        self.evidence["signedBy"] = step.fact("signedBy")

    def _signed(self, signer: Told) -> None:
        admission = {"admission": True} if self._rules.spec.admission else {}
        step = self._step("Signature", "signature", **signer, **admission)
        self.evidence["signedBy"] = step.fact("signedBy")

    def _stated(self, signer: Told, source: Mapping[str, Any], sbom: Evidence) -> None:
        sboms = {form: sbom.fact(form) for form in ("cyclonedx", "spdx")}
        step = self._step("Provenance", "provenance", **signer, source=dict(source), sbom=sboms, version=VERSION)
        self.evidence["provenance"] = step.fact("statement")

    def _step(self, kind: Kind, suffix: str, **inputs: Any) -> Evidence:
        """Declares a step that begins with what the last one let through."""
        told = {"reference": self.reference, "insecure": self._rules.insecure, **inputs}
        step = Evidence(kind, f"{self._name}-{suffix}", told, self)
        self.reference = step.reference
        self.steps.append(step)
        return step


def _counted(findings: Mapping[str, float]) -> str:
    return ", ".join(f"{int(count)} {severity}" for severity, count in findings.items()) or "no findings"
