"""Rules of the stack file that span keys: one message per problem, before anything is made."""

from __future__ import annotations

from collections.abc import Sequence

from components.config.rules import assistant, companions, first_model, ingress, sold, stack, stores, vault
from components.config.rules.plain_text import plain_secrets
from components.config.rules.runner import Rule, run
from components.config.settings import Settings
from components.config.stack_names import stack_name_problems

RULES: Sequence[Rule] = (
    *stack.RULES,
    *stores.RULES,
    *sold.RULES,
    *vault.RULES,
    *assistant.RULES,
    *first_model.RULES,
    *companions.RULES,
    *ingress.RULES,
)


def problems(
    settings: Settings, *, wrong: frozenset[str], secret_keys: frozenset[str], stack: str
) -> list[str]:
    """What is wrong with the settings; `wrong` (field names) are the keys that are reported already."""
    rules: Sequence[Rule] = (
        *RULES,
        lambda read: iter(stack_name_problems(read.cloud, stack)),
        *plain_secrets(secret_keys),
    )
    return run(rules, settings, wrong)
