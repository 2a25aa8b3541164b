"""Which texts need quotes in YAML.

The rules are those of the Go library that Kubernetes' tools use (yaml.v2: YAML 1.1, with exceptions of its own).
"""

import re
from datetime import date, datetime

_WORD_LIST = """
    y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF ~ null Null NULL
    .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF
"""
_WORDS = frozenset(_WORD_LIST.split())
_NUMBER_BEGINS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?"
)


def needs_quotes(text: str) -> bool:
    """Tells whether `text`, written without quotes, would be read as something else than this text.

    Characters that mean something to YAML's syntax (": ", "#") are another matter, which this does not look at.
    """
    if not text or text in _WORDS:
        return True
    if text[0] not in _NUMBER_BEGINS:
        return False
    # Sexagesimal numbers (1:30) are quoted for other readers' sake: yaml.v2 itself reads them as text.
    return _is_number(text) or _is_timestamp(text) or _BASE_60.fullmatch(text) is not None


def _is_number(text: str) -> bool:
    if text[0] == ".":
        return _is_float(re.sub("(?<=[0-9])_(?=[0-9])", "", text))
    digits = text.replace("_", "")
    if match := _INTEGER.fullmatch(digits):
        sign, hexadecimal, binary, octal, decimal = match.groups()
        base = 16 if hexadecimal else 2 if binary else 8 if octal else 10
        size = int(hexadecimal or binary or octal or decimal, base)
        # What fits neither int64 nor uint64 is no integer: read as a float if decimal, else as text.
        if size < 2**63 or (size == 2**63 and sign == "-") or (size < 2**64 and not sign):
            return True
    return _is_float(digits)


def _is_float(text: str) -> bool:
    return _FLOAT.fullmatch(text) is not None and float(text) not in (float("inf"), float("-inf"))


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
