"""The language host runs programs, policy packs and plugins, and says plainly what it cannot do."""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.message import Message

from tests.support.waiting import eventually
from toolchain.plugins.base_process import make_server
from toolchain.plugins.base_protocol import language_pb2, plugin_pb2
from toolchain.plugins.language_python import LanguageHost

# In place of the SDK's own: tells how it was called, then does what the program's name says.
EXECUTOR = """
import json, os, signal, sys, time
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "env": dict(os.environ)}), file=open("called.json", "w"))
program = sys.argv[-1]
if program == "wait":
    open("waiting", "w").close()
    time.sleep(600)
if program == "segv":
    os.kill(os.getpid(), signal.SIGSEGV)
sys.exit({"bail": 32, "fail": 3}.get(program, 0))
"""


class Host:
    """A language host that serves on a port of its own, in a project folder with a virtual environment."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self._channel = grpc.insecure_channel(address)

    def call(self, method: str, request: Message, response_type: type[Message] = empty_pb2.Empty) -> Any:
        rpc = self._channel.unary_unary(
            f"/pulumirpc.LanguageRuntime/{method}",
            request_serializer=cast(Callable[[Message], bytes], type(request).SerializeToString),
            response_deserializer=response_type.FromString,
        )
        return rpc(request, timeout=60)

    def stream(self, method: str, request: Message, response_type: type[Message]) -> Any:
        rpc = self._channel.unary_stream(
            f"/pulumirpc.LanguageRuntime/{method}",
            request_serializer=cast(Callable[[Message], bytes], type(request).SerializeToString),
            response_deserializer=response_type.FromString,
        )
        return rpc(request, timeout=60)

    def run(self, program: str = "", **more: Any) -> language_pb2.RunResponse:
        request = language_pb2.RunRequest(
            project="shop",
            stack="dev",
            organization="organization",
            pwd=str(self.folder),
            program=program,
            monitor_address="127.0.0.1:7",
            parallel=4,
            dryRun=True,
            info=self.info(),
            **more,
        )
        return self.call("Run", request, language_pb2.RunResponse)

    def run_plugin(self, source: str, kind: str = "resource") -> Any:
        (self.folder / "__main__.py").write_text(source)
        request = language_pb2.RunPluginRequest(
            pwd=str(self.folder), args=["127.0.0.1:9"], env=["COLOUR=blue=ish"], kind=kind, info=self.info()
        )
        return self.stream("RunPlugin", request, language_pb2.RunPluginResponse)

    def info(self, **options: str) -> language_pb2.ProgramInfo:
        info = language_pb2.ProgramInfo(
            root_directory=str(self.folder), program_directory=str(self.folder), entry_point="."
        )
        info.options.update({"virtualenv": "env", **options})
        return info

    def called(self) -> dict[str, Any]:
        return json.loads((self.folder / "called.json").read_text())

    def close(self) -> None:
        self._channel.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "pyvenv.cfg").write_text("version = 3.11.9\n")
    (tmp_path / "env" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi-language-python-exec").write_text(EXECUTOR)
    env = {"PATH": f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path), "COLOUR": "red"}
    served = LanguageHost("127.0.0.1:8", env)
    server, port = make_server(served.add_to)
    host = Host(tmp_path, f"127.0.0.1:{port}")
    yield host
    served.close()
    host.close()
    server.stop(None).wait()


def refusal(raised: pytest.ExceptionInfo[grpc.RpcError]) -> str:
    return cast(Any, raised.value).details()


# Programs


def test_a_program_is_run_by_the_sdks_executor_with_what_the_engine_said(host: Host) -> None:
    response = host.run("main.py", args=["one"])

    assert response == language_pb2.RunResponse()
    assert host.called()["cwd"] == str(host.folder)
    assert host.called()["argv"] == [
        *("--monitor", "127.0.0.1:7"),
        *("--engine", "127.0.0.1:8"),
        *("--project", "shop"),
        *("--stack", "dev"),
        *("--organization", "organization"),
        *("--root_directory", str(host.folder)),
        *("--pwd", str(host.folder)),
        *("--parallel", "4"),
        *("--dry_run", "true"),
        "main.py",
        "one",
    ]


def test_a_program_without_a_name_is_the_folder(host: Host) -> None:
    host.run()

    assert host.called()["argv"][-1] == "."


def test_the_engines_address_is_that_of_the_handshake(host: Host) -> None:
    host.call(
        "Handshake",
        language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:99"),
        language_pb2.LanguageHandshakeResponse,
    )
    host.run()

    assert "127.0.0.1:99" in host.called()["argv"]


def test_configuration_goes_by_the_environment(host: Host) -> None:
    host.run(config={"shop:size": "2", "shop:key": "hunter2"}, configSecretKeys=["shop:key"])

    env = host.called()["env"]
    assert json.loads(env["PULUMI_CONFIG"]) == {"shop:size": "2", "shop:key": "hunter2"}
    assert json.loads(env["PULUMI_CONFIG_SECRET_KEYS"]) == ["shop:key"]
    assert "hunter2" not in " ".join(host.called()["argv"])


def test_the_program_runs_in_its_virtual_environment(host: Host) -> None:
    host.run()

    env = host.called()["env"]
    assert env["VIRTUAL_ENV"] == f"{host.folder}/env"
    assert env["PATH"].startswith(f"{host.folder}/env/bin{os.pathsep}")


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("bail", language_pb2.RunResponse(bail=True)),
        ("fail", language_pb2.RunResponse(error="the program exited with status 3")),
        ("segv", language_pb2.RunResponse(error="the program was killed by signal 11")),
    ],
)
def test_how_a_program_ended_is_told(host: Host, program: str, expected: language_pb2.RunResponse) -> None:
    assert host.run(program) == expected


def test_cancelling_ends_the_program_and_adds_no_error(host: Host) -> None:
    answers: list[language_pb2.RunResponse] = []
    runner = threading.Thread(target=lambda: answers.append(host.run("wait")))
    runner.start()
    assert eventually((host.folder / "waiting").exists)

    host.call("Cancel", empty_pb2.Empty())

    runner.join(60)
    assert answers == [language_pb2.RunResponse(bail=True)]


def test_a_missing_executor_is_said(host: Host) -> None:
    (host.folder / "bin" / "pulumi-language-python-exec").unlink()

    with pytest.raises(grpc.RpcError) as refused:
        host.run()

    assert refusal(refused).startswith("pulumi-language-python-exec is not on PATH")


def test_a_missing_virtual_environment_is_said(host: Host) -> None:
    (host.folder / "env" / "pyvenv.cfg").unlink()

    with pytest.raises(grpc.RpcError) as refused:
        host.run()

    assert "env is not a virtual environment: create it with" in refusal(refused)


def test_attaching_a_debugger_is_refused(host: Host) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        host.run(attach_debugger=True)

    assert refusal(refused) == "the stand-in language host for Python cannot attach a debugger"


def test_a_type_checker_is_ignored_aloud(host: Host, capfd: pytest.CaptureFixture[str]) -> None:
    request = language_pb2.RunRequest(pwd=str(host.folder), info=host.info(typechecker="mypy"))

    assert host.call("Run", request, language_pb2.RunResponse) == language_pb2.RunResponse()
    assert "'typechecker' is ignored" in capfd.readouterr().err


# Plugins and policy packs


def collect(responses: Any) -> tuple[bytes, bytes, int | None]:
    out, err, status = b"", b"", None
    for response in responses:
        out += response.stdout
        err += response.stderr
        if response.WhichOneof("output") == "exitcode":
            status = response.exitcode
    return out, err, status


def test_a_plugin_gets_the_engines_arguments_and_environment_and_its_output_is_passed_on(host: Host) -> None:
    source = (
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['COLOUR'], os.getcwd(), os.environ['VIRTUAL_ENV'])\n"
        "print('oops', file=sys.stderr)\n"
        "sys.exit(5)\n"
    )

    out, err, status = collect(host.run_plugin(source))

    assert out.decode() == f"['127.0.0.1:9'] blue=ish {host.folder} {host.folder}/env\n"
    assert (err, status) == (b"oops\n", 5)


def test_a_policy_pack_is_run_by_the_sdks_module(host: Host) -> None:
    # Found before the SDK's, since the working folder comes first.
    package = host.folder / "pulumi" / "policy"
    package.mkdir(parents=True)
    (host.folder / "pulumi" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print(sys.argv[1:])\n")

    out, err, status = collect(host.run_plugin("", kind="analyzer"))

    assert (out.decode(), err, status) == (f"['127.0.0.1:9', '{host.folder}']\n", b"", 0)


def test_output_is_passed_on_while_the_plugin_runs(host: Host) -> None:
    responses = host.run_plugin("import sys, time\nsys.stdout.write('41234\\n')\ntime.sleep(600)\n")

    assert next(responses).stdout == b"41234\n"
    responses.cancel()


def test_a_plugin_ends_when_the_engine_drops_the_call(host: Host) -> None:
    gone = host.folder / "gone"
    responses = host.run_plugin(
        "import signal, sys, time\n"
        f"def end(*_): open({str(gone)!r}, 'w').close(); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('here', flush=True)\n"
        "time.sleep(600)\n"
    )
    next(responses)

    responses.cancel()

    assert eventually(gone.exists)


# About it


def test_about_names_python_and_version(host: Host) -> None:
    about = host.call("About", language_pb2.AboutRequest(info=host.info()), language_pb2.AboutResponse)

    assert (about.executable, about.version) == (f"{host.folder}/env/bin/python", "3.11.9")


def test_dependencies_are_those_that_no_other_needs_unless_all_are_asked_for(host: Host) -> None:
    site = host.folder / "env" / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for name, requires in (("shop", "Requires-Dist: till>=1\n"), ("till", "")):
        (site / f"{name}-1.0.dist-info").mkdir(parents=True)
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{requires}"
        (site / f"{name}-1.0.dist-info" / "METADATA").write_text(metadata)

    def names(*, transitive: bool) -> set[str]:
        request = language_pb2.GetProgramDependenciesRequest(info=host.info(), transitiveDependencies=transitive)
        response = host.call("GetProgramDependencies", request, language_pb2.GetProgramDependenciesResponse)
        return {dependency.name for dependency in response.dependencies}

    assert names(transitive=False) & {"shop", "till"} == {"shop"}
    assert names(transitive=True) >= {"shop", "till"}


def test_nothing_is_required_in_advance(host: Host) -> None:
    request = language_pb2.GetRequiredPackagesRequest(info=host.info())

    assert host.call("GetRequiredPackages", request, language_pb2.GetRequiredPackagesResponse) == (
        language_pb2.GetRequiredPackagesResponse()
    )


def test_the_version_is_the_sdks(host: Host) -> None:
    assert host.call("GetPluginInfo", empty_pb2.Empty(), plugin_pb2.PluginInfo).version == "3.245.0"


def test_generating_code_is_refused_in_words(host: Host) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        host.call("GenerateProgram", language_pb2.GenerateProgramRequest())

    assert "runs programs and generates no code" in refusal(refused)


def test_installing_dependencies_shows_the_tools_output_and_its_failure(host: Host) -> None:
    (host.folder / "bin" / "uv").write_text('#!/bin/sh\necho "uv $*"\nexit 7\n')
    (host.folder / "bin" / "uv").chmod(0o755)
    request = language_pb2.InstallDependenciesRequest(directory=str(host.folder), info=host.info(toolchain="uv"))
    responses = host.stream("InstallDependencies", request, language_pb2.InstallDependenciesResponse)

    assert next(responses).stdout == b"uv sync\n"
    with pytest.raises(grpc.RpcError) as refused:
        next(responses)
    assert refusal(refused) == f"installing dependencies: 'uv sync' in {host.folder} ended with 7"
