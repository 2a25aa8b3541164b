"""`python -m policies`: the rules without an engine.

`scan PATH…` asks them about YAML and JSON files; `check FILE…` reads packs' configuration files and says what is wrong;
`admission` writes the rules as Kubernetes' own admission policies; `docs DIR` writes the catalogue's pages.
`scan` and `check` end with 0 (nothing found), 1 (something found) or 2 (bad input).

What one command alone needs is imported there: scanning a file takes no longer than it must.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, cast

from policies.catalogue import ALL_RULES, POD_RULES, SINGLE_RULES, STACK_RULES
from policies.entry import Entry
from policies.formats import FORMATS, writer
from policies.rule import PROFILES
from policies.scan import Asked, Scanner
from policies.schema import names_known
from policies.settings import STACK, WORKLOADS, WORKLOADS_LEVELS, Override, Rules, SettingsError, check, load
from policies.summary import Summary

if TYPE_CHECKING:
    from policies.fixing import Fixed

_LEVEL_KEY = "enforcementLevel"


def main(arguments: list[str] | None = None) -> int:
    """Runs the command.

    Args:
        arguments: Its arguments; those of the process by default.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m policies", description="The guardrails without an engine.")
    commands = parser.add_subparsers(dest="command", required=True)
    scanning = commands.add_parser("scan", help="ask the rules about files, folders or standard input (-)")
    scanning.add_argument("paths", nargs="+", metavar="PATH")
    scanning.add_argument("--format", choices=FORMATS, default="text")
    scanning.add_argument("--output", metavar="F", help="where the report goes; standard output by default")
    scanning.add_argument("--config", metavar="FILE", help="a pack's configuration: levels and parameters")
    scanning.add_argument("--profile", action="append", choices=PROFILES, help="overrides the configuration")
    scanning.add_argument("--kubernetes-version", metavar="V", help="such as 1.36; overrides the configuration")
    scanning.add_argument("--rule", action="append", metavar="ID", help="only this rule; may be repeated")
    scanning.add_argument("--baseline", metavar="F", help="report only what is not in this baseline")
    scanning.add_argument("--write-baseline", metavar="F", help="write what is found to a baseline")
    scanning.add_argument("--fix", action="store_true", help="mend in place what needs no judgement, then scan")
    scanning.add_argument(
        "--dry-run", action="store_true", help="with --fix: print the changes as a diff, write nothing"
    )
    checking = commands.add_parser("check", help="say what is wrong with packs' configuration files")
    checking.add_argument("files", nargs="+", metavar="FILE")
    admitting = commands.add_parser("admission", help="write the rules as ValidatingAdmissionPolicies, in YAML")
    admitting.add_argument("--config", metavar="FILE", help="a pack's configuration: levels and parameters")
    admitting.add_argument("--profile", action="append", choices=PROFILES, help="overrides the configuration")
    admitting.add_argument("--kubernetes-version", metavar="V", help="such as 1.36; overrides the configuration")
    admitting.add_argument("--rule", action="append", metavar="ID", help="only this rule; may be repeated")
    documenting = commands.add_parser("docs", help="write the catalogue's pages")
    documenting.add_argument("folder", metavar="DIR")
    options = parser.parse_args(arguments)
    if options.command == "docs":
        return _docs(Path(options.folder))
    try:
        if options.command == "check":
            return _check(options.files)
        return _admission(options) if options.command == "admission" else _scan(options)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _check(files: list[str]) -> int:
    found = [f"{file}: {problem}" for file in files for problem in check(_read_json(file))]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


def _docs(folder: Path) -> int:
    from policies.docs import pages

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")
    return 0


def _admission(options: argparse.Namespace) -> int:
    import yaml

    from policies import admission

    single, _ = _chosen(options)
    rules = {rule_id: POD_RULES[rule_id] for rule in single.rules if (rule_id := rule.about.id) in POD_RULES}
    for document in admission.policies(rules, single.settings, single.default):
        sys.stdout.write("---\n" + yaml.safe_dump(document, sort_keys=False, width=1_000_000))
    return 0


def _scan(options: argparse.Namespace) -> int:
    summary = Summary()
    single, joins = _chosen(options)
    if options.dry_run and not options.fix:
        raise ValueError("--dry-run goes with --fix: a scan alone writes nothing")
    if options.fix:
        from policies.fixing import Fixer

        rules = {rule_id: POD_RULES[rule_id] for rule in single.rules if (rule_id := rule.about.id) in POD_RULES}
        fixed = Fixer(rules, single.settings).fix(options.paths)
        if options.dry_run:
            return _differences(fixed)
        for each in fixed:
            if each.after != each.before:
                each.write()
            summary.mended += each.mended
            summary.notes += each.left
    found = Scanner(single, joins).scan(options.paths, summary)
    if options.baseline is not None:
        from policies import baseline

        found = baseline.apply(options.baseline, found, summary)
    entries = _counted(found, summary)
    if options.write_baseline is not None:
        from policies import baseline

        entries = baseline.write(options.write_baseline, entries, summary)
    with open(options.output, "w", encoding="utf-8") if options.output else nullcontext(sys.stdout) as stream:
        stream.writelines(writer(options.format)(entries, summary))
    return summary.exit_code()


def _differences(found: Iterable[Fixed]) -> int:
    """Prints what would change; 1 when something would."""
    changes = False
    for each in found:
        sys.stdout.write(each.diff())
        sys.stderr.writelines(f"{line}\n" for line in each.left)
        changes = changes or each.after != each.before
    return int(changes)


def _chosen(options: argparse.Namespace) -> tuple[Asked, Asked]:
    """What the options ask for: the rules over one thing, and those over all objects together."""
    chosen = cast("list[str]", options.rule or [])
    unknown = [rule_id for rule_id in chosen if rule_id not in ALL_RULES]
    if unknown:
        raise SettingsError(
            "\n".join(f"there is no rule {rule_id}; {names_known(rule_id, ALL_RULES)}" for rule_id in unknown)
        )
    document = _configuration(options.config)
    more: dict[str, object] = {} if options.profile is None else {"profiles": options.profile}
    version: dict[str, object] = (
        {} if options.kubernetes_version is None else {"kubernetesVersion": options.kubernetes_version}
    )
    return (
        _asked(document.get(WORKLOADS, {}), {**more, **version}, SINGLE_RULES, chosen, WORKLOADS_LEVELS),
        _asked(document.get(STACK, {}), more, STACK_RULES, chosen, WORKLOADS_LEVELS),
    )


def _asked(
    properties: object, more: dict[str, object], rules: Rules, chosen: list[str], levels: tuple[Override, ...]
) -> Asked:
    """Some of these rules, with what a policy's part of the configuration says of them."""
    if isinstance(properties, str):
        properties = {_LEVEL_KEY: properties}
    configuration = {**cast("dict[str, object]", properties), **more}
    default = _level(configuration.pop(_LEVEL_KEY, "mandatory"))
    said = cast("dict[str, Override]", configuration.get("rules", {}))
    # Who asks for a rule by its name means to have it asked, whatever the profile.
    named: dict[str, Override] = {rule_id: said.get(rule_id, default) for rule_id in chosen if rule_id in rules}
    settings = load({**configuration, "rules": {**said, **named}}, rules, levels)
    return Asked(tuple(rules[rule_id] for rule_id in (named if chosen else rules)), settings, default)


def _counted(entries: Iterable[Entry], summary: Summary) -> Iterator[Entry]:
    for entry in entries:
        summary.count(entry)
        yield entry


def _configuration(file: str | None) -> dict[str, object]:
    """A configuration file: what it says of each policy."""
    if file is None:
        return {}
    document = _read_json(file)
    found = check(document)
    if found:
        raise SettingsError("\n".join(f"{file}: {problem}" for problem in found))
    return cast("dict[str, object]", document)


def _level(said: object) -> Override:
    """What findings do at a policy's level; at `remediate`, those that are not mended are mandatory."""
    return "mandatory" if said == "remediate" else cast("Override", said)


def _read_json(file: str) -> object:
    try:
        return json.loads(Path(file).read_bytes())
    except ValueError as error:
        raise SettingsError(f"{file}: no JSON: {error}") from error


if __name__ == "__main__":
    # What is loaded by now stays, and findings hold no circles: looking for some is a fifteenth of a scan's time.
    gc.freeze()
    gc.set_threshold(100_000)
    sys.exit(main())
