import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from http_service.logs import configure, request_id


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(each) for each in stream.getvalue().splitlines()]


def test_a_record_is_one_line_of_json(root: logging.Logger) -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    logging.getLogger("a.b").warning("two\nlines of %s", "text", extra={"fields": {"status": 200}})
    [line] = lines(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {"level": "warning", "logger": "a.b", "message": "two\nlines of text", "status": 200}


def test_a_record_carries_the_id_of_the_request_being_answered(root: logging.Logger) -> None:
    stream = io.StringIO()
    configure("info", stream=stream)
    token = request_id.set("abc")
    logging.getLogger("x").info("inside")
    request_id.reset(token)
    logging.getLogger("x").info("outside")
    assert [each.get("request_id") for each in lines(stream)] == ["abc", None]


def test_what_is_below_the_level_is_left_out(root: logging.Logger) -> None:
    stream = io.StringIO()
    configure("warning", stream=stream)
    logging.getLogger("x").info("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("secret", ["hunter2", 'with "quotes" and \\', "naïve-✓"])
def test_a_secret_is_masked_wherever_it_turns_up(root: logging.Logger, secret: str) -> None:
    stream = io.StringIO()
    configure("info", [secret], stream)
    try:
        raise ValueError(f"bad key {secret}")
    except ValueError:
        logging.getLogger("x").exception("with %s", secret, extra={"fields": {"header": secret}})
    [line] = lines(stream)
    assert line["message"] == "with ***"
    assert line["header"] == "***"
    assert secret not in line["exception"]
