"""Rules of the stack file that span keys: one message per problem, before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from components.config.rules import (
    addresses,
    anonymized,
    assistant,
    beside_cluster,
    channels,
    companions,
    databases,
    encryption,
    encryption_key,
    existing_network,
    extra_endpoints,
    first_model,
    ingress,
    metadata,
    names,
    network_policies,
    pods,
    regions,
    registry,
    reserved,
    sets,
    sold,
    stack,
    stores,
    transforms,
    unused,
    vault,
    versions,
)
from components.config.rules.plain_text import plain_secrets
from components.config.rules.runner import Rule, run
from components.config.settings import Settings
from components.config.stack_names import parts_of, stack_name_problems

RULES: Sequence[Rule] = (
    *stack.RULES,
    *beside_cluster.RULES,
    *unused.RULES,
    *addresses.RULES,
    *existing_network.RULES,
    *sets.RULES,
    *names.RULES,
    *reserved.RULES,
    *regions.RULES,
    *stores.RULES,
    *databases.RULES,
    *encryption.RULES,
    *sold.RULES,
    *vault.RULES,
    *assistant.RULES,
    *channels.RULES,
    *extra_endpoints.RULES,
    *anonymized.RULES,
    *first_model.RULES,
    *companions.RULES,
    *ingress.RULES,
    *metadata.RULES,
    *network_policies.RULES,
    *versions.RULES,
    *transforms.RULES,
    *registry.RULES,
    *pods.RULES,
    *encryption_key.RULES,
)


def problems(
    settings: Settings,
    *,
    wrong: frozenset[str],
    secret_keys: frozenset[str],
    stack: str,
    written: Mapping[str, object],
    today: date,
) -> list[str]:
    """What is wrong with the settings; `wrong` (field names) are the keys that are reported already."""
    rules: Sequence[Rule] = (
        *RULES,
        _stack_name(stack),
        *plain_secrets(secret_keys, written),
        stores.access_has_not_ended(today),
        assistant.authorities_have_not_ended(today),
    )
    return run(rules, settings, wrong)


def _stack_name(stack: str) -> Rule:
    def rule(settings: Settings) -> Iterator[str]:
        yield from stack_name_problems(settings.cloud, stack, parts_of(settings))

    return rule
