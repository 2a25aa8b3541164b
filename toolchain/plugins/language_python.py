"""The Python language host stand-in: runs programs, policy packs and Python plugins for the engine.

Serves the protocol's `LanguageRuntime` where the official `pulumi-language-python` cannot be downloaded. Run as
`python -m toolchain.plugins.language_python [flags] ENGINE_ADDRESS` by a script that `exec`s it. What differs:

- The toolchain `poetry` and attaching a debugger are refused; the option `typechecker` is ignored, and said so.
- It names no packages to install in advance: plugins are found when a resource of theirs is registered.
- Code generation, packing and linking (`pulumi convert`, `package add`) are not implemented.
"""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import IO, TypeVar, cast

import grpc
from google.protobuf import empty_pb2

from toolchain.plugins.base_process import engine_address, open_log, serve
from toolchain.plugins.base_protocol import language_pb2, plugin_pb2
from toolchain.plugins.base_rpc import Answers, PluginError, add_service
from toolchain.plugins.base_values import decode
from toolchain.plugins.language_python_child import Children
from toolchain.plugins.language_python_venv import Interpreter, find_interpreter

_EXEC = "pulumi-language-python-exec"
_BAIL_STATUS = 32  # the program ended after it had shown what is wrong: the engine need not add to it

_CODE_GENERATION = ("GenerateProgram", "GenerateProject", "GeneratePackage", "Pack", "Link", "Template")

_Response = TypeVar("_Response")

_LIST_DEPENDENCIES = """
import importlib.metadata as m, json, re
def name(n): return re.sub(r"[-_.]+", "-", n).lower()
found = {name(d.metadata["Name"]): d for d in m.distributions() if d.metadata["Name"]}
needed = {name(re.match(r"[\\w.-]+", r).group()) for d in found.values() for r in d.requires or ()
          if "extra ==" not in r}
print(json.dumps([[d.metadata["Name"], d.version, n in needed] for n, d in sorted(found.items())]))
"""


class LanguageHost:
    """Serves the engine whose address is `engine`, with the environment `env`."""

    def __init__(self, engine: str, env: Mapping[str, str]) -> None:
        self._engine = engine
        self._env = env
        self._answers = Answers("language host for Python", *open_log("language-python"))
        self._children = Children()
        self._programs: set[subprocess.Popen[bytes]] = set()
        self._cancelled = threading.Event()

    def add_to(self, server: grpc.Server) -> None:
        """Adds the service to `server`."""
        unary, stream = self._answers.unary, self._answers.stream
        pb = language_pb2
        handlers = {
            "Handshake": unary("Handshake", pb.LanguageHandshakeRequest, self._handshake),
            "GetPluginInfo": unary("GetPluginInfo", empty_pb2.Empty, self._get_plugin_info),
            "GetRequiredPlugins": unary("GetRequiredPlugins", pb.GetRequiredPluginsRequest, self._required_plugins),
            "GetRequiredPackages": unary("GetRequiredPackages", pb.GetRequiredPackagesRequest, self._required_packages),
            "RuntimeOptionsPrompts": unary("RuntimeOptionsPrompts", pb.RuntimeOptionsRequest, self._prompts),
            "About": unary("About", pb.AboutRequest, self._about),
            "GetProgramDependencies": unary(
                "GetProgramDependencies", pb.GetProgramDependenciesRequest, self._dependencies
            ),
            "InstallDependencies": stream("InstallDependencies", pb.InstallDependenciesRequest, self._install),
            "Run": unary("Run", pb.RunRequest, self._run),
            "RunPlugin": stream("RunPlugin", pb.RunPluginRequest, self._run_plugin),
            "Cancel": unary("Cancel", empty_pb2.Empty, self._cancel),
            **{name: unary(name, empty_pb2.Empty, _refuse_to_generate) for name in _CODE_GENERATION},
        }
        add_service(server, "pulumirpc.LanguageRuntime", handlers)

    # About the host and the program

    def _handshake(self, request: language_pb2.LanguageHandshakeRequest) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def _get_plugin_info(self, _request: empty_pb2.Empty) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=metadata.version("pulumi"))

    def _required_plugins(
        self, _request: language_pb2.GetRequiredPluginsRequest
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse()

    def _required_packages(
        self, _request: language_pb2.GetRequiredPackagesRequest
    ) -> language_pb2.GetRequiredPackagesResponse:
        return language_pb2.GetRequiredPackagesResponse()

    def _prompts(self, _request: language_pb2.RuntimeOptionsRequest) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()

    def _about(self, request: language_pb2.AboutRequest) -> language_pb2.AboutResponse:
        python = self._interpreter(request.info)
        return language_pb2.AboutResponse(executable=python.path, version=python.version())

    def _dependencies(
        self, request: language_pb2.GetProgramDependenciesRequest
    ) -> language_pb2.GetProgramDependenciesResponse:
        python = self._interpreter(request.info)
        listed = subprocess.run([python.path, "-I", "-c", _LIST_DEPENDENCIES], capture_output=True, text=True)
        if listed.returncode != 0:
            raise PluginError(f"{python.path} cannot list the installed packages: {listed.stderr.strip()}")
        found: list[tuple[str, str, bool]] = json.loads(listed.stdout)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version)
                for name, version, is_needed_by_another in found
                if request.transitiveDependencies or not is_needed_by_another
            ]
        )

    # Running

    def _run(self, request: language_pb2.RunRequest) -> language_pb2.RunResponse:
        if request.attach_debugger:
            raise PluginError("the stand-in language host for Python cannot attach a debugger")
        python = self._interpreter(request.info)
        if _options(request.info).get("typechecker"):
            sys.stderr.write("the runtime option 'typechecker' is ignored by the stand-in language host for Python\n")
            sys.stderr.flush()
        env = python.environment(self._env)
        env["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        env["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        program = self._children.start([python.path, "-u", *self._run_arguments(request)], cwd=request.pwd, env=env)
        self._programs.add(program)
        if self._cancelled.is_set():
            self._children.end(program)
        status = self._children.wait(program)
        self._programs.discard(program)
        if status == _BAIL_STATUS or (status < 0 and self._cancelled.is_set()):
            return language_pb2.RunResponse(bail=True)
        if status < 0:
            return language_pb2.RunResponse(error=f"the program was killed by signal {-status}")
        return language_pb2.RunResponse(error=f"the program exited with status {status}" if status else "")

    def _run_arguments(self, request: language_pb2.RunRequest) -> list[str]:
        executor = shutil.which(_EXEC, os.F_OK, path=self._env.get("PATH"))
        if executor is None:
            raise PluginError(
                f"{_EXEC} is not on PATH: it belongs beside the language host; 'slipway doctor' says more"
            )
        flags = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "pwd": request.pwd,
            "parallel": str(request.parallel),
            "dry_run": "true" if request.dryRun else "false",
        }
        arguments = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
        return [executor, *arguments, request.program or ".", *request.args]

    def _run_plugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        base_env = dict(self._env)
        for entry in request.env:
            key, _, value = entry.partition("=")
            base_env[key] = value
        python = self._interpreter(request.info, base_env)
        program = request.info.program_directory
        if request.kind == "analyzer":
            command = [python.path, "-u", "-m", "pulumi.policy", *request.args, program]
        else:
            command = [python.path, "-u", program, *request.args]

        def response(stream: str, chunk: bytes) -> language_pb2.RunPluginResponse:
            if stream == "stdout":
                return language_pb2.RunPluginResponse(stdout=chunk)
            return language_pb2.RunPluginResponse(stderr=chunk)

        env = python.environment(base_env)
        status = yield from self._stream(command, request.pwd, env, context, response)
        yield language_pb2.RunPluginResponse(exitcode=status)

    def _install(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        folder = request.directory or request.info.program_directory
        options = _options(request.info)
        if options.get("toolchain") == "uv":
            commands = [["uv", "sync"]]
        else:
            named = str(options.get("virtualenv") or "venv")
            venv = str(Path(request.info.root_directory or folder, named))
            pip = [f"{venv}/bin/python", "-m", "pip", "install", "--disable-pip-version-check"]
            has_list = Path(folder, "requirements.txt").is_file()
            commands = [
                ["python3", "-m", "venv", venv],
                [*pip, *(["-r", "requirements.txt"] if has_list else ["-e", "."])],
            ]

        def response(stream: str, chunk: bytes) -> language_pb2.InstallDependenciesResponse:
            if stream == "stdout":
                return language_pb2.InstallDependenciesResponse(stdout=chunk)
            return language_pb2.InstallDependenciesResponse(stderr=chunk)

        for command in commands:
            status = yield from self._stream(command, folder, self._env, context, response)
            if status != 0:
                raise PluginError(f"installing dependencies: {' '.join(command)!r} in {folder} ended with {status}")

    def _stream(
        self,
        command: Sequence[str],
        cwd: str,
        env: Mapping[str, str],
        context: grpc.ServicerContext,
        response: Callable[[str, bytes], _Response],
    ) -> Generator[_Response, None, int]:
        """Runs `command`, yields what it prints as it prints it, and returns its exit status; ends it with the call."""
        child = self._children.start(command, cwd=cwd, env=env, capture=True)

        def end() -> None:
            threading.Thread(target=self._children.end, args=(child,)).start()

        if not context.add_callback(end):  # the engine has lost interest already
            end()
        printed: queue.SimpleQueue[tuple[str, bytes] | int] = queue.SimpleQueue()

        def read(stream: str, pipe: IO[bytes]) -> None:
            with pipe:
                while chunk := os.read(pipe.fileno(), 64 * 1024):
                    printed.put((stream, chunk))

        pipes = {"stdout": cast(IO[bytes], child.stdout), "stderr": cast(IO[bytes], child.stderr)}
        readers = [threading.Thread(target=read, args=item) for item in pipes.items()]

        def finish() -> None:
            status = self._children.wait(child)
            for reader in readers:
                reader.join()
            printed.put(status)

        for thread in (*readers, threading.Thread(target=finish)):
            thread.start()
        while not isinstance(item := printed.get(), int):
            yield response(*item)
        return item

    # Ending

    def _cancel(self, _request: empty_pb2.Empty) -> empty_pb2.Empty:
        # The program only: plugins and policy packs are ended by the engine, through the calls that run them, when it
        # needs them no more.
        self._cancelled.set()
        for program in list(self._programs):
            self._children.end(program)
        return empty_pb2.Empty()

    def close(self) -> None:
        """Ends all that runs; nothing starts any more."""
        self._children.close()

    def _interpreter(self, info: language_pb2.ProgramInfo, env: Mapping[str, str] | None = None) -> Interpreter:
        root = info.root_directory or info.program_directory
        return find_interpreter(_options(info), Path(root), self._env if env is None else env)


def _refuse_to_generate(_request: empty_pb2.Empty) -> empty_pb2.Empty:
    raise PluginError(
        "the stand-in language host for Python runs programs and generates no code "
        "(after 'pulumi import': what was imported is in the state; only the code to paste is missing)",
        grpc.StatusCode.UNIMPLEMENTED,
    )


def _options(info: language_pb2.ProgramInfo) -> Mapping[str, object]:
    return decode(info.options)


def main(arguments: Sequence[str]) -> None:
    """Serves until the engine ends it; does not return.

    Args:
        arguments: The engine's flags, which are ignored, and its address.
    """
    host = LanguageHost(engine_address(arguments, "pulumi-language-python"), os.environ)
    serve(host.add_to, on_stop=host.close)


if __name__ == "__main__":
    main(sys.argv[1:])
