"""How an object carries its waivers: an annotation for each rule, with what is said of it in JSON."""

from __future__ import annotations

import json

ANNOTATION = "waive.slipway.dev/"
"""Before the rule's id: the annotation's name."""

COMPONENT = "component"
"""What an annotation gives as its `source` when a component's argument said it."""


def annotation(rule: str, *, reason: str, owner: str, expires: str, ticket: str | None = None) -> dict[str, str]:
    """The annotation of a waiver that a component was given.

    Args:
        rule: The rule's id.
        reason: Why it is accepted.
        owner: Who answers for it.
        expires: The last day on which it counts, such as `2027-01-31`.
        ticket: Where it is followed up.

    Returns:
        Its name and its value.
    """
    said = {"reason": reason, "owner": owner, "expires": expires, "source": COMPONENT}
    return {f"{ANNOTATION}{rule}": json.dumps({**said, "ticket": ticket} if ticket else said, ensure_ascii=False)}
