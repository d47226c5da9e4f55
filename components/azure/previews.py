"""What a preview does not know: azure-native answers an update's preview with inputs, name and location.

An object that is input and output at once then lacks the part that Azure adds, which is no part that is empty
(pulumi-azure-native, provider/pkg/provider/provider.go, Update).
"""

from __future__ import annotations

import asyncio

from pulumi import Output


def told(value: str | None) -> Output[str]:
    """A part of an output; unknown where a preview lacks it, so that what is made of it is unknown, too."""
    text, known = asyncio.Future[str](), asyncio.Future[bool]()
    text.set_result(value or "")
    known.set_result(value is not None)
    return Output(set(), text, known)
