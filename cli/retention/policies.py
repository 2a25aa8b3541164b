"""The policies of registries that tidy up themselves, from the same settings.

None of them knows what runs. What must stay has a tag for that, put there by `slipway retention mark`; and where a
registry cannot say the same, it is told to keep more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cli.retention.patterns import beginnings, wildcard
from components.spec.retention import Retention

MARK = "in-use-"
"""How the tags begin that keep what is in use; the digest's first twelve digits follow."""

MARKED = f"/^{MARK}/"
EVIDENCE = "/^sha256-/"
"""The tags of signatures and of lists of referrers, which stay with their image."""

MOST = 10_000
"""A number of images that no repository reaches: ECR says "keep all" with it."""


def ecr(limits: Retention, _: str) -> str:
    """A lifecycle policy of Amazon ECR, for each repository.

    A rule claims the images whose tags it names: those of the first rules stay, and no later rule touches them. Count
    and age cannot be said of the same images; the count is.
    """
    kept = [
        _ecr_rule(priority, f"keep {pattern}", wildcard(pattern), MOST)
        for priority, pattern in enumerate(_kept(limits), start=1)
    ]
    newest = _ecr_rule(len(kept) + 1, f"the {limits.versions} newest", "*", limits.versions)
    return _json({"rules": [*kept, newest]})


def _ecr_rule(priority: int, description: str, pattern: str, most: int) -> dict[str, Any]:
    selection = {"tagStatus": "tagged", "tagPatternList": [pattern], "countType": "imageCountMoreThan"}
    return {
        "rulePriority": priority,
        "description": description,
        "selection": {**selection, "countNumber": most},
        "action": {"type": "expire"},
    }


def gar(limits: Retention, _: str) -> str:
    """The cleanup policies of a repository of Google's Artifact Registry; what is kept by one is removed by none."""
    prefixes = sorted({beginning for pattern in _kept(limits) for beginning in beginnings(pattern)})
    return _json(
        [
            {
                "name": "keep-tags",
                "action": {"type": "Keep"},
                "condition": {"tagState": "tagged", "tagPrefixes": prefixes},
            },
            {
                "name": "keep-newest",
                "action": {"type": "Keep"},
                "mostRecentVersions": {"keepCount": limits.versions},
            },
            {
                "name": "remove-old",
                "action": {"type": "Delete"},
                "condition": {"tagState": "tagged", "olderThan": f"{limits.days}d"},
            },
        ]
    )


def harbor(limits: Retention, _: str) -> str:
    """The retention policy of a Harbor project, without its `scope`: what no rule retains is removed.

    Age would be one more reason to stay, so that only the count is said. What has no tag stays.
    """
    always = [_harbor_rule("always", {}, wildcard(pattern), untagged=True) for pattern in _kept(limits)]
    newest = _harbor_rule("latestPushedK", {"latestPushedK": limits.versions}, "**", untagged=False)
    return _json({"algorithm": "or", "rules": [*always, newest]})


def _harbor_rule(template: str, parameters: Mapping[str, int], pattern: str, *, untagged: bool) -> dict[str, Any]:
    return {
        "action": "retain",
        "template": template,
        "params": parameters,
        "tag_selectors": [
            {
                "kind": "doublestar",
                "decoration": "matches",
                "pattern": pattern,
                "extras": json.dumps({"untagged": untagged}),
            }
        ],
        "scope_selectors": {"repository": [{"kind": "doublestar", "decoration": "repoMatches", "pattern": "**"}]},
    }


GHCR = """\
# Made by `slipway retention policy ghcr`. GitHub's registry deletes nothing over the distribution API.
name: retention
on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:
permissions:
  packages: write
jobs:
  retention:
    runs-on: ubuntu-latest
    steps:
      - uses: snok/container-retention-policy@v3.0.1
        with:
          account: ${{{{ github.repository_owner }}}}
          token: ${{{{ secrets.GITHUB_TOKEN }}}}
          image-names: "{images}"
          image-tags: "{tags}"
          tag-selection: tagged
          keep-n-most-recent: {versions}
          cut-off: {days}d
          dry-run: true # look at what it says first
"""


def ghcr(limits: Retention, repository: str) -> str:
    """A workflow for GitHub's registry, which removes what is both old and beyond the number, and only looks at first.

    What has no tag, such as the images in an index, stays.
    """
    # The registry's path begins with the owner, which the account is.
    images = f"{repository.partition('/')[2] or repository}/*"
    tags = " ".join(f"!{wildcard(pattern)}" for pattern in _kept(limits))
    return GHCR.format(images=images, tags=tags, versions=limits.versions, days=limits.days)


KINDS: Mapping[str, Callable[[Retention, str], str]] = {"ecr": ecr, "ghcr": ghcr, "gar": gar, "harbor": harbor}
"""Kinds of registries → what makes the policy, from the settings and the path below which images are."""


def _kept(limits: Retention) -> tuple[str, ...]:
    return (*limits.keep, MARKED, EVIDENCE)


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
