"""What each package's cloud knows, read from `packages/<package>.yaml`.

The models below are the whole language of those files; an unknown key in a file is an error. A type token in
a file leaves out the package (`rds/instance:Instance` stands for `aws:rds/instance:Instance`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, cast

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from simcloud.conditions import Condition, holds
from simcloud.errors import SimcloudError
from simcloud.parts import (
    Duration,
    Fill,
    Keeper,
    Made,
    NameRule,
    ObjectReference,
    Part,
    Reference,
    Refusal,
    Unfinished,
    Window,
    reference,
)
from simcloud.places import Provider
from simcloud.rules import Rule
from simcloud.wire import Properties, Value, is_list

PACKAGES = Path(__file__).parent / "packages"


def _name_rule(value: object) -> object:
    return {"property": value} if isinstance(value, str) else value


def _durations(value: object) -> object:
    if isinstance(value, int | float):
        return [{"create": value}]
    return value if is_list(value) else [value]


class ResourceType(Part):
    """One type of resource."""

    id: Value = "{name}"
    """Template of its id."""
    name: Annotated[NameRule | None, BeforeValidator(_name_rule)] = None
    also: list[Annotated[NameRule, BeforeValidator(_name_rule)]] = Field(default_factory=list[NameRule])
    """Rules for further properties that the cloud restricts."""
    outputs: Properties = Field(default_factory=dict)
    offers: list[str] = Field(default_factory=list[str])
    """Identities by which others refer to it, besides its id and ARN."""
    prefixes: list[str] = Field(default_factory=list[str])
    """Starts of further identities that belong to it (`{arn}/*`)."""
    refs: dict[str, Annotated[Reference, BeforeValidator(reference)]] = Field(
        default_factory=dict[str, Reference]
    )
    replace: list[str] = Field(default_factory=list[str])
    update: list[str] = Field(default_factory=list[str])
    """Properties that change in place although the SDK's documentation reads otherwise."""
    seconds: Annotated[list[Duration], BeforeValidator(_durations)] = Field(default_factory=list[Duration])
    protection: list[Condition] = Field(default_factory=list[Condition])
    """Inputs with which the cloud refuses a deletion."""
    reshaped: list[str] = Field(default_factory=list[str])
    """Inputs that the cloud gives back in another shape, which `outputs` says, or not at all."""
    secret: list[str] = Field(default_factory=list[str])
    everywhere: bool = False
    """Whether it belongs to the account and not to one region."""
    custom: bool = False
    """Whether the SDK has no class for it (a Kubernetes custom resource)."""
    leaves_behind: bool | Condition = False
    """Whether it owns things outside its cluster that would stay if the cluster went first."""
    balances: bool | Condition = False
    """Whether the cloud makes a load balancer for it, which stands in networks that do not know of it."""
    carries_balancers: bool = False
    """Whether a load balancer needs it, so that it cannot go while there is one."""
    keeps_name: bool | Condition = False
    """Whether nothing else may take its name after it is deleted, for a time or for ever."""
    contains: bool | Condition = False
    """Whether what is inside goes with it (a Kubernetes namespace, a bucket that is emptied first)."""
    overwrites: bool = False
    """Whether to create what is there already writes over it (an object of a bucket)."""
    makes: list[Made] = Field(default_factory=list[Made])
    hosts: str | None = None
    """The API address by which another package's provider reaches it."""
    weak: bool = False
    """Whether what it refers to may be deleted first."""
    keeper: Keeper | None = None
    """Without it the type does not exist."""
    rules: list[Rule] = Field(default_factory=list[Rule])
    """What spans properties, this resource's and those of what it names."""
    grows: list[str] = Field(default_factory=list[str])
    """Numbers that the cloud never makes smaller."""
    stays: list[str] = Field(default_factory=list[str])
    """Numbers of which the provider itself takes a smaller one for no change."""
    unseen: list[str] = Field(default_factory=list[str])
    """Properties that the provider compares only where the program gives them (Optional and Computed)."""
    cannot_delete: str = ""
    """Why a deletion is refused: it goes past the control plane, say, to an API that does not let us in."""
    guards: list[str] = Field(default_factory=list[str])
    """Starts of the ids of all that cannot be deleted while it exists (a lock)."""
    known_after: float = 0
    """Seconds until what it made is known everywhere: until then who names it may be refused."""
    one_at_a_time: str = ""
    """Template of what takes one change at a time: a second one meanwhile is refused."""
    fills: list[Fill] = Field(default_factory=list[Fill])
    """What the cloud writes into other resources later."""
    later: Properties = Field(default_factory=dict)
    """Path → template of what the service itself makes of it as time goes by (a disk that grows)."""
    window: Window | None = None
    unfinished: Unfinished | None = None
    taken: str = ""
    """What a create of what exists already is refused with, in the provider's own words."""


class Package(Part):
    """One package."""

    package: str
    provider: Provider = Provider()
    stateless: bool = False
    """Whether its resources live nowhere but in the stack's state."""
    computed: bool = True
    """Whether outputs without a template get a value by their type."""
    identities: list[str] = Field(default_factory=list[str])
    """Regular expressions of ids that must belong to a resource of the account."""
    allow: list[str] = Field(default_factory=list[str])
    """Identities that the cloud itself provides."""
    unchecked: list[str] = Field(default_factory=list[str])
    """Properties, and keys of policy documents, that name nothing."""
    endpoints: list[str] = Field(default_factory=list[str])
    """API addresses that are this cloud's and must therefore exist in it."""
    common: ResourceType = ResourceType()
    objects: list[ObjectReference] = Field(default_factory=list[ObjectReference])
    refuses: list[Refusal] = Field(default_factory=list[Refusal])
    seconds: Duration = Duration(create=2, update=2, delete=2)
    types: dict[str, ResourceType]
    invokes: dict[str, Properties] = Field(default_factory=dict[str, Properties])
    """Function → its answer, from templates that can use the arguments and the answer's own `id`."""
    outside: dict[str, Properties] = Field(default_factory=dict[str, Properties])
    """Id → what `invokes` can tell of what others made, such as a company's network."""

    def type(self, token: str) -> ResourceType | None:
        """Find a type by its full token."""
        return self.types.get(token.split(":", 1)[1])

    def full(self, short: str) -> str:
        """Spell a type token in full."""
        return f"{self.package}:{short}"

    def duration(self, token: str, operation: str, inputs: Properties) -> float:
        """How many seconds the real cloud takes for an operation."""
        kind = self.type(token)
        for rule in [*(kind.seconds if kind else []), self.seconds]:
            seconds = cast("float | None", getattr(rule, operation, None))
            if seconds is not None and holds(rule.when, inputs):
                return seconds
        return 0


@cache
def load(package: str) -> Package:
    """Read one package's file."""
    path = PACKAGES / f"{package}.yaml"
    try:
        return Package.model_validate(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))
    except FileNotFoundError:
        raise SimcloudError(
            f"the package '{package}' is not simulated: there is no {path}; known are {', '.join(names())}"
        ) from None
    except (ValidationError, yaml.YAMLError) as error:
        raise SimcloudError(f"{path} is not a valid package file: {error}") from error


@cache
def names() -> list[str]:
    """Name the packages that have a file."""
    return sorted(path.stem for path in PACKAGES.glob("*.yaml"))


@cache
def claims(address: str) -> bool:
    """Whether an API address belongs to a simulated cloud, so that it must exist there."""
    return any(re.match(pattern, address) for name in names() for pattern in load(name).endpoints)
