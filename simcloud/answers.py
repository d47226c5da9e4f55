"""What a function of a package answers: the templates below `invokes` in its file."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from simcloud.catalog import load
from simcloud.errors import SimcloudError
from simcloud.templates import Renderer
from simcloud.wire import Properties, as_map, plain

MISSING = "$missing"
"""Key of a template: the provider's own error where the answer names what nobody has made, or what it returns
in place of one."""


def answer(
    token: str,
    arguments: Properties,
    settings: Properties,
    *,
    salt: str = "",
    find: Callable[[str], Properties | None] = lambda _: None,
) -> Properties:
    """Answer, or raise `SimcloudError`; `find` knows the account's resources by their ids."""
    package = load(token.split(":", 1)[0])
    template = package.invokes.get(token.split(":", 1)[1])
    if template is None:
        where = f"simcloud/packages/{package.package}.yaml"
        raise SimcloudError(f"{token} is not simulated: give its answer in {where}")
    renderer = Renderer(
        f"{salt}/{token}/{plain(arguments)}",
        arguments,
        settings,
        lambda identity: find(identity) or package.outside.get(identity),
    )
    fields = {key: field for key, field in template.items() if key != MISSING}
    try:
        renderer.values = {"id": renderer.render(fields.get("id")), **arguments}
        return cast("Properties", renderer.render(fields))
    except KeyError as error:
        if isinstance(missing := template.get(MISSING), str):
            raise SimcloudError(renderer.text(missing)) from None
        if missing is not None:
            return as_map(missing)
        raise SimcloudError(f"{token} finds nothing for {plain(arguments)}: {error}") from None
