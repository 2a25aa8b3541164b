"""`pulumi.com/waitFor`: when an object is ready by its author's own words.

The annotation holds one of these, or a JSON list of them, all of which must hold:

- `jsonpath={.status.phase}=Running`: the field has this value; without `=Running`: the field exists.
- `condition=Ready`: the condition is true; `condition=Ready=False`: it has this status.
"""

import json
from collections.abc import Callable
from typing import cast

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live import json_path
from toolchain.plugins.kubernetes.live.fields import condition, count, text
from toolchain.plugins.kubernetes.live.verdict import READY, Verdict, waiting

ANNOTATION = "pulumi.com/waitFor"

_FORMS = (
    "`jsonpath={.path}`, `jsonpath={.path}=value`, `condition=Name`, `condition=Name=Status`, or a JSON list of these"
)


def parse(written: str) -> Callable[[Properties], Verdict]:
    """Returns the predicate that an annotation asks for.

    Raises:
        ProviderError: It is none of the forms.
    """
    checks = [_parse_one(each) for each in _listed(written)]

    def check(obj: Properties) -> Verdict:
        if count(obj, "status", "observedGeneration", default=10**18) < count(obj, "metadata", "generation"):
            return waiting("waiting for its controller")
        missing = [words for words, holds in checks if not holds(obj)]
        return waiting(f"waiting for {', '.join(missing)}") if missing else READY

    return check


def _listed(written: str) -> list[str]:
    if not written.lstrip().startswith("["):
        return [written]
    try:
        loaded: object = json.loads(written)
    except ValueError:
        raise _refusal(written) from None
    items = cast(list[object], loaded)
    if not items or not all(isinstance(item, str) for item in items):
        raise _refusal(written)
    return cast(list[str], items)


def _parse_one(written: str) -> tuple[str, Callable[[Properties], bool]]:
    kind, _, rest = written.partition("=")
    if kind == "condition" and rest:
        name, _, status = rest.partition("=")
        wanted = status or "True"
        return written, lambda obj: text(condition(obj, name), "status").lower() == wanted.lower()
    if kind == "jsonpath" and rest:
        path, value = _split(rest)
        try:
            steps = json_path.parse(path)
        except ValueError as error:
            raise ProviderError(f"the annotation {ANNOTATION}: {error}") from None
        if value is None:
            return written, lambda obj: bool(json_path.find(obj, steps))
        return written, lambda obj: value in map(json_path.shown, json_path.find(obj, steps))
    raise _refusal(written)


def _split(rest: str) -> tuple[str, str | None]:
    """Returns path and value of `{.path}=value` or `.path=value`; no value if there is no "=" behind the path."""
    if rest.startswith("{") and "}" in rest:
        path, _, tail = rest.rpartition("}")
        return f"{path}}}", tail.removeprefix("=").strip("'\"") if tail.startswith("=") else None
    path, equals, value = rest.partition("=")
    return path, value.strip("'\"") if equals else None


def _refusal(written: str) -> ProviderError:
    return ProviderError(f"the annotation {ANNOTATION} is {written!r}; it must be {_FORMS}")
