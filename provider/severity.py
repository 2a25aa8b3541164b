"""How bad an advisory is, in one word."""

import math
from collections.abc import Mapping
from typing import Any, cast

from policies.values.severity import SEVERITIES

_SAID: Mapping[str, str] = {"MODERATE": "medium", "NEGLIGIBLE": "low"} | {word.upper(): word for word in SEVERITIES}
"""What databases write beside an advisory."""

_SCORES = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
"""https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale"""

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES: Mapping[str, Mapping[str, float]] = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}


def said(word: object) -> str:
    """The severity that a database's or a program's word stands for; `unknown` for one that says nothing."""
    return _SAID.get(str(word).upper(), "unknown")


def severity_of(advisory: Mapping[str, Any], affected: Mapping[str, Any]) -> str:
    """`critical`, `high`, `medium`, `low`, or `unknown`: what the database says, else what the CVSS 3 vector scores."""
    for place in (affected, advisory):
        for key in ("database_specific", "ecosystem_specific"):
            word = cast("Mapping[str, Any]", place.get(key) or {}).get("severity")
            if isinstance(word, str) and word.upper() in _SAID:
                return said(word)
    listed = [*(affected.get("severity") or ()), *(advisory.get("severity") or ())]
    vectors = [each["score"] for each in listed if each.get("type") == "CVSS_V3"]
    return _word(vectors[0]) if vectors else "unknown"


def _word(vector: str) -> str:
    try:
        score = base_score(vector)
    except (KeyError, ValueError):
        return "unknown"
    return next((word for least, word in _SCORES if score >= least), "low")


def base_score(vector: str) -> float:
    """The base score of a CVSS 3 vector, 0.0 to 10.0.

    https://www.first.org/cvss/v3.1/specification-document#CVSS-v3-1-Equations

    Raises:
        KeyError, ValueError: it is none.
    """
    metrics = dict(part.split(":", 1) for part in vector.split("/")[1:])
    changed = metrics["S"] == "C"
    weight = {name: weights[metrics[name]] for name, weights in _WEIGHTS.items()}
    unharmed = (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    harm = 1 - unharmed
    impact = 7.52 * (harm - 0.029) - 3.25 * (harm - 0.02) ** 15 if changed else 6.42 * harm
    if impact <= 0:
        return 0.0
    privileges = _PRIVILEGES[metrics["S"]][metrics["PR"]]
    ease = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _rounded_up(min((1.08 if changed else 1.0) * (impact + ease), 10.0))


def _rounded_up(score: float) -> float:
    """To the next tenth, safe from the last bits of floating point."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
