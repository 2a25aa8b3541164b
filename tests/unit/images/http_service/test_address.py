import pytest
from http_service.address import Address
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("0.0.0.0:8000", "0.0.0.0", 8000), ("[::1]:0", "::1", 0), ("localhost:65535", "localhost", 65535)],
)
def test_a_host_and_a_port_are_read(text: str, host: str, port: int) -> None:
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8000",
        ":8000",
        "host",
        "host:",
        "host:-1",
        "host:65536",
        "host:x",
        "::1:80",
        "[]:80",
        "tcp://a:80",
        "a:\u0663",
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: host:port"):
        Address.parse(text)


@given(st.sampled_from(["0.0.0.0", "::1", "a.example"]), st.integers(0, 65535))
def test_an_address_is_written_as_it_is_read(host: str, port: int) -> None:
    assert Address.parse(str(Address(host, port))) == Address(host, port)


@pytest.mark.parametrize(("bound", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.0.0.1", "10.0.0.1")])
def test_an_address_bound_everywhere_is_reached_on_this_machine(bound: str, reached: str) -> None:
    assert Address(bound, 80).local == Address(reached, 80)
