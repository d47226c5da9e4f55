"""A policy pack, started once the engine has said which stack it judges.

As `NewPolicyProxy` does (sdk/policy_proxy.go in github.com/pulumi/pulumi, v3.230.0): the pack's library wants
the stack's configuration in environment variables, and the engine tells it to a pack that runs already.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent import futures
from contextlib import suppress
from types import TracebackType
from typing import IO, Self, cast

import grpc
from pulumi.runtime.proto import analyzer_pb2

from simcloud.language.toolchains import HostError

SERVICE = "/pulumirpc.Analyzer/"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
GRACE_SECONDS = 5
Call = Callable[[bytes, grpc.ServicerContext], bytes]
Configuration = analyzer_pb2.AnalyzerStackConfigureRequest


class PolicyProxy(grpc.GenericRpcHandler):
    """Serves the engine in place of the pack, and forwards all but the first two calls."""

    def __init__(self) -> None:
        self._configuration: futures.Future[bytes | None] = futures.Future()
        self._pack: futures.Future[grpc.Channel] = futures.Future()
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), options=UNLIMITED)
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_up("the policy pack has ended")
        # Calls that wait for the pack still get the reason why it did not start.
        self._server.stop(GRACE_SECONDS).wait()

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Answer `Handshake` and `ConfigureStack`; all else is the pack's to answer."""
        method = handler_call_details.method
        if not method.startswith(SERVICE):
            return None
        own: Mapping[str, Call] = {"Handshake": _nothing, "ConfigureStack": self._configure}
        call = own.get(method.removeprefix(SERVICE), self._forward(method))
        # Without serializers the messages stay bytes.
        return grpc.unary_unary_rpc_method_handler(call)

    def environment(self) -> dict[str, str]:
        """Wait for the stack; its variables, none where there is no stack (`pulumi policy publish`)."""
        given = self._configuration.result()
        if given is None:
            return {}
        stack = Configuration.FromString(given)
        named = {
            "PULUMI_ORGANIZATION": stack.organization,
            "PULUMI_PROJECT": stack.project,
            "PULUMI_STACK": stack.stack,
            "PULUMI_DRY_RUN": str(stack.dry_run).lower(),
            "PULUMI_CONFIG": json.dumps(dict(stack.config)),
        }
        return {name: value for name, value in named.items() if value}

    def attach(self, out: IO[bytes]) -> None:
        """Read the pack's port from its first line, tell it the stack, and let the engine's calls through."""
        line = out.readline().strip()
        if not line.isdigit():
            error = f"could not read policy pack port: {line.decode(errors='replace') or 'EOF'}"
            self.give_up(error)
            raise HostError(
                "problem executing plugin program (could not run language executor): "
                f"could not attach policy pack proxy: {error}"
            )
        channel = grpc.insecure_channel(f"127.0.0.1:{int(line)}", options=UNLIMITED)
        given = self._configuration.result()
        if given is not None:
            _tell(channel, given)
        self._pack.set_result(channel)

    def give_up(self, why: str) -> None:
        """Fail the calls that wait: the pack did not start."""
        with suppress(futures.InvalidStateError):
            self._configuration.set_exception(HostError(why))
        with suppress(futures.InvalidStateError):
            self._pack.set_exception(HostError(why))

    def _configured(self, request: bytes | None) -> None:
        """Keep what was said first."""
        with suppress(futures.InvalidStateError):
            self._configuration.set_result(request)

    def _configure(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        del context
        self._configured(request)
        return b""

    def _forward(self, method: str) -> Call:
        def forward(request: bytes, context: grpc.ServicerContext) -> bytes:
            self._configured(None)
            try:
                return _call(self._pack.result(), method, request)
            except HostError as error:
                context.abort(grpc.StatusCode.UNKNOWN, f"policy pack not started: {error}")
            except grpc.RpcError as error:
                failed = cast("grpc.Call", error)
                context.abort(failed.code(), failed.details() or "")
            raise AssertionError("abort raises")

        return forward


def _nothing(request: bytes, context: grpc.ServicerContext) -> bytes:
    """An answer without fields."""
    del request, context
    return b""


def _call(channel: grpc.Channel, method: str, request: bytes) -> bytes:
    return cast("Callable[[bytes], bytes]", channel.unary_unary(method))(request)


def _tell(channel: grpc.Channel, configuration: bytes) -> None:
    """Older packs, without `ConfigureStack`, have read their variables when they started."""
    try:
        _call(channel, f"{SERVICE}ConfigureStack", configuration)
    except grpc.RpcError as error:
        if cast("grpc.Call", error).code() != grpc.StatusCode.UNIMPLEMENTED:
            raise
