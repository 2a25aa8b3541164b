"""A registry is asked as the distribution specification says, with logins, pages, redirects and lists of referrers."""

from __future__ import annotations

import pytest

from tests.unit.toolchain.registry_site import MANIFEST, registry_site
from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import oci
from toolchain.distribution import Remote
from toolchain.errors import ToolchainError
from toolchain.logins import Login

NEW = "2026-11-22T00:00:00Z"


def test_tags_come_in_pages() -> None:
    with registry_site(page=2) as site:
        for number in range(5):
            site.image("shop/api", NEW, f"t{number}")
        assert Remote(site.address, insecure=True).tags("shop/api") == ["t0", "t1", "t2", "t3", "t4"]


def test_a_repository_that_does_not_exist_has_no_tags_and_no_manifest() -> None:
    with registry_site() as site:
        remote = Remote(site.address, insecure=True)
        assert remote.tags("shop/api") == []
        assert remote.manifest("shop/api", "latest") is None
        assert not remote.delete("shop/api", f"sha256:{'0' * 64}")


def test_a_manifest_gets_a_second_tag_under_the_same_digest() -> None:
    with registry_site() as site:
        digest = site.image("shop/api", NEW, "dev")
        remote = Remote(site.address, insecure=True)
        held = remote.manifest("shop/api", "dev")
        assert held
        remote.put_manifest("shop/api", "1.2.3", held.data, held.media_type)
        assert site.held("shop/api").tags == {"dev": digest, "1.2.3": digest}
        assert (held.digest, held.media_type) == (digest, MANIFEST)


def test_a_blob_is_pushed_once_and_read_back() -> None:
    with registry_site() as site:
        remote = Remote(site.address, insecure=True)
        digest = remote.put_blob("shop/api", b"content")
        assert remote.put_blob("shop/api", b"content") == digest == oci.sha256(b"content")
        assert remote.blob("shop/api", digest) == b"content"
        assert sum(asked.startswith("PUT") for asked in site.asked) == 1


def test_referrers_are_told_where_the_registry_keeps_them_and_asked_for_once_where_not() -> None:
    with registry_site(referrers=True) as site:
        image = site.image("shop/api", NEW, "dev")
        about = site.put("shop/api", {"subject": {"digest": image}})
        assert Remote(site.address, insecure=True).referrers("shop/api", image) == [about]
    with registry_site() as site:
        remote = Remote(site.address, insecure=True)
        assert [remote.referrers("shop/api", image) for _ in range(3)] == [[], [], []]
        assert len(site.asked) == 1


@pytest.mark.parametrize("bearer", [True, False])
def test_a_login_is_shown_only_when_it_is_asked_for_and_then_kept(bearer: bool) -> None:
    with registry_site(password="canary", bearer=bearer) as site:
        site.image("shop/api", NEW, "dev")
        remote = Remote(site.address, insecure=True, login=Login("ci", "canary"))
        assert remote.tags("shop/api") == ["dev"]
        assert remote.manifest("shop/api", "dev")
        assert len(site.asked) == (4 if bearer else 3)


@pytest.mark.parametrize("bearer", [True, False])
@pytest.mark.parametrize(("login", "who"), [(None, "without a login"), (Login("ci", "wrong-canary"), "as 'ci'")])
def test_a_refused_login_is_told_with_its_mend_and_without_the_password(
    bearer: bool, login: Login | None, who: str
) -> None:
    with registry_site(password="canary", bearer=bearer) as site, pytest.raises(ToolchainError) as caught:
        Remote(site.address, insecure=True, login=login).tags("shop/api")
    assert who in caught.value.message
    assert "docker login" in caught.value.mend
    assert "canary" not in str(caught.value)


def test_a_login_is_sent_to_no_unprotected_address() -> None:
    challenge = {"WWW-Authenticate": 'Bearer realm="ftp://elsewhere/token"'}
    with served(lambda _: Answer(401, headers=challenge)) as port, pytest.raises(ToolchainError, match="no protected"):
        Remote(f"127.0.0.1:{port}", insecure=True, login=Login("ci", "canary")).tags("shop/api")


def test_a_redirect_is_followed_without_the_login() -> None:
    shown: list[str | None] = []

    def elsewhere(request: Request) -> Answer:
        shown.append(request.headers.get("Authorization"))
        return Answer(200, b"content")

    with served(elsewhere) as other:

        def registry(request: Request) -> Answer:
            if "Authorization" not in request.headers:
                return Answer(401, headers={"WWW-Authenticate": "Basic realm=x"})
            return Answer(307, headers={"Location": f"http://127.0.0.1:{other}/blob"})

        with served(registry) as port:
            remote = Remote(f"127.0.0.1:{port}", insecure=True, login=Login("ci", "canary"))
            assert remote.blob("shop/api", "sha256:1") == b"content"
    assert shown == [None]


def test_a_registry_that_deletes_nothing_is_told_with_what_does() -> None:
    with registry_site(deletes=0) as site:
        digest = site.image("shop/api", NEW, "dev")
        with pytest.raises(ToolchainError, match=r"deletes nothing .*405") as caught:
            Remote(site.address, insecure=True).delete("shop/api", digest)
    assert "retention policy" in caught.value.mend
