"""One rule of each family, by the real engine: what passes, what does not, what is not known yet, what is secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies.catalogue import ALL_RULES, FAMILIES, SINGLE_RULES, STACK_RULES
from policies.plain import SENTINELS
from policies.plain import Path as FieldPath
from policies.rules.supply_chain import COMPONENT_TYPE
from tests.support.workbench import CHECKOUT, Result, Workbench, copy_checkout
from tests.unit.policies.asking import OF_RULE, TELL_SECRETS, ask, leaves, of_programs
from tests.unit.policies.objects import Json, at, replaced, token

PACK = CHECKOUT / "policies" / "packs" / "production"
CANARY = "canary-5d1f"
PROGRAM = f'''
import json, os, pulumi
from pulumi_kubernetes import Provider
from pulumi_random import RandomString

later = RandomString("later", length=4).result
target = pulumi.ResourceOptions(provider=Provider("target", render_yaml_to_directory=os.environ["RENDERED"]))


def value(given):
    """What is marked as made later, or as secret, is so."""
    if isinstance(given, dict):
        if "$later" in given:
            return later.apply(lambda _: given["$later"])
        if "$secret" in given:
            return pulumi.Output.secret(given["$secret"])
        return {{key: value(item) for key, item in given.items()}}
    return [value(item) for item in given] if isinstance(given, list) else given


with open("objects.json") as file:
    for name, (token, body) in json.load(file).items():
        if token == "{COMPONENT_TYPE}":
            pulumi.ComponentResource(token, name).register_outputs(value(body))
        else:
            opts = target if token.startswith("kubernetes:") else None
            pulumi.CustomResource(token, name, value(body), opts=opts)
'''
HERE = ("kubernetes:", "docker-build:")
"""The types of resources that the engine can preview here: their plugins are at hand."""


@dataclass(frozen=True)
class Sample:
    """A rule, what violates it, the field that decides that, and what passes."""

    rule: str
    bad: Json
    field: FieldPath
    good: Json


def sample(rules: list[str]) -> Sample:
    """The first rule with a case of which one field decides, with nothing configured."""
    for rule in (rule for rule in rules if ALL_RULES[rule].about.levels["prod"] == "own"):
        plain = [case for case in OF_RULE[rule] if not case.settings and declarable(rule, case.body)]
        good = next((case.body for case in plain if case.violates is False), None)
        for case in plain if good is not None else ():
            for field in leaves(rule, case.body) if case.violates else ():
                # Names and namespaces are given here, and the provider itself refuses a text that is not known.
                ours = "metadata" in field[2:3] or "dockerfile" in field
                if not ours and isinstance(at(case.body, field), bool | int | str):
                    unknown = ask(rule, replaced(case.body, field, min(SENTINELS)), {})
                    if [each.verdict for each in unknown] == ["unknown"]:
                        return Sample(rule, case.body, field, good or {})
    raise AssertionError(f"none of {rules} has a case of which one field decides")


def declarable(rule: str, body: Json) -> bool:
    """Whether a program can declare what a case is about."""
    return not of_programs(ALL_RULES[rule]) or (body["type"].startswith(HERE) and "helm.sh" not in body["type"])


SAMPLES = {family.name.replace("_", "-"): sample([rule.about.id for rule in family.rules]) for family in FAMILIES}


def declared(rule: str, name: str, body: Json) -> Iterator[tuple[str, Json]]:
    """The types and inputs of the resources that a case is about; objects are in a namespace of that name."""
    if rule in STACK_RULES:
        for each in body["objects"]:
            yield token(each), noted({**each, "metadata": {**each["metadata"], "namespace": name}})
        for reference in body["verified"]:
            yield COMPONENT_TYPE, {"reference": reference}
    elif of_programs(ALL_RULES[rule]):
        # A preview must not build: a value that is not known would be one more reason to wait.
        unbuilt = {"context": {"location": "."}, "buildOnPreview": False} if "docker-build" in body["type"] else {}
        yield body["type"], {**body["inputs"], **unbuilt}
    else:
        metadata = body.get("metadata", {})
        fixed = SAMPLES_BY_RULE[rule].field[:2] == ("metadata", "name")
        yield token(body), noted({**body, "metadata": metadata if fixed else {**metadata, "name": name}})


def noted(body: Json) -> Json:
    """An object with a secret in an annotation."""
    annotations: Json = {**(body["metadata"].get("annotations") or {}), "example.com/note": {"$secret": CANARY}}
    return {**body, "metadata": {**body["metadata"], "annotations": annotations}}


SAMPLES_BY_RULE = {each.rule: each for each in SAMPLES.values()}


def objects() -> dict[str, tuple[str, Json]]:
    """Four forms for each family, by the names of their resources."""
    made: dict[str, tuple[str, Json]] = {}
    for family, each in SAMPLES.items():
        bad = at(each.bad, each.field)
        forms = {
            "good": each.good,
            "bad": each.bad,
            "later": replaced(each.bad, each.field, {"$later": bad}),
            "secret": replaced(each.bad, each.field, {"$secret": bad}),
        }
        for form, body in forms.items():
            name = f"{family}-{form}"
            for number, resource in enumerate(declared(each.rule, name, body)):
                made[f"{name}-{number}" if number else name] = resource
    return made


@dataclass(frozen=True)
class Project:
    """A Pulumi project that declares what is in its `objects.json`, with one rule of each family asked."""

    workbench: Workbench
    folder: Path
    environment: dict[str, str]

    def pulumi(self, *arguments: str) -> Result:
        return self.workbench.run(
            ["pulumi", "--cwd", str(self.folder), "--non-interactive", *arguments], self.environment
        )

    def with_pack(self, level: str, *arguments: str) -> Result:
        """A command with the pack, the rules over single resources at a level; those over the stack are mandatory."""
        profiles = ["production", "gpu", "release"]
        policies = {
            "workloads": {"enforcementLevel": level, "profiles": profiles, "rules": off(SINGLE_RULES)},
            "stack": {"enforcementLevel": "mandatory", "profiles": profiles, "rules": off(STACK_RULES)},
        }
        (self.folder / "policies.json").write_text(json.dumps(policies))
        pack = ["--policy-pack", str(PACK), "--policy-pack-config", str(self.folder / "policies.json")]
        return self.pulumi(*arguments, "--stack", "dev", *pack)

    def declare(self, made: dict[str, tuple[str, Json]]) -> None:
        (self.folder / "objects.json").write_text(json.dumps(made))


def off(rules: Iterable[str]) -> dict[str, str]:
    """All but the rules of which there are samples."""
    return {rule: "disabled" for rule in rules if rule not in SAMPLES_BY_RULE}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    workbench = copy_checkout(tmp_path_factory.mktemp("families") / "checkout")
    folder = workbench.folder / "families"
    folder.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": str(CHECKOUT / ".venv")}}
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "families", "runtime": runtime}))
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "state").mkdir()
    inherited = {name: text for name, text in workbench.environment().items() if not name.startswith("PULUMI_OPTION_")}
    own = {"PULUMI_BACKEND_URL": (folder / "state").as_uri(), "RENDERED": str(folder / "rendered")}
    made = Project(workbench, folder, inherited | own)
    done = made.pulumi("stack", "init", "dev")
    assert done.code == 0, done.text
    return made


@pytest.fixture(scope="module")
def preview(project: Project) -> Result:
    """What the engine says of all objects in one preview."""
    project.declare(objects())
    # Where a resource violates what is mandatory, the engine does not ask about the stack any more.
    return project.with_pack("advisory", "preview")


def said(preview: Result, family: str, form: str) -> list[str]:
    """The lines about one form that name the family's rule, whether it is violated or not known yet."""
    rule, name = SAMPLES[family].rule, f"{family}-{form}"
    place = f" {name}/" if rule in STACK_RULES else f"::{name}]"
    lines = (line.strip() for line in preview.text.splitlines() if place in line)
    return [line for line in lines if line.startswith(f"{rule} (") or f" {rule} at " in line]


def test_the_engine_refuses_the_stack_and_prints_no_secret(preview: Result) -> None:
    assert preview.code != 0, preview.text
    assert CANARY not in preview.text
    assert "could not be checked" not in preview.text
    assert not any(sentinel in preview.text for sentinel in SENTINELS)


@pytest.mark.parametrize("family", SAMPLES)
def test_a_rule_of_each_family_says_the_same_through_the_engine(preview: Result, family: str) -> None:
    rule = f"{SAMPLES[family].rule} ("
    assert said(preview, family, "good") == [], preview.text[-4000:]
    assert any(rule in line for line in said(preview, family, "bad")), preview.text[-4000:]
    secret = said(preview, family, "secret")
    assert any(rule in line for line in secret) is (SAMPLES[family].rule not in TELL_SECRETS), secret
    later = said(preview, family, "later")
    assert later, preview.text[-4000:]
    assert all("not checked yet" in line and rule not in line for line in later), later


def test_what_was_not_known_is_decided_by_the_update(project: Project, preview: Result) -> None:
    # given a violation that no preview can see
    assert said(preview, "resources", "later")
    project.declare({name: made for name, made in objects().items() if name == "resources-later"})
    # when
    done = project.with_pack("mandatory", "up", "--yes", "--skip-preview")
    # then
    assert done.code != 0, done.text
    assert any(f"{SAMPLES['resources'].rule} (" in line for line in said(done, "resources", "later")), done.text[-4000:]
    assert not list((project.folder / "rendered").rglob("*resources-later*"))
