"""The gRPC server that the engine talks to about a Python program; the methods' names are the protocol's."""

# ruff: noqa: N802

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, language_pb2_grpc, plugin_pb2

from simcloud.language.options import toolchain_of
from simcloud.language.packages import required
from simcloud.language.policy_pack import PolicyProxy
from simcloud.language.toolchains import HostError, Say, outcome

EXECUTOR = Path(__file__).parent / "executor.py"
TOLD = 32
"""The program's exit status when it has told the user itself what is wrong."""
Context = grpc.ServicerContext


def _abort(context: Context, message: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort raises")


@contextmanager
def _answers(context: Context) -> Generator[None]:
    try:
        yield
    except HostError as error:
        _abort(context, str(error))


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers for one engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: Context
    ) -> language_pb2.LanguageHandshakeResponse:
        """Remember the engine."""
        del context
        self._engine = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        """Return no version, since this host belongs to no release of Pulumi."""
        del request, context
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: Context
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Make the environment if need be, and name the plugins of its packages."""
        with _answers(context), self._shown() as say:
            toolchain = toolchain_of(request.info)
            toolchain.ensure(Path(request.info.program_directory), say)
            return language_pb2.GetRequiredPackagesResponse(packages=required(toolchain))

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: Context
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Return what is installed (`pulumi about`)."""
        with _answers(context):
            listed = toolchain_of(request.info).packages()
        found = [language_pb2.DependencyInfo(name=one.name, version=one.version) for one in listed]
        return language_pb2.GetProgramDependenciesResponse(dependencies=found)

    def About(self, request: language_pb2.AboutRequest, context: Context) -> language_pb2.AboutResponse:
        """Say which Python it is."""
        asked = "import platform, sys; print(sys.executable); print(platform.python_version())"
        with _answers(context):
            command, env = toolchain_of(request.info).command("-c", asked)
        said = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False).stdout  # noqa: S603
        executable, _, version = said.strip().partition("\n")
        return language_pb2.AboutResponse(executable=executable, version=version)

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: Context
    ) -> language_pb2.RuntimeOptionsResponse:
        """Ask nothing: our Pulumi.yaml names the toolchain and its environment."""
        del request, context
        return language_pb2.RuntimeOptionsResponse()

    def Template(
        self, request: language_pb2.TemplateRequest, context: Context
    ) -> language_pb2.TemplateResponse:
        """Leave a new project as it is."""
        del request, context
        return language_pb2.TemplateResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: Context
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Do what `pulumi install` and `pulumi new` want of us."""
        said: list[str] = ["Installing dependencies...", ""]
        with _answers(context):
            toolchain_of(request.info).install(Path(request.info.program_directory), said.append)
        said += ["Finished installing dependencies", ""]
        yield language_pb2.InstallDependenciesResponse(stdout="\n".join([*said, ""]).encode())

    def Run(self, request: language_pb2.RunRequest, context: Context) -> language_pb2.RunResponse:
        """Run the program to its end."""
        arguments = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        options = [word for name, value in arguments.items() if value for word in (f"--{name}", value)]
        with _answers(context):
            toolchain = toolchain_of(request.info)
            toolchain.validate()
            command, env = toolchain.command(str(EXECUTOR), *options, request.info.entry_point, *request.args)
        configured = {
            **env,
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        code = self._wait_for(self._start(command, configured))
        if code == TOLD:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"program exited unexpectedly: {outcome(code)}")
        error = f"program exited with non-zero exit code: {code}" if code else ""
        return language_pb2.RunResponse(error=error)

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: Context
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack, in its own folder; this host runs no other plugins."""
        if request.kind != "analyzer":
            _abort(context, f"the simulated language host runs no plugins of kind {request.kind}")
        folder = request.info.program_directory
        with _answers(context), PolicyProxy() as proxy:
            toolchain = toolchain_of(request.info)
            command, env = toolchain.command("-u", "-m", "pulumi.policy", *request.args, folder)
            context.add_callback(lambda: proxy.give_up("the engine has gone"))
            yield language_pb2.RunPluginResponse(stdout=f"{proxy.port}\n".encode())
            given = dict(one.split("=", 1) for one in request.env)
            process = self._start(command, {**env, **proxy.environment(), **given}, folder, subprocess.PIPE)
            context.add_callback(process.kill)
            assert process.stdout
            proxy.attach(process.stdout)
            for line in process.stdout:
                yield language_pb2.RunPluginResponse(stdout=line)
            yield language_pb2.RunPluginResponse(exitcode=self._wait_for(process))

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        """Interrupt what runs."""
        del request, context
        with self._lock:
            for process in self._running:
                process.send_signal(signal.SIGINT)
        return empty_pb2.Empty()

    def _start(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        folder: str | None = None,
        out: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start what Pulumi.yaml names; what it prints is ours to print, and the engine's to show."""
        process = subprocess.Popen(list(command), env=dict(env), cwd=folder, stdout=out)  # noqa: S603
        with self._lock:
            self._running.append(process)
        return process

    def _wait_for(self, process: subprocess.Popen[bytes]) -> int:
        code = process.wait()
        with self._lock:
            self._running.remove(process)
        return code

    @contextmanager
    def _shown(self) -> Generator[Say]:
        """Lines that the engine shows while something is installed."""
        stream = random.getrandbits(31)
        with grpc.insecure_channel(self._engine) as channel:
            stub = engine_pb2_grpc.EngineStub(channel)

            def say(line: str) -> None:
                severity = engine_pb2.LogSeverity.Value("INFO")
                message = engine_pb2.LogRequest(
                    severity=severity, message=f"{line}\n", streamId=stream, ephemeral=True
                )
                stub.Log(message)  # pyright: ignore[reportUnknownMemberType]: the generated stubs leave it open

            yield say


def arguments(given: Sequence[str]) -> str:
    """The engine's address, among the options that the engine gives its hosts."""
    if "--version" in given or "-version" in given:
        sys.stdout.write("simulated\n")
        raise SystemExit(0)
    return next((one for one in given if not one.startswith("-")), os.environ.get("PULUMI_ENGINE", ""))
