"""Expressions for tags in the poorer words of registries: wildcards and beginnings, which take in more, never less."""

from __future__ import annotations

import re
from dataclasses import dataclass

from policies.values.tag import is_expression

_TOKEN = re.compile(r"(?P<digit>\\d|\[0-9\])|\\(?P<escaped>\W)|(?P<plain>[A-Za-z0-9_-])|(?P<any>\.|\[[^\]]+\]|\\[a-z])")
_QUANTIFIER = re.compile(r"[?*+]|\{\d+(?:,\d*)?\}")


@dataclass(frozen=True)
class _Token:
    """One letter of an expression: which it is (a letter, `digit` or nothing known), and whether it may be missing."""

    letter: str
    optional: bool
    repeated: bool


def wildcard(pattern: str) -> str:
    """A pattern with `*` for what is not known, which matches every tag that the pattern matches.

    Raises:
        ValueError: It has alternatives or groups, which wildcards do not have.
    """
    if not is_expression(pattern):
        return pattern
    from_start, tokens, to_end = _read(pattern)
    words = "".join(
        f"{each.letter}{'*' if each.repeated else ''}" if len(each.letter) == 1 and not each.optional else "*"
        for each in tokens
    )
    return re.sub(r"\*+", "*", f"{'' if from_start else '*'}{words}{'' if to_end else '*'}")


def beginnings(pattern: str) -> list[str]:
    """Beginnings of which every tag has one that the pattern matches.

    Raises:
        ValueError: It has alternatives or groups, or says nothing of how a tag begins.
    """
    if not is_expression(pattern):
        return [pattern]
    from_start, tokens, _ = _read(pattern)
    open_ones, found = [""] if from_start else list[str](), list[str]()
    for each in tokens:
        letters = [str(digit) for digit in range(10)] if each.letter == "digit" else [each.letter]
        if each.letter == "any" or (each.optional and (each.repeated or len(letters) > 1)):
            break
        longer = [f"{before}{letter}" for before in open_ones for letter in letters]
        if each.repeated or len(letters) > 1:  # enough is said
            found, open_ones = [*found, *longer], []
        else:
            open_ones = [*open_ones, *longer] if each.optional else longer
    found += open_ones
    if not found or "" in found:
        raise ValueError(f"{pattern} does not say how a tag begins")
    return sorted(found)


def _read(pattern: str) -> tuple[bool, list[_Token], bool]:
    """Whether an expression begins with a tag, its letters, and whether it ends with a tag."""
    text = pattern[1:-1]
    from_start, to_end = text.startswith("^"), text.endswith("$") and not text.endswith("\\$")
    text = text[from_start : len(text) - to_end]
    tokens: list[_Token] = []
    index = 0
    while index < len(text):
        found = _TOKEN.match(text, index)
        if not found:
            raise ValueError(f"{pattern} has {text[index]!r}, which registries' own policies have no word for")
        index = found.end()
        quantifier = _QUANTIFIER.match(text, index)
        index = quantifier.end() if quantifier else index
        said = quantifier[0] if quantifier else ""
        letter = "digit" if found["digit"] else found["escaped"] or found["plain"] or "any"
        tokens.append(_Token(letter, said[:1] in ("?", "*") or said.startswith("{0"), said not in ("", "?")))
    return from_start, tokens, to_end
