"""The parts of a type's description in `packages/<package>.yaml` (simcloud/catalog.py)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from simcloud.conditions import Condition
from simcloud.wire import Value, is_list


class Part(BaseModel):
    """An unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def one_or_more(value: object) -> object:
    """One value as a list of one."""
    return value if is_list(value) else [value]


def reference(value: object) -> object:
    """A reference that is only its target."""
    return {"to": value} if isinstance(value, str) else value


class Reference(Part):
    """A property that names another resource by something else than an id or ARN."""

    to: Annotated[list[str], BeforeValidator(one_or_more)]
    """`type.property` of what is named; several where the cloud accepts several."""
    allow: str | None = None
    """Names (a regular expression) that the cloud itself provides."""
    weak: bool = False
    """Whether the named resource may be deleted all the same."""
    unless: Condition = Field(default_factory=dict)


class ObjectReference(Part):
    """A name inside a nested object, wherever that object stands (`secretKeyRef: {name, key}`)."""

    within: str | None = None
    """The field that holds the object; any field where absent."""
    name: str
    to: str
    """Type of what is named, in the same namespace."""
    key: str | None = None
    """The sibling that names an entry of it."""
    items: str | None = None
    """The sibling that lists entries of it."""
    entries: list[str] = Field(default_factory=list[str])
    """The properties of the target that hold its entries."""
    allow: str | None = None
    unless_within: list[str] = Field(default_factory=list[str])
    unless: Condition = Field(default_factory=dict)


class NameRule(Part):
    """Which property is the physical name, and what the cloud accepts there."""

    property: str = "name"
    auto: bool = True
    """Whether the provider makes a name where the program gives none."""
    own: bool = False
    """Whether it then makes one by itself, whatever the engine proposes."""
    separator: str = "-"
    suffix: int = 7
    """Number of hex digits that follow the made name."""
    pattern: str = ".*"
    min: int = 1
    max: int = 255
    says: str = ""
    """The rule in words, for the error message."""


class Duration(Part):
    """How long the real cloud takes, in seconds."""

    when: Condition = Field(default_factory=dict)
    create: float | None = None
    update: float | None = None
    delete: float | None = None


class Made(Part):
    """Something that the cloud makes along with a resource and that others may name."""

    type: str
    name: str
    entries: list[str] = Field(default_factory=list[str])


class Refusal(Part):
    """What the provider itself refuses when it checks inputs, before it asks the cloud."""

    says: str
    """The provider's own words."""
    types: str = ""
    """Regular expression of the type tokens concerned."""
    needs: str | None = None
    """The input without which it refuses; one whose value is yet unknown will do."""
    knows: str | None = None
    """The input whose value it must know already, in a preview too."""
    given: str | None = None
    """The input with which it refuses."""
    settings: Condition = Field(default_factory=dict)
    """Settings of the provider under which it refuses."""
    unnamed: bool = False
    """Whether it refuses only where the engine was told to make no names."""


class Keeper(Part):
    """What must be there before objects of a type, and stay until they are gone (an operator)."""

    type: str
    when: Condition
    """Inputs by which it is known."""
    name: str
    """How messages, and configs that say that it is there already, name it."""


class Unfinished(Part):
    """What is left where the provider does the work itself and is killed in the middle."""

    left: dict[str, dict[str, Value]]
    """Operation → path of an output → its value."""
    when: Condition
    """Outputs by which it is known."""
    says: str
    """What a further change is refused with."""


class Window(Part):
    """What an update leaves for the next maintenance window; until then it reports the former value."""

    when: Condition
    properties: list[str]


class Fill(Part):
    """What a resource, once it is there, changes in another one's properties."""

    of: str
    """The path that names the other one."""
    type: str
    property: str
    """Of the other one: what the path holds."""
    into: str
    value: Value
