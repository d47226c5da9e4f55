"""The account SAS with which Rasa reads models on Azure; why it is one: components/azure/model_storage.py."""

from __future__ import annotations

from typing import Any

from pulumi import InvokeOutputOptions, Output, Resource, RunError
from pulumi_azure_native import storage

from components.azure.kept_answer import keep_answer
from components.azure.placement import Placement

ACCESS_YEARS = 2
"""How long a SAS lives, from the making of the key that signs it."""
SAS_BEGINS = "sv="
"""How Rasa tells a SAS from a key (docs/rasa-pro.md, Blob storage)."""


def create_sas(
    name: str, account: storage.StorageAccount, place: Placement, until: str | None, *, parent: Resource
) -> Output[str]:
    """The SAS that Rasa takes for its credential; secret. `until`: the day in UTC on which it ends."""
    return keep_answer(
        f"{name}-sas", lambda: _asked(account, place, until, parent=parent), of=account.id, parent=parent
    )


def _asked(
    account: storage.StorageAccount, place: Placement, until: str | None, *, parent: Resource
) -> Output[str]:
    end = account.key_creation_time.apply(lambda made: access_end(until, _key_made(made)))
    answer = storage.list_storage_account_sas_output(
        resource_group_name=place.resource_group,
        account_name=account.name,
        services="b",
        resource_types="co",
        permissions="rl",
        protocols=storage.HttpProtocol.HTTPS,
        key_to_sign="key1",
        shared_access_expiry_time=end,
        opts=InvokeOutputOptions(parent=parent),
    )
    return answer.apply(lambda known: as_rasa_reads(known.account_sas_token))


def _key_made(times: Any) -> str:  # noqa: ANN401 - an output type of the SDK
    return str(times.key1)


def access_end(until: str | None, key_made: str) -> str:
    """The end of access in UTC: the day that the config names, or some years after the key was made."""
    if until is not None:
        return f"{until}T00:00:00Z"
    year, day = key_made[:4], key_made[4:10]
    # There is no 29 February two years later.
    return f"{int(year) + ACCESS_YEARS}{'-02-28' if day == '-02-29' else day}T00:00:00Z"


def as_rasa_reads(token: str) -> str:
    """A SAS that begins as Rasa expects it; the order of its fields means nothing to Azure."""
    fields = token.removeprefix("?").split("&")
    version = [field for field in fields if field.startswith(SAS_BEGINS)]
    if not version:
        raise RunError("Azure answered listAccountSas with something that is no SAS (it names no version).")
    return "&".join([*version, *(field for field in fields if field not in version)])
