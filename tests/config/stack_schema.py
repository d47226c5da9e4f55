"""Holds a stack file against the schema that editors have."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema.validators import validator_for

from components.config.schema import stack_file_schema


@cache
def _validator() -> Any:
    """Made once: to check the schema itself takes longer than to check fifty files."""
    schema = stack_file_schema()
    kind: Any = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def validate(file: object) -> None:
    """Raise jsonschema.ValidationError where an editor would show a mistake."""
    _validator().validate(file)
