"""Keeps the connections of one engine run from the next: each channel that the SDK opens has its own.

gRPC shares the connections of a process between its channels by address. A program that an engine stopped
half way leaves channels that go on dialling the dead engine, less and less often, until Python collects them.
If the next engine gets that port, gRPC gives the program's new channel the old connection, which waits for
its next try, and every call fails at once ("Resource monitor has terminated, shutting down").

`pulumi up` runs each program in a process of its own, where this cannot happen. The option:
https://grpc.github.io/grpc/core/group__grpc__arg__keys.html (GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL).
"""

from __future__ import annotations

from pulumi.runtime._grpc_settings import (
    _GRPC_CHANNEL_OPTIONS as SDK_OPTIONS,  # pyright: ignore[reportPrivateUsage]: the SDK has no other place for it
)

OWN_CONNECTIONS = ("grpc.use_local_subchannel_pool", 1)


def keep_apart() -> None:
    """Give every channel that the SDK opens from now on connections of its own."""
    if OWN_CONNECTIONS not in SDK_OPTIONS:
        SDK_OPTIONS.append(OWN_CONNECTIONS)
