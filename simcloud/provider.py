"""The gRPC server to which the engine attaches for every package at once.

The engine opens one connection per provider instance, so the peer's address tells the instances (several
`aws.Provider`s, say) apart. `resources.py` answers the calls.
"""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

from collections.abc import Generator
from concurrent import futures
from contextlib import contextmanager
from typing import NoReturn, Protocol, Self, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from simcloud import schema
from simcloud.answers import answer
from simcloud.catalog import load, names
from simcloud.connection import Cloud, Connection
from simcloud.errors import CloudError, SimcloudError
from simcloud.naming import Hints
from simcloud.resources import Resource
from simcloud.schema import Problem
from simcloud.wire import Properties, decode_struct, encode_struct, path_text, plain

WORKERS = 256  # more than the engine's parallelism, so that operations that sleep do not starve others
KINDS = {
    ("add", False): provider_pb2.PropertyDiff.ADD,
    ("add", True): provider_pb2.PropertyDiff.ADD_REPLACE,
    ("delete", False): provider_pb2.PropertyDiff.DELETE,
    ("delete", True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    ("update", False): provider_pb2.PropertyDiff.UPDATE,
    ("update", True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}
Context = grpc.ServicerContext


class ResourceRequest(Protocol):
    """What every call about a resource carries."""

    urn: str
    type: str


def _abort(context: Context, message: str) -> NoReturn:
    # a code that the engine takes for a plain refusal: the resource's state is known
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, message)
    raise AssertionError("abort raises")


@contextmanager
def _answers(context: Context) -> Generator[None]:
    try:
        yield
    except (CloudError, SimcloudError) as error:
        _abort(context, str(error))
    except KeyError as error:
        _abort(context, str(error.args[0]))


def _failures(problems: list[Problem]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=path_text(one.path[:1]), reason=one.text) for one in problems]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine for all simulated packages; method names are the protocol's."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._connections: dict[str, Connection] = {}

    def _resource(self, request: ResourceRequest, context: Context) -> Resource:
        connection = self._connections.get(context.peer())
        if connection is None:
            _abort(context, f"the provider of {request.urn} was not configured")
        return Resource(self.cloud_of(request, context), connection, request.urn, request.type)

    def cloud_of(self, request: object, context: Context) -> Cloud:
        """The cloud that a call is about."""
        del request, context
        return self.cloud

    # -- provider instances --------------------------------------------------------------------------------

    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Check an explicit provider's inputs."""
        inputs = decode_struct(request.news)
        with _answers(context):
            package = load(request.type.rsplit(":", 1)[-1])
            problems = schema.check_provider(package.package, inputs)
        for name in package.provider.required:
            if inputs.get(name) is None:
                problems.append(Problem((name,), f"the provider '{request.name}' needs '{name}'"))
        return provider_pb2.CheckResponse(inputs=request.news, failures=_failures(problems))

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Replace a provider only if it then addresses another account, region or cluster."""
        olds, news = decode_struct(request.old_inputs), decode_struct(request.news)
        with _answers(context):
            package = load(request.type.rsplit(":", 1)[-1])
        changed = [name for name in {**olds, **news} if plain(olds.get(name)) != plain(news.get(name))]
        before, after = (Connection(package, cast("Properties", plain(one))) for one in (olds, news))
        moved = before.moves(after)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=changed,
            replaces=changed if moved else [],
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: Context
    ) -> provider_pb2.ConfigureResponse:
        """Remember what this connection addresses."""
        token = request.type or next(iter(request.variables), "").split(":", 1)[0]
        with _answers(context):
            package = load(token.rsplit(":", 1)[-1])
        settings = cast("Properties", plain(schema.provider_inputs(decode_struct(request.args))))
        connection = self._connections[context.peer()] = Connection(package, settings)
        if connection.endpoint:
            self.cloud.account.addresses[connection.scopes()[0]] = connection.endpoint
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True,
            supportsPreview=True,
            acceptOutputs=True,
            supports_autonaming_configuration=True,
        )

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: Context
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Agree on the protocol."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, accept_outputs=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Context) -> plugin_pb2.PluginInfo:
        """Return no version, so that the engine asks for none."""
        del request, context
        return plugin_pb2.PluginInfo()

    def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> empty_pb2.Empty:
        """Accept the engine."""
        del request, context
        return empty_pb2.Empty()

    def Cancel(self, request: empty_pb2.Empty, context: Context) -> empty_pb2.Empty:
        """Stop waiting: the engine is shutting down."""
        del request, context
        self.cloud.clock.cancelled.set()
        return empty_pb2.Empty()

    # -- resources -----------------------------------------------------------------------------------------

    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """Validate inputs and name the resource."""
        options = request.autonaming
        modes = provider_pb2.CheckRequest.AutonamingOptions
        hints = Hints(
            proposed=options.proposed_name if request.HasField("autonaming") else "",
            disabled=request.HasField("autonaming") and options.mode == modes.DISABLE,
            seed=request.randomSeed,
        )
        with _answers(context):
            resource = self._resource(request, context)
            inputs, problems = resource.check(decode_struct(request.olds), decode_struct(request.news), hints)
        return provider_pb2.CheckResponse(inputs=encode_struct(inputs), failures=_failures(problems))

    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Compare new inputs with old ones."""
        with _answers(context):
            resource = self._resource(request, context)
            changes, delete_first = resource.diff(
                decode_struct(request.old_inputs),
                decode_struct(request.news),
                request.ignoreChanges,
                decode_struct(request.olds),
            )
        response = provider_pb2.DiffResponse
        return response(
            changes=response.DIFF_SOME if changes else response.DIFF_NONE,
            diffs=sorted({path.split(".")[0].split("[")[0] for path in changes}),
            replaces=sorted({path for path, (_, forced) in changes.items() if forced}),
            detailedDiff={
                path: provider_pb2.PropertyDiff(kind=KINDS[change], inputDiff=True)
                for path, change in changes.items()
            },
            hasDetailedDiff=True,
            deleteBeforeReplace=delete_first,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        """Create a resource, or say what it would be like."""
        with _answers(context):
            resource = self._resource(request, context)
            identity, outputs = resource.create(decode_struct(request.properties), preview=request.preview)
        return provider_pb2.CreateResponse(id=identity, properties=encode_struct(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        """Return what the cloud holds."""
        with _answers(context):
            resource = self._resource(request, context)
            identity, inputs, outputs = resource.read(
                request.id, decode_struct(request.inputs), decode_struct(request.properties)
            )
        if not identity:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=identity, inputs=encode_struct(inputs), properties=encode_struct(outputs)
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        """Change a resource in place."""
        with _answers(context):
            resource = self._resource(request, context)
            outputs = resource.update(request.id, decode_struct(request.news), preview=request.preview)
        return provider_pb2.UpdateResponse(properties=encode_struct(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> empty_pb2.Empty:
        """Delete a resource."""
        with _answers(context):
            self._resource(request, context).delete(request.id, decode_struct(request.old_inputs))
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        """Answer a function call, if the package file knows the answer."""
        package = load(request.tok.split(":", 1)[0])
        connection = self._connections.get(context.peer()) or Connection(package)
        settings: Properties = {**package.provider.settings, **connection.settings}
        arguments, account = decode_struct(request.args), self.cloud_of(request, context).account
        try:
            returned = answer(request.tok, arguments, settings, salt=account.salt, find=account.properties_of)
        except SimcloudError as error:
            _abort(context, str(error))
        # the field's name is a Python keyword, which the stubs cannot express
        return provider_pb2.InvokeResponse(**{"return": encode_struct(returned)})  # pyright: ignore[reportArgumentType]


class Server:
    """Serves the clouds of one engine run on a port of the loopback interface, and ends with it.

    A server for several runs could take a provider of the next engine for one of the last: the peer's port
    tells them apart, and the operating system reuses ports.
    """

    def __init__(self, provider: Provider) -> None:
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        self._cloud = provider.cloud
        self._workers = futures.ThreadPoolExecutor(max_workers=WORKERS)
        self._server = grpc.server(self._workers, options=options)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._cloud.clock.cancelled.set()
        self._server.stop(None).wait()
        self._workers.shutdown()

    @property
    def attachments(self) -> str:
        """The value of PULUMI_DEBUG_PROVIDERS by which the engine attaches to this server."""
        return ",".join(f"{name}:{self.port}" for name in names())
