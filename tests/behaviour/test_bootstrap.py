"""What bootstrap/azure makes, and what can be taken back of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from pulumi import Output

from bootstrap.azure import identities, state
from tests.behaviour.test_recorded import seconds_between
from tests.ci.test_bootstrap_trust import TRUSTS
from tests.recorder import Recording, record

KNOWN = Output.from_input
GROUP = "/subscriptions/0/resourceGroups/states"
PERSON = "22222222-2222-4222-8222-222222222222"
LOCK = "azure-native:authorization:ManagementLockByScope"
GRANT = "azure-native:authorization:RoleAssignment"


@cache
def states() -> Recording[Any]:
    args = state.StateArgs(
        resource_group=KNOWN("states"),
        resource_group_id=KNOWN(GROUP),
        subscription="0",
        readers={"preview": KNOWN("preview")},
        people=[PERSON],
        protect=True,
    )
    return record(lambda: state.State("state", args))


@cache
def key() -> Recording[Any]:
    args = state.StackKeyArgs(
        subscription="0",
        tenant=KNOWN("tenant"),
        users={"preview": KNOWN("preview"), "deploy": KNOWN("deploy")},
        people=[PERSON],
        protect=True,
    )
    return record(lambda: state.StackKey("secrets-azure-dev", args))


@pytest.mark.parametrize("made", [states, key])
def test_a_person_can_be_removed_while_the_locks_stay(made: Callable[[], Recording[Any]]) -> None:
    """A lock holds for role assignments on what it locks and below, so they are made above it."""
    (lock,) = made().of(LOCK)
    grants = made().of(GRANT)
    (scope,) = {str(one.inputs["scope"]) for one in grants}
    assert not scope.startswith(str(lock.inputs["scope"]))
    assert [one for one in grants if one.inputs["principalId"] == PERSON]


def test_the_key_goes_with_its_vault_and_is_granted_with_its_group_alone() -> None:
    made = key()
    vault = made.one("azure-native:keyvault:Vault")
    assert made.one("azure-native:keyvault:Key").deleted_with == vault.urn
    assert vault.inputs["properties"]["publicNetworkAccess"] == "Enabled"
    assert vault.inputs["properties"]["networkAcls"] == {"defaultAction": "Allow", "bypass": "None"}
    group = made.one("azure-native:resources:ResourceGroup")
    assert all(group.urn in one.data_flow for one in made.of(GRANT))


def test_a_new_role_is_known_before_it_is_assigned() -> None:
    args = identities.IdentitiesArgs(
        resource_group=KNOWN("g"), subscription="0", trust=TRUSTS["github"], keeps_models=True
    )
    made = record(lambda: identities.Identities("ci", args))
    role = made.one("azure-native:authorization:RoleDefinition")
    grant = made.one(GRANT, "ci-preview-reads")
    assert role.urn in grant.data_flow
    assert seconds_between(made, role, grant) >= 60
