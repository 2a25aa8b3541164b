"""Label selectors, as an object writes them and as a URL does."""

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import section, sections, text, texts

_OPERATORS = {
    "In": "{key} in ({values})",
    "NotIn": "{key} notin ({values})",
    "Exists": "{key}",
    "DoesNotExist": "!{key}",
}


def of_labels(labels: Properties) -> str:
    """Returns the selector of objects with all these labels."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def written(selector: Properties) -> str:
    """Returns a selector with `matchLabels` and `matchExpressions` as the `labelSelector` of a URL."""
    parts = [of_labels(section(selector, "matchLabels"))]
    for expression in sections(selector, "matchExpressions"):
        pattern = _OPERATORS.get(text(expression, "operator"), "{key}")
        parts.append(pattern.format(key=text(expression, "key"), values=",".join(texts(expression, "values"))))
    return ",".join(part for part in parts if part)
