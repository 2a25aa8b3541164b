from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_redaction import SHORTEST, Redactor
from toolchain.plugins.base_values import Output, Properties, Secret

PLANTED = "hunter2-planted"


@pytest.mark.parametrize(
    "properties",
    [
        {"data": Secret({"p": PLANTED})},
        {"data": Secret({"p": base64.b64encode(PLANTED.encode()).decode()})},
        {"spec": {"env": [{"value": Secret(PLANTED)}]}},
        {"spec": Output(PLANTED, secret=True)},
    ],
)
@pytest.mark.parametrize("shown", [PLANTED, base64.b64encode(PLANTED.encode()).decode()], ids=["plain", "encoded"])
def test_a_secret_is_taken_out_in_every_form(properties: Properties, shown: str) -> None:
    redactor = Redactor()
    redactor.learn(properties)

    assert redactor.clean(f"Invalid value: {shown}!") == "Invalid value: [secret]!"


def test_each_line_of_a_long_secret_is_taken_out() -> None:
    redactor = Redactor()
    redactor.learn({"key": Secret("first line\nsecond line\n")})

    assert redactor.clean("log: second line") == "log: [secret]"


def test_what_is_not_secret_stays() -> None:
    redactor = Redactor()
    redactor.learn({"name": "web", "flag": Secret(True), "short": Secret("abc")})

    assert redactor.clean("web True abc") == "web True abc"


@given(st.text(min_size=SHORTEST).filter(lambda text: len(text.strip()) >= SHORTEST), st.text(), st.text())
def test_no_secret_survives_in_any_text(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.learn({"p": Secret(secret)})

    assert secret.strip() not in redactor.clean(before + secret + after).replace("[secret]", "\0")
    assert json.dumps(secret)[1:-1].strip() not in redactor.clean(json.dumps(secret)).replace("[secret]", "\0")
