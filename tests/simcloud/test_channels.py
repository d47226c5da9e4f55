"""What is left of one engine run does not reach the next, which may get its port."""

from __future__ import annotations

import contextvars
import socket
import threading
import time
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc
from pulumi.runtime.settings import Settings

from simcloud.program import inline

PROGRAM = """
import pathlib, time
for _ in range(2):
    with pathlib.Path({order!r}).open("a") as file:
        print(pathlib.Path.cwd().name, file=file)
    time.sleep(0.3)
"""


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    def SupportsFeature(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.SupportsFeatureRequest, context: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        del request, context
        return resource_pb2.SupportsFeatureResponse(hasSupport=True)


def engine(port: int) -> grpc.Server:
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
    assert server.add_insecure_port(f"127.0.0.1:{port}") == port
    server.start()
    return server


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def program(port: int) -> Callable[[], bool]:
    """Open the channels that the SDK opens for a program, and return a call to the engine's monitor."""
    context = contextvars.copy_context()
    settings: Any = context.run(Settings, "project", "stack", f"127.0.0.1:{port}", f"127.0.0.1:{port}")

    def ask() -> bool:
        request = resource_pb2.SupportsFeatureRequest(id="secrets")
        return context.run(lambda: settings.monitor.SupportsFeature(request).hasSupport)

    return ask


def _wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    assert condition()


def test_a_dead_engines_connection_is_not_given_to_the_next_on_its_port() -> None:
    inline(Path("__main__.py"), Path())  # what a simulation does before each run
    port = free_port()
    first = engine(port)
    abandoned = program(port)
    assert abandoned()
    first.stop(None).wait()
    with pytest.raises(grpc.RpcError):  # as a program does that was stopped half way
        abandoned()
    second = engine(port)
    try:
        assert program(port)()
    finally:
        second.stop(None).wait()


def test_a_program_that_outlives_its_engine_keeps_the_next_one_waiting(tmp_path: Path) -> None:
    """Each of two programs at once would take the other's directory for its own, and leave it set."""
    before, order = Path.cwd(), tmp_path / "order"
    order.touch()
    programs: list[threading.Thread] = []
    for name in ("slow", "next"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__main__.py").write_text(PROGRAM.format(order=str(order)))
        programs.append(threading.Thread(target=inline(folder / "__main__.py", folder)))
        programs[-1].start()
        _wait_for(lambda: bool(order.read_text()))
    for one in programs:
        one.join()
    assert order.read_text().split() == ["slow", "slow", "next", "next"]
    assert Path.cwd() == before
