"""The grammar of a Kubernetes quantity: `500m`, `1.5Gi`, `2e3`, `.5`.

The grammar is the one documented at the API's `Quantity` type. Values finer than one nano are rounded away from zero
to the next nano, and binary values are capped at 2^63-1, as the API server does.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?"
    r"(?:(?P<binary>[KMGTPE]i)|[eE](?P<exponent>[+-]?[0-9]+)|(?P<decimal>[numkMGTPE]))?"
)
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_FINEST = -9
_MAX_BINARY = 2**63 - 1
# The API has no such limits; a quantity beyond them describes no machine, and must not cost time or memory here.
_MAX_LENGTH = 128
_MAX_EXPONENT = 999
_EXACT = Context(prec=_MAX_LENGTH + _MAX_EXPONENT)


def parse_quantity(text: str | int | float) -> Decimal:
    """Reads a quantity.

    Args:
        text: The quantity as written; a number stands for itself.

    Returns:
        Its exact value in the base unit (cores, bytes, pieces); may be negative.

    Raises:
        ValueError: It is no quantity. The message says what is allowed, without quoting the text.
    """
    if isinstance(text, bool):
        raise ValueError("a quantity must be a number or a text such as 500m or 1Gi, not true or false")
    written = text if isinstance(text, str) else repr(text)
    match = _QUANTITY.fullmatch(written) if len(written) <= _MAX_LENGTH else None
    if match is None or not (match["whole"] or match["fraction"]):
        raise ValueError(
            "a quantity must be a number with at most one suffix of n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei "
            "or an exponent such as e3, without spaces"
        )
    fraction = match["fraction"] or ""
    amount = int(match["whole"] + fraction)
    scale = -len(fraction)
    if match["binary"]:
        amount <<= _BINARY[match["binary"]]
    elif match["decimal"]:
        scale += _DECIMAL[match["decimal"]]
    elif match["exponent"]:
        exponent = int(match["exponent"])
        if abs(exponent) > _MAX_EXPONENT:
            raise ValueError(f"a quantity's exponent must lie between -{_MAX_EXPONENT} and {_MAX_EXPONENT}")
        scale += exponent
    if scale < _FINEST:
        amount = -(-amount // 10 ** (_FINEST - scale))
        scale = _FINEST
    if match["binary"] and amount > _MAX_BINARY * 10**-scale:
        amount, scale = _MAX_BINARY, 0
    return Decimal(-amount if match["sign"] == "-" else amount).scaleb(scale, _EXACT)
