"""Objects that a program declares beside the components are held to the same rules, by the real engine and the pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.workbench import Workbench

RAW = """
import pulumi_kubernetes
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.batch.v1 import CronJob
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler
from pulumi_kubernetes.core.v1 import ServiceAccount

to_folder = {"render_yaml_to_directory": settings.target.folder} if isinstance(settings.target, RenderTarget) else {}
to_cluster = {} if to_folder else {"context": settings.target.context}
on_target = pulumi.ResourceOptions(provider=pulumi_kubernetes.Provider("raw", **to_folder, **to_cluster))
DIGEST = "sha256:" + "0" * 64
LIMITS = {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}
GOOD = {"name": "good", "image": settings.registry.name_of("app@" + DIGEST), "resources": LIMITS}
SAFE = {"runAsNonRoot": True, "runAsUser": 10001}


def pods(*containers, init=(), **security):
    labels = {"app": "raw"}
    spec = {"containers": list(containers), "initContainers": list(init), "securityContext": SAFE | security}
    return {"metadata": {"labels": labels}, "spec": spec}


def named(name):
    return {"name": name, "namespace": settings.environment.namespace}


selector = {"matchLabels": {"app": "raw"}}
Deployment("root", metadata=named("root"), opts=on_target,
    spec={"selector": selector, "template": pods(GOOD, runAsNonRoot=False)})
Deployment("unlimited", metadata=named("unlimited"), opts=on_target,
    spec={"selector": selector, "template": pods({k: v for k, v in GOOD.items() if k != "resources"})})
Deployment("latest", metadata=named("latest"), opts=on_target,
    spec={"selector": selector, "template": pods(GOOD | {"image": "nginx:latest"})})
Deployment("init", metadata=named("init"), opts=on_target,
    spec={"selector": selector, "template": pods(GOOD, init=[GOOD | {"name": "first", "image": "nginx:latest"}])})
CronJob("nightly", metadata=named("nightly"), opts=on_target, spec={"schedule": "0 3 * * *", "jobTemplate":
    {"spec": {"template": pods(GOOD | {"name": "task", "image": "nginx:latest"})}}})
ServiceAccount("kept", metadata=named("kept"), opts=pulumi.ResourceOptions.merge(on_target,
    pulumi.ResourceOptions(ignore_changes=["automountServiceAccountToken"])))
HorizontalPodAutoscaler("nothing", metadata=named("nothing"), opts=on_target, spec={"minReplicas": 2, "maxReplicas": 4,
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "nothing"}})
CustomResource("rollout", api_version="argoproj.io/v1alpha1", kind="Rollout", metadata=named("rollout"), opts=on_target,
    spec={"selector": selector, "template": pods(GOOD | {"name": "canary", "image": "nginx:latest"})})
"""

EXPECTED = [
    ("run-as-non-root", "Deployment slipway-{stack}/root", "spec.template.spec.securityContext.runAsNonRoot"),
    ("cpu-limit", "Deployment slipway-{stack}/unlimited", "spec.template.spec.containers[0].resources"),
    ("memory-limit", "Deployment slipway-{stack}/unlimited", "spec.template.spec.containers[0].resources"),
    ("image-tag", "Deployment slipway-{stack}/latest", "spec.template.spec.containers[0].image"),
    ("image-digest", "Deployment slipway-{stack}/init", "spec.template.spec.initContainers[0].image"),
    ("image-tag", "CronJob slipway-{stack}/nightly", "spec.jobTemplate.spec.template.spec.containers[0].image"),
    ("ignored-security", "kubernetes:core/v1:ServiceAccount kept", "options.ignoreChanges[0]"),
    ("dangling-hpa", "HorizontalPodAutoscaler slipway-{stack}/nothing", "spec.scaleTargetRef"),
    ("image-registry", "Rollout slipway-{stack}/rollout", "spec.template.spec.containers[0].image"),
]


@pytest.fixture
def raw(workbench: Workbench) -> Workbench:
    """A checkout whose program also declares objects of its own, each wrong in one way."""
    program = workbench.folder / "__main__.py"
    program.write_text(program.read_text() + RAW)
    return workbench


def finding(text: str, rule: str, named: str, path: str) -> str | None:
    """The line that reports this rule for this object at this path."""
    return next((line for line in text.splitlines() if rule in line and named in line and path in line), None)


def unreported(text: str, stack: str) -> list[tuple[str, str, str]]:
    """The expected findings that are not reported for this stack: rule, object, path."""
    return [each for each in EXPECTED if not finding(text, each[0], each[1].format(stack=stack), each[2])]


def test_production_refuses_every_wrong_object_before_it_exists(raw: Workbench) -> None:
    # when
    said = raw.slipway("preview", "--stack", "prod")
    # then the preview fails, and each finding names rule, object, container, path and mend
    assert said.code == 1, said.text
    assert not unreported(said.text, "prod"), said.text[-6000:]
    assert "[mandatory]" in said.text


def test_development_only_warns(raw: Workbench) -> None:
    # when
    said = raw.slipway("preview", "--stack", "dev")
    # then
    assert said.code == 0, said.text
    assert not unreported(said.text, "dev"), said.text[-6000:]
    assert "[advisory]" in said.text
    assert "[mandatory]" not in said.text


def test_a_digest_that_no_verified_image_gave_is_refused(workbench: Workbench) -> None:
    # given an object with a good digest that did not come from this stack's images, all of which are known
    program = workbench.folder / "__main__.py"
    program.write_text(
        program.read_text() + RAW.split("selector = ")[0] + "selector = {'matchLabels': {'app': 'raw'}}\n"
        "Deployment('stray', metadata=named('stray'), opts=on_target,\n"
        "    spec={'selector': selector, 'template': pods(GOOD)})\n"
    )
    recorded = workbench.folder / "promotions" / "prod.yaml"
    recorded.write_text(f"staging:\n  python-api: sha256:{'1' * 64}\n")
    # when
    said = workbench.slipway("preview", "--stack", "prod")
    # then
    assert said.code == 1, said.text
    assert finding(
        said.text, "verified-image", "Deployment slipway-prod/stray", "spec.template.spec.containers[0].image"
    )


def test_production_previews_every_object_before_the_first_build(workbench: Workbench) -> None:
    # given a stack that was never up, and no cluster
    said = workbench.slipway("preview", "--stack", "prod", "--json", "--out", "preview.json")
    # then every object is there with what is known of it
    assert said.code == 0, said.text
    shown = (workbench.folder / "preview.json").read_text()
    for kind in ("Namespace", "Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"):
        assert f'"kind": "{kind}"' in shown or f'"kind":"{kind}"' in shown, kind
    assert "runAsNonRoot" in shown
    assert (
        Path(workbench.folder / "Pulumi.prod.yaml").read_text()
        == (Path(__file__).resolve().parents[2] / "Pulumi.prod.yaml").read_text()
    )


def test_at_the_level_remediate_an_object_is_mended_before_it_exists(raw: Workbench) -> None:
    # given a stack whose configuration has one rule's violations mended
    config = raw.folder / "policies" / "config" / "dev.json"
    document = json.loads(config.read_text())
    document["workloads"] |= {"enforcementLevel": "remediate", "remediate": ["capabilities-restricted"], "rules": {}}
    config.write_text(json.dumps(document))
    # when
    said = raw.slipway("preview", "--stack", "dev")
    # then what is mended is said and no longer found, and the rest is mandatory
    assert said.code == 1, said.text
    assert "[remediate]  workloads" in said.text, said.text[-6000:]
    assert "capabilities-restricted" not in said.text, said.text[-6000:]
    assert not unreported(said.text, "dev"), said.text[-6000:]
