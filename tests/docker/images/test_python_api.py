"""The Python API's image as it is deployed: built, pushed, unpacked from the registry, run hardened."""

import os
import shutil
import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.support.container import Container, Image, Workshop, build, running, unpack
from tests.support.ports import free_port
from tests.support.slow_request import SlowRequest, get
from tests.support.waiting import eventually
from toolchain import services
from toolchain.home import Home

FOLDER = Path(__file__).parents[3] / "images" / "python-api"
NAME = "test/python-api"
KEY = "canary-api-key-0123456789"
BODY = {"left": "in flight", "right": "in flight"}


class Service:
    """A running container of the image and the ports that it was given."""

    def __init__(self, container: Container, port: int, metrics_port: int) -> None:
        self.container, self.port, self.metrics_port = container, port, metrics_port

    def get(self, path: str) -> tuple[int, str]:
        return get("127.0.0.1", self.port, path)

    def metrics(self) -> str:
        return get("127.0.0.1", self.metrics_port, "/metrics")[1]


Serve = Callable[..., AbstractContextManager[Service]]


@pytest.fixture(scope="module")
def shop() -> Workshop:
    home = Home.from_environment()
    if os.geteuid() != 0 or services.kind(home) != "embedded":
        pytest.skip("containers are run with runc, which needs root and the embedded services")
    return Workshop.opened(home)


@pytest.fixture(scope="module")
def image(shop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(FOLDER, NAME, shop, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def root(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(image, tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("unpacking"))


@pytest.fixture
def serve(image: Image, root: Path, shop: Workshop, tmp_path: Path) -> Serve:
    """Starts the service in a container, and waits until it is ready."""

    @contextmanager
    def started(
        environ: Mapping[str, str] | None = None, mounts: Mapping[Path, str] | None = None
    ) -> Generator[Service]:
        port, metrics_port = free_port(), free_port()
        variables = {
            "APP_LISTEN": f"127.0.0.1:{port}",
            "APP_METRICS_LISTEN": f"127.0.0.1:{metrics_port}",
            "APP_DRAIN_DELAY_SECONDS": "1",
            **(environ or {}),
        }
        with running(image, root, shop, tmp_path, variables, mounts) as container:
            line = container.line()
            assert line["message"] == "ready", line
            yield Service(container, port, metrics_port)

    return started


def test_the_image_says_how_it_is_run(image: Image) -> None:
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"] == ["/venv/bin/python", "-m", "python_api"]
    assert image.config["Healthcheck"]["Test"][0] == "CMD"
    assert set(image.config["ExposedPorts"]) == {"8000/tcp", "9090/tcp"}
    assert image.config["Labels"]["org.opencontainers.image.title"] == "python-api"


def test_no_build_tool_reaches_the_image(root: Path) -> None:
    tools = {"pip", "pip3", "uv", "uvx", "gcc", "cc", "make", "setuptools", "ensurepip", "wheel"}
    folders = ("usr/bin", "usr/sbin", "usr/lib", "usr/local", "opt", "venv", "app")
    found = [each for folder in folders for each in (root / folder).rglob("*") if each.name in tools]
    # What GCC's run-time library keeps beside itself is no compiler.
    assert [each for each in found if not each.is_dir() or each.name != "gcc"] == []


def test_the_program_can_not_change_itself(root: Path) -> None:
    own = [each for folder in ("venv", "app") for each in (root / folder).rglob("*") if not each.is_symlink()]
    assert own
    assert [each for each in own if each.stat().st_uid != 0 or each.stat().st_mode & 0o022] == []


def test_it_adds_little_to_its_base(image: Image) -> None:
    _, *added = image.layers
    assert sum(size for _, size in added) < 10_000_000


def test_it_starts_hardened_and_answers(serve: Serve) -> None:
    with serve() as service:
        assert service.get("/health") == (200, '{"status":"ok"}')
        assert service.get("/ready") == (200, '{"status":"ready"}')
        with SlowRequest("127.0.0.1", service.port, "/v1/similarity", BODY) as request:
            assert request.finish()[0] == 200
        # A request is counted after its answer has gone out.
        counted = 'application_latency_seconds_count{method="POST",route="/v1/similarity"} 1.0'
        assert eventually(lambda: counted in service.metrics())


def test_it_runs_as_its_user_without_capabilities_on_a_read_only_root(serve: Serve) -> None:
    with serve() as service:
        status = dict(
            line.split(":\t", 1)
            for line in Path(f"/proc/{service.container.pid}/status").read_text().splitlines()
            if ":\t" in line
        )
        assert status["Uid"].split() == ["10001"] * 4
        assert (int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"]) == (0, 0, "1")
        assert service.container.execute("/venv/bin/python", "-c", "open('/app/x', 'w')") != 0
        assert service.container.execute("/venv/bin/python", "-c", "open('/tmp/x', 'w')") == 0


def test_its_own_health_check_passes(image: Image, serve: Serve) -> None:
    _, *command = image.config["Healthcheck"]["Test"]
    with serve() as service:
        assert service.container.execute(*command) == 0


def test_a_stop_drains_it(serve: Serve) -> None:
    with (
        serve({"APP_DRAIN_DELAY_SECONDS": "3"}) as service,
        SlowRequest("127.0.0.1", service.port, "/v1/similarity", BODY) as request,
    ):
        service.container.send(signal.SIGTERM)
        assert service.container.line()["message"] == "draining"
        assert service.get("/ready") == (503, '{"status":"draining"}')
        assert request.finish()[0] == 200
        code, log = service.container.ended()
        assert code == 0
        assert '"message": "stopped"' in log


def test_a_secret_is_read_from_its_file_and_shows_nowhere(serve: Serve, tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    key.write_text(KEY, encoding="utf-8")
    environ = {"APP_API_KEY_FILE": "/run/secrets/api-key", "APP_LOG_LEVEL": "debug"}
    with serve(environ, {key: "/run/secrets/api-key"}) as service:
        with SlowRequest("127.0.0.1", service.port, "/v1/similarity", BODY) as request:
            assert request.finish()[0] == 401
        assert KEY not in service.metrics()
        service.container.send(signal.SIGTERM)
        code, log = service.container.ended()
    assert code == 0
    assert log
    assert KEY not in log


def test_a_wrong_setting_ends_it_with_a_line_that_says_so(
    image: Image, root: Path, shop: Workshop, tmp_path: Path
) -> None:
    with running(image, root, shop, tmp_path, {"APP_DRAIN_SECONDS": "soon"}) as container:
        assert container.line()["message"].startswith("APP_DRAIN_SECONDS is 'soon'; input should be a valid number")
        assert container.ended()[0] == 2


def test_a_change_of_source_changes_only_the_last_layer(image: Image, shop: Workshop, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(FOLDER, changed)
    with (changed / "src" / "python_api" / "text.py").open("a", encoding="utf-8") as file:
        file.write("# changed\n")

    after = build(changed, NAME, shop, tmp_path)

    assert after.layers[:-1] == image.layers[:-1]
    assert after.layers[-1] != image.layers[-1]


def test_the_same_source_gives_the_same_image(image: Image, shop: Workshop, tmp_path: Path) -> None:
    assert build(FOLDER, NAME, shop, tmp_path, "--no-cache").reference == image.reference
