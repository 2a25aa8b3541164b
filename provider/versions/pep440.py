"""Versions of Python packages.

https://packaging.python.org/en/latest/specifications/version-specifiers/
"""

from packaging.version import Version


def pep440(text: str) -> Version:
    """The sorting key of a version.

    Raises:
        ValueError: it is none.
    """
    return Version(text)
