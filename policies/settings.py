"""The packs' configuration: its schema, its checks, and what it comes to for each rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from policies import waivers
from policies.catalogue import SINGLE_RULES, STACK_RULES, parameters
from policies.mendings import MENDINGS
from policies.plain import plain
from policies.rule import PROFILES, About, Parameter, Profile, SingleRule, StackRule, Tier
from policies.schema import Schema, problems
from policies.waivers import Waivers

Override = Literal["disabled", "advisory", "mandatory"]
"""What a configuration may say of one rule. A rule it does not name has the level of its policy."""

Rules = dict[str, SingleRule] | dict[str, StackRule]

DEFAULT_PROFILES: tuple[Profile, ...] = ("production",)

WORKLOADS = "workloads"
"""What a configuration calls the policy over single resources."""

STACK = "stack"
"""What a configuration calls the policy over the whole stack."""

WORKLOADS_LEVELS: tuple[Override, ...] = ("disabled", "advisory", "mandatory")
STACK_LEVELS: tuple[Override, ...] = ("disabled",)
_ENFORCEMENT: dict[str, Schema] = {
    WORKLOADS: {"type": "string", "enum": ["disabled", "advisory", "mandatory", "remediate"]},
    STACK: {"type": "string", "enum": ["disabled", "advisory", "mandatory"]},
}
_LEVEL_KEY = "enforcementLevel"  # the policy engine's own


class SettingsError(ValueError):
    """A configuration says something that is not allowed; the message lists everything at once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration that holds.

    Attributes:
        parameters: A value for every parameter of the rules, defaults filled in.
        overrides: The level of each rule that the configuration names.
        report_unknown: Whether to say which rules could not be decided yet during a preview.
        profiles: The profiles whose rules are asked; a rule that the configuration names is asked in any case.
        tier: How much the environment matters.
        waivers: What is accepted all the same.
        remediate: The rules whose violations are mended when the policy's level is `remediate`; None: those that have
            the policy's own level.
    """

    parameters: Mapping[str, object]
    overrides: Mapping[str, Override]
    report_unknown: bool = True
    profiles: frozenset[str] = frozenset(DEFAULT_PROFILES)
    tier: Tier = "prod"
    waivers: Waivers = dataclasses.field(default_factory=Waivers)
    remediate: frozenset[str] | None = None

    def level(self, about: About) -> Override | None:
        """The level of a rule; None for that of the policy which holds it."""
        override = self.overrides.get(about.id)
        if override is not None:
            return override
        if self.profiles.isdisjoint(about.profiles):
            return "disabled"
        level = about.levels[self.tier]
        return None if level == "own" else level

    def asked(self, about: About) -> bool:
        """Whether a rule is asked at all."""
        return self.level(about) != "disabled"

    def mended(self, about: About) -> bool:
        """Whether violations of a rule are mended when the policy's level is `remediate`."""
        return self.level(about) is None if self.remediate is None else about.id in self.remediate


def schema(rules: Rules, levels: tuple[Override, ...]) -> dict[str, Schema]:
    """The JSON schema of each property of a policy's configuration.

    Args:
        rules: The rules that the policy holds.
        levels: The levels that it can give one of them.

    Returns:
        Property name to schema, `enforcementLevel` (which is the policy engine's own) left out.
    """
    level: Schema = {"type": "string", "enum": list(levels)}
    mendable = [rule_id for rule_id in rules if rule_id in MENDINGS]
    remediate: Schema = {
        "type": "array",
        "items": {"type": "string", "enum": mendable},
        "description": "The rules whose violations are mended, at the level remediate.",
    }
    return {
        **({"remediate": remediate} if mendable else {}),
        **{name: _described(parameter) for name, parameter in sorted(parameters(rules).items())},
        "rules": {
            "type": "object",
            "description": "The level of single rules, where it differs from the policy's own.",
            "properties": dict.fromkeys(sorted(rules), level),
            "additionalProperties": False,
        },
        "profiles": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": list(PROFILES)},
            "description": "The profiles whose rules are asked.",
        },
        "tier": {
            "type": "string",
            "enum": ["dev", "staging", "prod"],
            "description": "How much the environment matters: what is advice only, or not asked, follows from it.",
        },
        "waivers": waivers.SCHEMA,
        "waiverSources": {
            "type": "array",
            "items": {"type": "string", "enum": list(waivers.SOURCES)},
            "description": "From where waivers count.",
        },
        "neverWaived": {
            "type": "array",
            "items": {"type": "string", "enum": ["low", "medium", "high", "critical"]},
            "description": "Severities that no waiver excuses.",
        },
        "reportUnknown": {
            "type": "boolean",
            "description": "Whether a preview says which rules wait for values that only the update knows.",
        },
    }


def split_schema(rules: Rules) -> dict[str, Schema]:
    """The JSON schema of the configuration of a policy that holds one rule (`policies.split`).

    Args:
        rules: The rule, by its id.

    Returns:
        Property name to schema: the rule's parameters and its waivers. Its level is the policy's own.
    """
    without = ("rules", "profiles", "tier", "remediate")
    return {name: each for name, each in schema(rules, ()).items() if name not in without}


def load(
    configuration: Mapping[str, object],
    rules: Rules,
    levels: tuple[Override, ...],
    profiles: tuple[Profile, ...] = DEFAULT_PROFILES,
) -> Settings:
    """Reads a policy's configuration.

    Args:
        configuration: Its properties, as JSON gives them, without `enforcementLevel`.
        rules: The rules that the policy holds.
        levels: The levels that it can give one of them.
        profiles: The profiles whose rules are asked where the configuration names none.

    Returns:
        The settings, with defaults filled in.

    Raises:
        SettingsError: Something is not allowed. Every problem is listed, one per line.
    """
    # The engine's protocol knows no whole numbers.
    configuration = cast("dict[str, object]", plain(configuration)[0])
    found = sorted(_problems(configuration, schema(rules, levels)))
    made, wrong = waivers.read(configuration.get("waivers", []))
    if found or wrong:
        raise SettingsError("\n".join(sorted({*found, *wrong})))
    return Settings(
        parameters={name: configuration.get(name, parameter.default) for name, parameter in parameters(rules).items()},
        overrides=cast("dict[str, Override]", configuration.get("rules", {})),
        report_unknown=bool(configuration.get("reportUnknown", True)),
        profiles=frozenset(cast("list[str]", configuration.get("profiles", profiles))),
        tier=cast("Tier", configuration.get("tier", "prod")),
        waivers=Waivers(
            made,
            cast("list[str]", configuration.get("waiverSources", waivers.SOURCES)),
            cast("list[str]", configuration.get("neverWaived", [])),
        ),
        remediate=frozenset(cast("list[str]", configuration["remediate"])) if "remediate" in configuration else None,
    )


def check(document: object) -> list[str]:
    """Says all that is wrong with a configuration file. The engine checks less: it skips a name it does not know.

    Args:
        document: The file's JSON.

    Returns:
        One sentence for each problem; none when the file is right.
    """
    if not isinstance(document, dict):
        return ["the configuration must be an object with the policies' names as keys"]
    known = {WORKLOADS: schema(SINGLE_RULES, WORKLOADS_LEVELS), STACK: schema(STACK_RULES, STACK_LEVELS)}
    found: list[str] = []
    for name, value in cast("dict[str, object]", document).items():
        if name in SINGLE_RULES:
            known[name] = split_schema({name: SINGLE_RULES[name]})
        elif name in STACK_RULES:
            known[name] = split_schema({name: STACK_RULES[name]})
        if name not in known:
            found.append(f"{name} is no policy of this pack; there are {WORKLOADS}, {STACK}")
        elif isinstance(value, str):
            found.extend(problems(value, _ENFORCEMENT.get(name, _ENFORCEMENT[STACK]), name))
        elif isinstance(value, dict):
            policy = cast("dict[str, object]", value)
            properties = {**known[name], _LEVEL_KEY: _ENFORCEMENT.get(name, _ENFORCEMENT[STACK])}
            found.extend(f"{name}.{problem}" for problem in _problems(policy, properties))
            if "remediate" in policy and policy.get(_LEVEL_KEY) != "remediate":
                found.append(f"{name}.remediate names rules to mend, which only happens at enforcementLevel remediate")
        else:
            found.append(f"{name} must be a level or an object")
    return found


def _problems(configuration: Mapping[str, object], properties: dict[str, Schema]) -> Iterator[str]:
    for name, value in configuration.items():
        if name in properties:
            yield from problems(value, properties[name], name)
        else:
            yield f"{name} is not known; known are {', '.join(sorted(properties))}"


def _described(parameter: Parameter) -> Schema:
    described = parameter.schema.copy()
    described.setdefault("description", parameter.about)
    return described
