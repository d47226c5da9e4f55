"""What a provider refuses by itself when the engine has it check inputs, in a preview as in an update."""

from __future__ import annotations

import re

from simcloud.catalog import Refusal
from simcloud.conditions import holds
from simcloud.connection import Connection
from simcloud.errors import CloudError
from simcloud.naming import Hints
from simcloud.wire import Properties, Unknown, lookup, path_parts, plain


def refuse(connection: Connection, token: str, olds: Properties, news: Properties, hints: Hints) -> None:
    """Raise the first refusal that applies, as CloudError in the provider's own words."""
    for one in connection.package.refuses:
        names_nothing = hints.disabled and not olds
        if (
            re.search(one.types, token)
            and holds(one.settings, connection.settings)
            and (names_nothing or not one.unnamed)
            and _applies(one, news)
        ):
            raise CloudError(one.says)


def _applies(one: Refusal, news: Properties) -> bool:
    """Whether the inputs lack what they need, or hold what they must not."""
    if one.given and not _is_there(news, one.given):
        return False
    if one.needs:
        return not _is_there(news, one.needs)
    if one.knows:
        return not _is_there(news, one.knows) or isinstance(_at(news, one.knows), Unknown)
    return True


def _at(news: Properties, path: str) -> object:
    return plain(lookup(news, path_parts(path)))


def _is_there(news: Properties, path: str) -> bool:
    return _at(news, path) not in {None, ""}
