"""The image reference grammar: what each part becomes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.values.image import DIGEST_HEX_LENGTH, MAX_NAME_LENGTH, ImageReference

SHA256 = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nginx", ("docker.io", "library/nginx", None, None)),
        ("nginx:latest", ("docker.io", "library/nginx", "latest", None)),
        ("docker.io/nginx", ("docker.io", "library/nginx", None, None)),
        ("index.docker.io/nginx:1", ("docker.io", "library/nginx", "1", None)),
        ("bitnami/redis:7", ("docker.io", "bitnami/redis", "7", None)),
        ("localhost/app", ("localhost", "app", None, None)),
        ("host:5000", ("docker.io", "library/host", "5000", None)),
        ("host:5000/app", ("host:5000", "app", None, None)),
        ("host:5000/app:1.2", ("host:5000", "app", "1.2", None)),
        ("127.0.0.1:5001/slipway/python-api", ("127.0.0.1:5001", "slipway/python-api", None, None)),
        ("[::1]:5000/app:1", ("[::1]:5000", "app", "1", None)),
        ("Registry/app", ("Registry", "app", None, None)),
        (f"gcr.io/a/b/c:1.0@{SHA256}", ("gcr.io", "a/b/c", "1.0", SHA256)),
        (f"ghcr.io/x/y__z-a.b@{SHA256}", ("ghcr.io", "x/y__z-a.b", None, SHA256)),
    ],
)
def test_a_reference_is_read_as_the_container_tools_read_it(
    text: str, expected: tuple[str, str, str | None, str | None]
) -> None:
    ref = ImageReference.parse(text)
    assert (ref.registry, ref.repository, ref.tag, ref.digest) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" nginx", "repository"),
        ("nginx ", "repository"),
        ("nginx\n", "repository"),
        ("nginx:", "tag"),
        ("nginx:-a", "tag"),
        ("nginx:" + "a" * 129, "tag"),
        ("nginx:1:2", "tag"),
        ("nginx@", "digest"),
        ("nginx@sha256", "digest"),
        ("nginx@sha256:abc", "64 lower-case"),
        ("nginx@" + SHA256.upper(), "digest must start with"),
        ("nginx@sha256:" + "A" * 64, "64 lower-case"),
        ("nginx@sha512:" + "a" * 64, "128 lower-case"),
        ("nginx@md5:" + "a" * 32, "digest must start with"),
        (f"nginx@{SHA256}@{SHA256}", "64 lower-case"),
        ("Nginx", "lower case"),
        ("library/Nginx", "lower case"),
        ("a//b", "segments"),
        ("/a", "segments"),
        ("a/", "segments"),
        ("a/-b", "segments"),
        ("a/b___c", "segments"),
        ("a/b..c", "segments"),
        ("https://gcr.io/app", "registry"),
        ("-host.io/app", "registry"),
        ("host..io/app", "registry"),
        ("host:0/app", "port"),
        ("host:65536/app", "port"),
        ("host:" + "9" * 5000 + "/app", "port"),
        ("a" * 64, "64 hexadecimal"),
        ("gcr.io/" + "a" * 249, "255"),
        ("\u0661.io/app", "registry"),
        ("gcr.io/\u0663", "segments"),
    ],
)
def test_what_is_no_reference_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        ImageReference.parse(text)


def test_the_longest_allowed_name_is_accepted() -> None:
    text = "gcr.io/" + "a" * (MAX_NAME_LENGTH - len("gcr.io/"))
    assert ImageReference.parse(text).name == text


@pytest.mark.parametrize(("algorithm", "length"), sorted(DIGEST_HEX_LENGTH.items()))
def test_each_algorithm_has_exactly_its_number_of_digits(algorithm: str, length: int) -> None:
    assert ImageReference.parse(f"a@{algorithm}:{'f' * length}").digest == f"{algorithm}:{'f' * length}"
    for wrong in (length - 1, length + 1):
        with pytest.raises(ValueError, match=f"{length} lower-case"):
            ImageReference.parse(f"a@{algorithm}:{'f' * wrong}")


COMPONENT = st.from_regex(r"[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
REGISTRY = st.one_of(
    st.from_regex(r"[a-z][a-z0-9]{0,8}\.[a-z]{2,5}(?::[1-9][0-9]{0,3})?", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}:[1-9][0-9]{0,3}", fullmatch=True),
    st.just("localhost"),
)
TAG = st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGEST = st.none() | st.sampled_from(sorted(DIGEST_HEX_LENGTH)).flatmap(
    lambda a: st.text("0123456789abcdef", min_size=DIGEST_HEX_LENGTH[a], max_size=DIGEST_HEX_LENGTH[a]).map(
        lambda h: f"{a}:{h}"
    )
)


@given(REGISTRY, st.lists(COMPONENT, min_size=1, max_size=4).map("/".join), TAG, DIGEST)
def test_a_full_reference_is_written_back_as_it_was_read(
    registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    ref = ImageReference(registry, repository, tag, digest)
    assert ImageReference.parse(str(ref)) == ref


@given(st.text(max_size=80))
def test_any_text_is_either_read_stably_or_refused_with_a_value_error(text: str) -> None:
    try:
        ref = ImageReference.parse(text)
    except ValueError:
        return
    assert ImageReference.parse(str(ref)) == ref


def test_a_refusal_does_not_quote_the_text() -> None:
    with pytest.raises(ValueError, match="registry") as refusal:
        ImageReference.parse("https://hunter2/app")
    assert "hunter2" not in str(refusal.value)
