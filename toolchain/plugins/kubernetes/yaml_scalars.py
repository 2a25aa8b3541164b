"""What plain (unquoted) scalars mean in YAML, and hence which texts need quotes.

The rules are those of the Go library that Kubernetes' tools use (yaml.v2: YAML 1.1, with exceptions of its own).
"""

import re
from datetime import date, datetime

_TRUE = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]
_FALSE = ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]
_NULL = ["", "~", "null", "Null", "NULL"]  # the empty text among them
_NUMBERS = {
    "nan": [".nan", ".NaN", ".NAN"],
    "inf": [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"],
    "-inf": ["-.inf", "-.Inf", "-.INF"],
}
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(_TRUE, True),
    **dict.fromkeys(_FALSE, False),
    **dict.fromkeys(_NULL, None),
    **{word: float(number) for number, words in _NUMBERS.items() for word in words},
}
_NUMBER_BEGINS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


def read_plain(text: str) -> bool | int | float | str | None:
    """Returns what a plain scalar stands for; dates and times stay text, as in JSON."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_BEGINS or _is_timestamp(text):
        return text
    number = _number(text)
    return text if number is None else number


def needs_quotes(text: str) -> bool:
    """Tells whether `text`, written without quotes, would be read as something else than this text.

    Characters that mean something to YAML's syntax (": ", "#") are another matter, which this does not look at.
    """
    if text in _WORDS:
        return True
    if text[0] not in _NUMBER_BEGINS:
        return False
    # Sexagesimal numbers (1:30) are quoted for other readers' sake: yaml.v2 itself reads them as text.
    return _number(text) is not None or _is_timestamp(text) or _BASE_60.fullmatch(text) is not None


def _number(text: str) -> int | float | None:
    if text[0] == ".":
        return _float(re.sub("(?<=[0-9])_(?=[0-9])", "", text))
    digits = text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        sign, hexadecimal, binary, octal, decimal = match.groups()
        base = 16 if hexadecimal else 2 if binary else 8 if octal else 10
        size = int(hexadecimal or binary or octal or decimal, base)
        # What fits neither int64 nor uint64 is no integer: read as a float if decimal, else as text.
        if size < 2**63 or (size == 2**63 and sign == "-") or (size < 2**64 and not sign):
            return -size if sign == "-" else size
    return _float(digits)


def _float(text: str) -> float | None:
    number = float(text) if _FLOAT.fullmatch(text) else None
    return None if number in (float("inf"), float("-inf")) else number


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return False
    year, month, day, separator, hour, minute, second, zone = match.groups()
    try:
        day_begins = date(int(year) or 4, int(month), int(day))  # Go knows a year 0, which was a leap year
        if separator is None:
            return True
        datetime(day_begins.year, day_begins.month, day_begins.day, int(hour), int(minute), int(second))
    except ValueError:
        return False
    return (zone is None) == (separator == " ")  # a zone after "T", none after a space
