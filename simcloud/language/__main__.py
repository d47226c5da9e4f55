"""`pulumi-language-python`, as the engine starts it: prints its port and serves until it is interrupted."""

from __future__ import annotations

import signal
import sys
from concurrent import futures
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])

import grpc
from pulumi.runtime.proto import language_pb2_grpc

from simcloud.language.host import Host, arguments

host = Host(arguments(sys.argv[1:]))
server = grpc.server(
    futures.ThreadPoolExecutor(max_workers=8),
    options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
)
language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)


def stop(*_: object) -> None:
    """End at once."""
    server.stop(None)


port = server.add_insecure_port("127.0.0.1:0")
server.start()
sys.stdout.write(f"{port}\n")
sys.stdout.flush()
# The engine interrupts its plugins when it is done with them.
signal.signal(signal.SIGINT, stop)
server.wait_for_termination()
