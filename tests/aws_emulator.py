"""AWS as moto has it, on a port of the loopback interface."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

LOGIN = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
"""It asks no more of anybody."""


@contextmanager
def aws_emulator() -> Generator[str]:
    """Its URL. It takes half a second to end: one for all tests of a file, where they may share it."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a second of each process that collects tests

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://127.0.0.1:{1}".format(*server.get_host_and_port())
    finally:
        server.stop()
