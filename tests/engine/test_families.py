"""One rule of each family, by the real engine: what passes, what does not, what is not known yet, what is secret."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from policies.catalogue import FAMILIES, POD_RULES, SINGLE_RULES
from policies.plain import SENTINELS
from policies.plain import Path as FieldPath
from tests.support.workbench import CHECKOUT, Result, Workbench, copy_checkout
from tests.unit.policies.asking import OF_RULE, ask
from tests.unit.policies.objects import Json, at, nodes, replaced, token

PACK = CHECKOUT / "policies" / "packs" / "production"
CANARY = "canary-5d1f"
PROGRAM = '''
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
        return {key: value(item) for key, item in given.items()}
    return [value(item) for item in given] if isinstance(given, list) else given


with open("objects.json") as file:
    for name, (token, body) in json.load(file).items():
        pulumi.CustomResource(token, name, value(body), opts=target)
'''


@dataclass(frozen=True)
class Sample:
    """A rule, an object that violates it, the field that it is about, and an object that passes."""

    rule: str
    bad: Json
    field: FieldPath
    good: Json


def sample(rules: list[str]) -> Sample:
    """The first rule that has an object of which one field decides, with nothing configured."""
    for rule in rules:
        plain = [case for case in OF_RULE[rule] if not case.settings]
        good = next((case.body for case in plain if not case.violates), None)
        for case in plain:
            present = set(nodes(case.body))
            for finding in ask(rule, case.body, {}) if case.violates and good is not None else ():
                if finding.path in present and isinstance(at(case.body, finding.path), bool | int | str):
                    unknown = ask(rule, replaced(case.body, finding.path, min(SENTINELS)), {})
                    if [each.verdict for each in unknown] == ["unknown"]:
                        return Sample(rule, case.body, finding.path, good or {})
    raise AssertionError(f"none of {rules} has an object of which one field decides")


SAMPLES = {
    family.name.replace("_", "-"): sample([rule.about.id for rule in family.rules if rule.about.id in POD_RULES])
    for family in FAMILIES
    if any(rule.about.id in POD_RULES for rule in family.rules)
}


def objects() -> dict[str, tuple[str, Json]]:
    """Four objects for each family, by the name of their resource."""
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
            named = copy.deepcopy(body)
            metadata = named.setdefault("metadata", {})
            metadata["annotations"] = {**(metadata.get("annotations") or {}), "example.com/note": {"$secret": CANARY}}
            if each.field[:2] != ("metadata", "name"):
                metadata["name"] = f"{family}-{form}"
            made[f"{family}-{form}"] = (token(body), named)
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

    def with_pack(self, *arguments: str) -> Result:
        pack = ["--policy-pack", str(PACK), "--policy-pack-config", str(self.folder / "policies.json")]
        return self.pulumi(*arguments, "--stack", "dev", *pack)

    def declare(self, made: dict[str, tuple[str, Json]]) -> None:
        (self.folder / "objects.json").write_text(json.dumps(made))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    workbench = copy_checkout(tmp_path_factory.mktemp("families") / "checkout")
    folder = workbench.folder / "families"
    folder.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": str(CHECKOUT / ".venv")}}
    (folder / "Pulumi.yaml").write_text(json.dumps({"name": "families", "runtime": runtime}))
    (folder / "__main__.py").write_text(PROGRAM)
    asked = {each.rule for each in SAMPLES.values()}
    levels = {rule: "mandatory" if rule in asked else "disabled" for rule in SINGLE_RULES}
    (folder / "policies.json").write_text(json.dumps({"workloads": {"rules": levels}, "stack": "disabled"}))
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
    return project.with_pack("preview")


def said(preview: Result, family: str, form: str) -> list[str]:
    """The lines about one object that name the family's rule, whether it is violated or not known yet."""
    resource = f"::{family}-{form}]"
    return [line for line in preview.text.splitlines() if resource in line and SAMPLES[family].rule in line]


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
    assert any(rule in line for line in said(preview, family, "secret")), preview.text[-4000:]
    later = said(preview, family, "later")
    assert later, preview.text[-4000:]
    assert all("not checked yet" in line and rule not in line for line in later), later


def test_what_was_not_known_is_decided_by_the_update(project: Project, preview: Result) -> None:
    # given a violation that no preview can see
    assert said(preview, "resources", "later")
    project.declare({name: made for name, made in objects().items() if name == "resources-later"})
    # when
    done = project.with_pack("up", "--yes", "--skip-preview")
    # then
    assert done.code != 0, done.text
    assert any(f"{SAMPLES['resources'].rule} (" in line for line in said(done, "resources", "later")), done.text[-4000:]
    assert not list((project.folder / "rendered").rglob("*resources-later*"))
