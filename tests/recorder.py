"""Run a Pulumi program without an engine or a cloud, and look at what it asked for.

    recording = record(lambda: Foundation("foundation", args))
    (cluster,) = recording.of("aws:eks/cluster:Cluster")
    assert cluster.inputs["version"] == "1.36"

Strict where Pulumi's own mocks are silent: a look-up is an error, a URN used twice is an error, and so is an
output that some input was made of and that nobody gave a value (Pulumi would go on with `None`).
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast
from unittest import mock

from google.protobuf import json_format, struct_pb2
from pulumi import ComponentResource, Output, ResourceOptions
from pulumi.runtime import mocks, rpc, set_mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS, get_root_resource
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await  # pyright: ignore[reportPrivateUsage]

from components.contract.secrets import SecretRef
from tests.computed import ACCOUNT, ANSWERS, AUTONAMED, COMPUTED, IDS, REGION, RESHAPED, Properties

T = TypeVar("T")

STACK, PROJECT, STACK_TYPE = "test", "rasa", "pulumi:pulumi:Stack"
UNKNOWN = rpc.UNKNOWN
"""Stands in `inputs`, in a preview, for what only the cloud could tell."""
_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """One registration, as the engine would have seen it."""

    type: str
    name: str
    urn: str
    custom: bool
    inputs: Properties
    """By wire name (camelCase), secrets unwrapped."""
    secret_inputs: frozenset[str]
    parent: str | None
    """URN; None at the top of the stack."""
    provider: str
    protect: bool
    retained: bool
    """Whether it stays where it is when the stack lets go of it (`retain_on_delete`)."""
    dependencies: frozenset[str]
    """URNs of all it waits for."""
    data_flow: frozenset[str]
    """The part of `dependencies` that its inputs show."""
    flows: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Input → URNs of what it is made of."""
    replaced_with: frozenset[str] = frozenset()
    """URNs of the resources whose replacement replaces it, too."""
    deleted_with: str = ""
    """URN of the resource whose deletion takes it along, or nothing."""
    ignored: tuple[str, ...] = ()
    """Inputs whose changes are ignored."""
    trigger: object = None
    """Another value of it replaces the resource."""

    @property
    def depends_on(self) -> frozenset[str]:
        """The part that only `depends_on` shows."""
        return self.dependencies - self.data_flow


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording(Generic[T]):
    """All that a program registered, and what it returned."""

    result: T
    resources: Sequence[Recorded] = field(default_factory=list[Recorded])
    outputs: Properties = field(default_factory=dict[str, Any])
    """Of the stack, secrets unwrapped."""
    secret_outputs: frozenset[str] = frozenset()

    def of(self, type_: str) -> list[Recorded]:
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str | None = None) -> Recorded:
        (found,) = [resource for resource in self.of(type_) if name in {None, resource.name}]
        return found

    def urns(self) -> frozenset[str]:
        return frozenset(resource.urn for resource in self.resources)

    def waits_for(self, resource: Recorded) -> frozenset[str]:
        """URNs of all that must be there before this resource is made, at any remove."""
        by_urn = {known.urn: known for known in self.resources}
        seen: set[str] = set()
        pending = set(resource.dependencies)
        while pending:
            urn = pending.pop()
            seen.add(urn)
            pending |= by_urn[urn].dependencies - seen
        return frozenset(seen)


def record(program: Callable[[], T], *, preview: bool = False, whole: bool = False) -> Recording[T]:
    """Run a program to its end; with `preview` what the cloud computes stays unknown, as in the engine.

    `whole`: it is no single component, so every resource must have a provider (default ones are disabled).
    """
    return contextvars.copy_context().run(_record, program, preview=preview, whole=whole)


def beside() -> ResourceOptions:
    """The options of a resource that a test makes itself, for what is under test to refer to."""
    return ResourceOptions(parent=ComponentResource("rasa:tests:Beside", "beside"))


def value_of(output: Output[T] | SecretRef) -> T:
    """What an output of a finished recording holds; None where a preview does not know it."""
    assert not isinstance(output, SecretRef), f"refers to {output}, where a value was expected"
    return cast("T", _sync_await(output.future()))


def is_secret(output: Output[Any] | SecretRef) -> bool:
    """Whether the engine encrypts it; a reference to a Kubernetes Secret is none of the engine's business."""
    assert not isinstance(output, SecretRef), f"refers to {output}, where a value was expected"
    return _sync_await(output.is_secret())


def _record(program: Callable[[], T], *, preview: bool, whole: bool) -> Recording[T]:
    monitor = _Monitor(preview=preview)
    set_mocks(_NoLookUps(), project=PROJECT, stack=STACK, preview=preview, monitor=monitor)
    cast("Any", SETTINGS).outputs.clear()  # what a program that failed before this one has left behind
    results: list[T] = []
    # URNs that a resource had under former names: nobody here looks at them, and to compute the dozens that
    # each of Azure's has took five sixths of a recording.
    # `pulumi.run` asks for a stack that has not ended yet, and the one of the mocks has.
    with mock.patch("pulumi.resource.collapse_alias_to_urn", return_value=None), mock.patch("pulumi.run"):
        _sync_await(run_pulumi_func(lambda: results.append(program())))
    _refuse_orphans(monitor.recorded, providers=whole)
    if not preview:
        _refuse_unknowns(monitor.recorded)
    outputs = _stack_outputs()
    return Recording(
        result=results[0],
        resources=monitor.recorded,
        outputs={key: _plain(value) for key, value in outputs.items()},
        secret_outputs=frozenset(key for key, value in outputs.items() if _holds_secret(value)),
    )


def _stack_outputs() -> Properties:
    """What the program exported, as the engine would have got it; nothing where there was no program."""
    stack: Any = get_root_resource()
    exported = cast("dict[str, Any]", getattr(stack, "outputs", {}))
    return json_format.MessageToDict(_sync_await(rpc.serialize_properties(exported, {})))


class _NoLookUps(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token not in ANSWERS:
            raise AssertionError(f"the program looked something up: {args.token}")
        return ANSWERS[args.token](cast("Properties", args.args))

    def new_resource(self, args: mocks.MockResourceArgs) -> Any:
        raise AssertionError(f"the program read an existing resource: {args.typ} {args.name}")


class _Monitor(mocks.MockMonitor):
    """In the engine's place: takes registrations and answers with outputs."""

    def __init__(self, *, preview: bool) -> None:
        super().__init__(_NoLookUps())
        self.recorded: list[Recorded] = []
        self._preview = preview
        self._urns: set[str] = set()
        self._lock = threading.Lock()

    def RegisterResource(  # noqa: N802 - the name is gRPC's
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        urn = _urn(request)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        wire = json_format.MessageToDict(request.object)
        inputs = {key: _plain(value) for key, value in wire.items()}
        secret = frozenset(key for key, value in wire.items() if _holds_secret(value))
        with self._lock:
            assert urn not in self._urns, f"registered twice: {urn}"
            self._urns.add(urn)
            self.recorded.append(_recorded(request, urn, inputs, secret))
        outputs = struct_pb2.Struct()
        outputs.CopyFrom(request.object)
        for key in RESHAPED.get(request.type, ()):
            del outputs[key]
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=outputs)
        named = AUTONAMED.get(request.type, "name")
        physical_name = str(inputs.get(named, f"{STACK}-{request.name}-0a1b2c"))
        outputs.update({named: physical_name})
        if request.type.startswith("kubernetes:"):
            outputs.update({"metadata": {"name": physical_name, **inputs.get("metadata", {})}})
        if self._preview:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=outputs)
        service = request.type.split(":")[1].partition("/")[0]
        outputs.update({"arn": f"arn:aws:{service}:{REGION}:{ACCOUNT}:{physical_name}"})
        if request.type in COMPUTED:
            outputs.update(COMPUTED[request.type](physical_name, inputs))
        # `unknown`: outputs that nobody gave a value stay unknown, and so are noticed.
        return resource_pb2.RegisterResourceResponse(
            urn=urn,
            id=IDS.get(request.type, "{name}-id").format(name=physical_name),
            object=outputs,
            unknown=True,
        )


def _urn(request: resource_pb2.RegisterResourceRequest) -> str:
    parents = request.parent.split("::")[2] if request.parent else STACK_TYPE
    chain = request.type if parents == STACK_TYPE else f"{parents}${request.type}"
    return f"urn:pulumi:{STACK}::{PROJECT}::{chain}::{request.name}"


def _recorded(
    request: resource_pb2.RegisterResourceRequest, urn: str, inputs: Properties, secret: frozenset[str]
) -> Recorded:
    flows = request.propertyDependencies.values()
    return Recorded(
        type=request.type,
        name=request.name,
        urn=urn,
        custom=request.custom,
        inputs=inputs,
        secret_inputs=secret,
        parent=None if f"::{STACK_TYPE}::" in request.parent else request.parent,
        provider=request.provider,
        protect=request.protect,
        retained=request.retainOnDelete,
        dependencies=frozenset(request.dependencies),
        data_flow=frozenset(urn for flow in flows for urn in flow.urns),
        flows={key: frozenset(flow.urns) for key, flow in request.propertyDependencies.items()},
        replaced_with=frozenset(request.replace_with),
        deleted_with=request.deletedWith,
        ignored=tuple(request.ignoreChanges),
        trigger=json_format.MessageToDict(request.replacement_trigger),
    )


def _plain(value: Any) -> Any:
    """Wire form to plain Python: secrets unwrapped, whole numbers as int."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if members.get(_SIGNATURE) == _SECRET:
            return _plain(members["value"])
        return {key: _plain(member) for key, member in members.items()}
    if isinstance(value, list):
        return [_plain(member) for member in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict):
        for member in cast("dict[str, Any]", value).values():
            yield from _parts(member)
    elif isinstance(value, list):
        for member in cast("list[Any]", value):
            yield from _parts(member)


def _holds_secret(value: Any) -> bool:
    return any(part == _SECRET for part in _parts(value))


def _refuse_orphans(resources: Sequence[Recorded], *, providers: bool) -> None:
    """A resource that has forgotten its options has neither parent nor provider; the engine says so late.

    Components, providers and what the engine itself keeps (`pulumi:index:Stash`) may stand at the top.
    """
    for resource in resources:
        if not resource.type.startswith(("rasa:", "pulumi:")):
            assert resource.parent is not None, f"has no parent: {resource.urn}"
            assert resource.provider or not providers, f"has no provider: {resource.urn}"


def _refuse_unknowns(resources: Sequence[Recorded]) -> None:
    missing = [
        f"{resource.type} {resource.name}: {key}"
        for resource in resources
        for key, value in resource.inputs.items()
        if any(part == UNKNOWN for part in _parts(value))
    ]
    assert not missing, f"made of an output that is missing in tests/computed.py: {missing}"
