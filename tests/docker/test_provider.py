"""The docker provider's stand-in against a real engine: the life of each resource, and what its failures say."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.docker.driver import Driver, driver
from tests.docker.engine import Engine
from tests.support.waiting import eventually, fetch
from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret

HEALTHY: Properties = {"tests": ["CMD", "/actor", "-say=fine"], "interval": "200ms", "timeout": "2s", "retries": 1}
SICK: Properties = {**HEALTHY, "tests": ["CMD", "/actor", "-say=no database", "-code=3"]}


@pytest.fixture
def docker(engine: Engine) -> Iterator[Driver]:
    with driver(engine.endpoint) as made:
        yield made


def serving(prefix: str, actor: str, **inputs: object) -> dict[str, object]:
    """A hardened container that answers what it is told to say on a port that Docker chooses."""
    return {
        "name": f"{prefix}-web",
        "image": actor,
        "command": ["-serve", "-say=hello"],
        "ports": [{"internal": 8080, "ip": "127.0.0.1"}],
        "readOnly": True,
        "capabilities": {"drops": ["ALL"]},
        "securityOpts": ["no-new-privileges"],
        "memory": 32,
        "healthcheck": HEALTHY,
        "wait": True,
        **inputs,
    }


def port(state: Properties) -> int:
    ports = state["ports"]
    assert isinstance(ports, list)
    assert isinstance(ports[0], dict)
    external = ports[0]["external"]
    assert isinstance(external, int)
    return external


def test_a_container_is_pulled_by_digest_joins_its_networks_keeps_its_files_and_is_healthy_before_it_counts(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    front = docker.create("network", "front", name=f"{prefix}-front", labels=[{"label": "a", "value": "b"}])
    back = docker.create("network", "back", name=f"{prefix}-back", internal=True)
    data = docker.create("volume", "data", name=f"{prefix}-data")

    networks = [{"name": f"{prefix}-front", "aliases": ["web"]}, {"name": f"{prefix}-back"}]
    secret = {"file": "/data/key", "content": "s3cret-planted", "permissions": "0400", "owner": "65532"}
    volumes = [{"volumeName": f"{prefix}-data", "containerPath": "/data"}]
    web = docker.create(
        "container",
        "web",
        **serving(prefix, actor, networksAdvanced=networks, volumes=volumes, uploads=Secret([secret])),  # type: ignore[list-item]  # plain values
    )

    found = engine.inspect(f"{prefix}-web")
    assert web.complaint == ""
    assert found["State"]["Health"]["Status"] == "healthy"
    assert set(found["NetworkSettings"]["Networks"]) == {f"{prefix}-front", f"{prefix}-back"}
    assert found["HostConfig"]["Memory"] == 32 * 1024 * 1024
    assert fetch(f"http://127.0.0.1:{port(web.state)}") == "hello"
    assert engine.docker("cp", f"{prefix}-web:/data/key", "-").count("s3cret-planted") == 1
    assert isinstance(web.state["uploads"], Secret)
    assert docker.diff(web).changes is False
    for recorded in (web, data, back, front):
        docker.delete(recorded)
    assert not any(engine.exists(f"{prefix}-web", kind) for kind in ("container", "network", "volume"))


def test_limits_change_in_place_and_everything_else_makes_a_new_container(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    web = docker.create("container", "web", **serving(prefix, actor))
    limits = {"memory": 256, "restart": "unless-stopped", "cpuShares": 512}

    diff = docker.diff(web, **limits)
    assert (diff.changes, diff.replaces) == (True, [])
    web = docker.update(web, **limits)

    found = engine.inspect(web.id)
    assert found["HostConfig"]["Memory"] == 256 * 1024 * 1024
    assert found["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    assert docker.diff(web).changes is False
    diff = docker.diff(web, command=["-serve", "-say=goodbye"])
    assert (diff.replaces, diff.delete_before_replace) == (["command[1]"], True)


def test_a_refresh_finds_what_was_changed_and_stopped_by_hand_and_the_next_update_sets_it_right(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    web = docker.create("container", "web", **serving(prefix, actor))
    engine.docker("update", "--memory=48m", f"{prefix}-web")
    engine.docker("stop", "--time=0", f"{prefix}-web")

    refreshed = docker.refresh(web)

    assert refreshed is not None
    diff = docker.diff(refreshed, memory=32, mustRun=True)
    assert set(diff.diffs) == {"memory", "mustRun"}
    docker.update(refreshed, memory=32, mustRun=True)
    found = engine.inspect(web.id)
    assert found["HostConfig"]["Memory"] == 32 * 1024 * 1024
    assert found["State"]["Health"]["Status"] == "healthy"


def test_a_container_that_was_removed_by_hand_is_gone_after_a_refresh(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    web = docker.create("container", "web", **serving(prefix, actor))
    engine.docker("rm", "--force", f"{prefix}-web")
    assert docker.refresh(web) is None
    docker.delete(web)


def test_what_a_killed_run_left_is_taken_over_and_what_is_somebody_elses_is_refused(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    # given what was made and never recorded
    for kind in ("network", "volume"):
        docker.create(kind, "one", name=f"{prefix}-one")
    first = docker.create("container", "web", **serving(prefix, actor))

    # when the same is made again
    again = docker.create("container", "web", **serving(prefix, actor))
    for kind in ("network", "volume"):
        docker.create(kind, "one", name=f"{prefix}-one")

    # then there is one of each, and another resource may not have it
    assert again.id != first.id
    assert not engine.exists(first.id)
    for kind in ("network", "volume"):
        with pytest.raises(ProviderError, match=f"there is a {kind} '{prefix}-one' already"):
            docker.create(kind, "another", name=f"{prefix}-one")
    with pytest.raises(ProviderError, match="which this resource did not make"):
        docker.create("container", "another", **serving(prefix, actor))
    assert engine.exists(again.id)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"healthcheck": SICK}, "it is unhealthy: its health check failed with code 3, saying: no database"),
        ({"command": ["-say=I am lost", "-code=4"]}, "it ended with code 4\n  it printed:\n    I am lost"),
        ({"command": ["-serve"], "healthcheck": None}, "it has no health check, which `wait` waits for"),
        ({"command": ["-code=5"], "restart": "always"}, "it ended with code 5, "),
    ],
    ids=["unhealthy", "ends", "without-check", "crash-loop"],
)
def test_a_container_that_does_not_get_ready_says_why_and_stays_to_be_looked_at(
    docker: Driver, engine: Engine, prefix: str, actor: str, inputs: dict[str, object], said: str
) -> None:
    web = docker.create("container", "web", **serving(prefix, actor, **inputs))
    assert said in web.complaint
    assert engine.exists(web.id)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"entrypoints": ["/nothing"]}, "there is no program /nothing in the image"),
        ({"ports": [{"internal": 8080, "external": 0, "ip": "192.0.2.1"}]}, "cannot assign requested address"),
    ],
    ids=["program", "address"],
)
def test_a_container_that_cannot_be_started_says_why_and_leaves_nothing(
    docker: Driver,
    engine: Engine,
    prefix: str,
    actor: str,
    embedded_registry: str,
    inputs: dict[str, object],
    said: str,
) -> None:
    given = {name: _here(value, embedded_registry) for name, value in inputs.items()}
    with pytest.raises(ProviderError, match=said):
        docker.create("container", "web", **serving(prefix, actor, **given))
    assert not engine.exists(f"{prefix}-web")


def _here(value: object, registry: str) -> object:
    return value.replace("127.0.0.1:5001", registry) if isinstance(value, str) else value


def test_a_taken_port_is_named(docker: Driver, engine: Engine, prefix: str, actor: str) -> None:
    first = docker.create("container", "first", **serving(prefix, actor, name=f"{prefix}-first"))
    ports = [{"internal": 8080, "external": port(first.state), "ip": "127.0.0.1"}]
    with pytest.raises(ProviderError, match=rf"the port 127\.0\.0\.1:{port(first.state)} is taken"):
        docker.create("container", "second", **serving(prefix, actor, name=f"{prefix}-second", ports=ports))
    assert not engine.exists(f"{prefix}-second")


def test_secrets_that_a_container_prints_are_not_in_its_complaint(docker: Driver, prefix: str, actor: str) -> None:
    command = ["-say=my password is hunter2-planted", "-code=1"]
    envs = Secret(["PASSWORD=hunter2-planted"])
    web = docker.create("container", "web", **serving(prefix, actor, command=command, envs=envs))
    assert "hunter2-planted" not in web.complaint
    assert "my password is [secret]" in web.complaint


def test_an_interrupt_ends_the_wait_at_once_and_the_container_is_recorded(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    starting = {**SICK, "retries": 1000}
    made: list[str] = []

    def create() -> None:
        made.append(docker.create("container", "web", **serving(prefix, actor, healthcheck=starting)).complaint)

    waiting = threading.Thread(target=create)
    waiting.start()
    assert eventually(lambda: engine.exists(f"{prefix}-web") and engine.inspect(f"{prefix}-web")["State"]["Running"])
    docker.provider.cancel()
    waiting.join(10)
    assert made == ["interrupted while it got ready; the next run goes on waiting"]


def test_what_exists_is_imported_with_inputs_that_change_nothing(
    docker: Driver, engine: Engine, prefix: str, actor: str
) -> None:
    engine.docker("network", "create", "--internal", f"{prefix}-net")
    engine.docker("volume", "create", f"{prefix}-data")
    engine.docker(
        *("run", "--detach", "--name", f"{prefix}-web", "--network", f"{prefix}-net", "--memory=32m", "--cap-drop=ALL"),
        *("--volume", f"{prefix}-data:/data", "--publish", "127.0.0.1::8080", "--env", "A=b", actor, "-serve"),
    )
    for kind, name in (("network", "net"), ("volume", "data"), ("container", "web")):
        taken = docker.take(kind, name, f"{prefix}-{name}")
        assert docker.diff(taken).changes is False
    assert taken.inputs["command"] == ["-serve"]
    assert taken.inputs["envs"] == ["A=b"]
    assert taken.inputs["capabilities"] == {"adds": [], "drops": ["ALL"]}
    assert "hostname" not in taken.inputs


def test_an_image_is_had_by_digest_and_goes_with_its_resource(docker: Driver, engine: Engine, actor: str) -> None:
    image = docker.create("image", "actor", name=actor)
    assert image.state["repoDigest"] == actor
    assert engine.inspect(actor, "image")["Id"] == image.state["imageId"]
    docker.delete(image)
    assert not engine.exists(actor, "image")
    assert docker.refresh(image) is None


def test_an_engine_that_is_away_is_said_with_its_address(prefix: str, actor: str) -> None:
    with driver("unix:///nowhere/docker.sock") as docker:
        with pytest.raises(ProviderError, match=r"the Docker engine at unix:///nowhere/docker\.sock does not answer"):
            docker.create("volume", "data", name=f"{prefix}-data")
        assert docker.check("urn:pulumi:t::p::docker:index/volume:Volume::data", {}, name="data")["driver"] == "local"


def test_an_image_that_is_not_built_yet_is_unknown_in_a_preview(docker: Driver, prefix: str, actor: str) -> None:
    web = docker.create("container", "web", **serving(prefix, actor))
    assert docker.diff(web, image=UNKNOWN).replaces == ["image"]
