"""Names that need others first: an order in which each has what it needs, and the circles in which none has."""

from collections.abc import Collection, Mapping

Needs = Mapping[str, Collection[str]]
"""What each name needs; names that are not among the keys need nothing."""


def in_order(needs: Needs) -> list[str]:
    """The names, each after those that it needs; what a circle leaves out, in the order written."""
    ordered: list[str] = []
    ahead = list(needs)
    while ahead:
        ready = [name for name in ahead if not set(needs[name]) & set(ahead)] or ahead
        ordered += ready
        ahead = [name for name in ahead if name not in ready]
    return ordered


def circle(start: str, needs: Needs) -> tuple[str, ...]:
    """A shortest way from a name back to itself, or nothing."""
    ahead: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ahead:
        way = ahead.pop(0)
        for needed in needs.get(way[-1], ()):
            if needed == start:
                return way
            if needed not in seen:
                seen.add(needed)
                ahead.append((*way, needed))
    return ()
