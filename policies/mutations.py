"""What a mending is made of: changes to an object that need no judgement, as data.

A mending never overrides what somebody has said: it adds what is not there, takes away what has no effect or no place
there, and copies what stands beside it. It never invents a number that depends on the program (a limit, a probe's
path, a user): those are for whoever knows the program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policies.predicates import Field, Predicate, Setting

Value = bool | int | str | Setting | tuple[tuple[str, str], ...]
"""What is put somewhere: a plain value, that of a parameter, or the entries of a mapping."""


@dataclass(frozen=True, slots=True)
class Put:
    """Sets a field that is not there, or null; where it has another value, nothing is done."""

    field: Field
    value: Value


@dataclass(frozen=True, slots=True)
class Append:
    """Adds an item at the end of a list; makes the list where there is none."""

    field: Field
    value: Value


@dataclass(frozen=True, slots=True)
class Copy:
    """Sets a field that is not there, or null, to what another one has; where both differ, nothing is done."""

    field: Field
    source: Field


@dataclass(frozen=True, slots=True)
class Drop:
    """Takes a field away."""

    field: Field


Mutation = Put | Append | Copy | Drop


@dataclass(frozen=True, slots=True)
class Mending:
    """How violations of a rule are mended.

    Attributes:
        scope: Done once for each object, each pod, or each container in which the rule is violated.
        mutations: What is done, all of it or nothing.
        when: What must hold, and be known to hold; where it does not, a person has to look.
        about: What is done and what it can break, in a sentence or two.
    """

    scope: Literal["object", "pod", "container"]
    mutations: tuple[Mutation, ...]
    about: str
    when: Predicate | None = None
