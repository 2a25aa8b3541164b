"""Values that an API server writes differently from the program, and that mean the same.

The server writes quantities in its own way (`1000m` becomes `1`), and leaves out of built-in kinds what is empty, false
or zero. The official plugin brings inputs into that form; the stand-in keeps them as they were written, and therefore
has to know when a difference is none.
"""

from decimal import Decimal, InvalidOperation

from toolchain.plugins.base_values import Properties, Unknown, Value

_QUANTITY_FIELDS = """
    averageValue capacity cpu default defaultRequest divisor hard limits max maxLimitRequestRatio memory min requests
    sizeLimit storage value
"""
_QUANTITIES = frozenset(_QUANTITY_FIELDS.split())
_VERBATIM = frozenset(("annotations", "binaryData", "data", "labels", "matchLabels", "nodeSelector", "stringData"))
_NO_QUANTITIES = _VERBATIM | {"env"}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def aligned(live: Properties, wanted: Properties, before: Properties | None = None) -> Properties:
    """Returns `live` with the words of `wanted` wherever both mean the same.

    Args:
        live: What the server holds of a built-in kind, or the part of it that the program set.
        wanted: What the program says.
        before: What the server held right after `wanted` was applied: an empty, false or zero value that it left out
            then counts as there. None for quantities only. A value that it held then and lacks now was taken away by
            somebody, and stays missing.
    """
    return _aligned_map(live, wanted, before, ())


def _aligned_map(live: Properties, wanted: Properties, before: Value, path: tuple[str, ...]) -> Properties:
    held = before if isinstance(before, dict) else {}
    result = {
        key: _aligned(value, wanted[key], held.get(key), (*path, key)) if key in wanted else value
        for key, value in live.items()
    }
    if before is not None and _VERBATIM.isdisjoint(path):
        result.update(
            {key: value for key, value in wanted.items() if key not in live and key not in held and not value}
        )
    return result


def _aligned(live: Value, wanted: Value, before: Value, path: tuple[str, ...]) -> Value:
    if isinstance(live, dict) and isinstance(wanted, dict):
        return _aligned_map(live, wanted, before, path)
    if isinstance(live, list) and isinstance(wanted, list):
        held = before if isinstance(before, list) else []
        return [
            _aligned(item, wanted[index], held[index] if index < len(held) else None, path)
            if index < len(wanted)
            else item
            for index, item in enumerate(live)
        ]
    if live == wanted or isinstance(wanted, Unknown):
        return live
    if _QUANTITIES.isdisjoint(path) or not _NO_QUANTITIES.isdisjoint(path):
        return live
    amounts = quantity(live), quantity(wanted)
    return wanted if amounts[0] is not None and amounts[0] == amounts[1] else live


def quantity(value: Value) -> Decimal | None:
    """Returns the number that a Kubernetes quantity means, or None if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    written = str(value)
    number, factor = written, Decimal(1)
    if written[-2:] in _BINARY:
        number, factor = written[:-2], Decimal(_BINARY[written[-2:]])
    elif written and written[-1:] in _DECIMAL:
        number, factor = written[:-1], Decimal(10) ** _DECIMAL[written[-1:]]
    try:
        amount = Decimal(number)
    except InvalidOperation:
        return None
    return amount * factor if amount.is_finite() else None
