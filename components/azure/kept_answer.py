"""What Azure answers when it is asked for a key: asked in an `up`, and taken as unchanged in a preview.

The right to ask is the right to everything that the key opens: the caller of `listAccountSas` picks what the
SAS allows, and `listKeys` hands out keys that write. A preview runs what a pull request says, so the identity
that previews has neither right (bootstrap/azure), and a preview does not ask. It takes the last answer from
the state, where `ignore_changes` keeps it. A key that was renewed in between is noticed by the next `up`, not
by a preview, and so not by a pipeline that brings nothing up where a preview finds no change.
"""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pulumi_random as random
from pulumi import Input, Output, Resource, ResourceOptions

ANSWER = "answer"


def keep_answer(
    name: str, ask: Callable[[], Output[str]], *, of: Input[str], parent: Resource
) -> Output[str]:
    """Ask, and keep what was answered in the state; secret.

    `of` is the id of the resource that is asked. In the first preview it is unknown, and so is the answer.
    """
    previewing = pulumi.runtime.is_dry_run()
    answer = Output.from_input(of).apply(lambda _: "") if previewing else ask()
    kept = random.RandomUuid(
        f"{name}-answer",
        keepers={ANSWER: Output.secret(answer)},
        opts=ResourceOptions(
            parent=parent,
            additional_secret_outputs=["keepers"],
            ignore_changes=["keepers"] if previewing else [],
        ),
    )
    return Output.secret(kept.keepers.apply(lambda known: (known or {}).get(ANSWER, "")))
