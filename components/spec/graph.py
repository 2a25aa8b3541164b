"""Names that need others first: an order in which each has what it needs, and the circles in which none has."""

from collections.abc import Collection, Mapping

Needs = Mapping[str, Collection[str]]
"""What each name needs; names that are not among the keys need nothing."""


def in_order(needs: Needs) -> list[str]:
    """The names, each after those that it needs; what a circle leaves out, in the order written."""
    position = {name: index for index, name in enumerate(needs)}
    missing = {name: len(set(needs[name]) & position.keys()) for name in needs}
    after: dict[str, list[str]] = {name: [] for name in needs}
    for name, needed in needs.items():
        for each in set(needed) & position.keys():
            after[each].append(name)
    ordered: list[str] = []
    ready = [name for name in needs if not missing[name]]
    while ready:
        ordered += ready
        freed: list[str] = []
        for name in ready:
            for each in after[name]:
                missing[each] -= 1
                freed += [] if missing[each] else [each]
        ready = sorted(freed, key=position.__getitem__)
    return [*ordered, *(name for name in needs if missing[name])]


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
