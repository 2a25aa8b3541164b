import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_unique_names import unique_name


@pytest.mark.parametrize(
    ("seed", "name"),
    [
        ("/QL4cVlYaBHi/oecrbW8/xub0OdeN9xQpH4dSzmhzNc=", "auto-3e8206d9"),
        ("1FygWgteccEGkcvdz895HgzvQ+caUcxjh+JHVjRedQM=", "unnamed-afec3e18"),
        ("H4xpzqpEENJGTJ5EPmRQOkcXtMb8uh9rOLl/AwPZ99M=", "j-770066ae"),
    ],
)
def test_names_objects_as_the_official_plugin_does(seed: str, name: str) -> None:
    assert unique_name(name[:-8], base64.b64decode(seed)) == name


@given(st.text(), st.binary(min_size=1))
def test_a_seed_decides_the_name(prefix: str, seed: bytes) -> None:
    name = unique_name(prefix, seed)
    assert name == unique_name(prefix, seed)
    assert name.startswith(prefix)
    assert len(name) == len(prefix) + 8
    assert set(name.removeprefix(prefix)) <= set("0123456789abcdef")


def test_other_seeds_make_other_names() -> None:
    assert len({unique_name("a-", bytes([number])) for number in range(100)}) == 100


def test_without_a_seed_no_two_names_are_alike() -> None:
    assert unique_name("a-", b"") != unique_name("a-", b"")
