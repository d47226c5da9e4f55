"""What the settings count with is what the clouds make."""

from __future__ import annotations

from importlib import import_module

import pytest

from components.config.capacity import POSTGRES_CONNECTIONS


@pytest.mark.parametrize("cloud", POSTGRES_CONNECTIONS)
def test_connections_of_each_size(cloud: str) -> None:
    postgres = import_module(f"components.{cloud}.postgres")
    reserved = getattr(postgres, "RESERVED_CONNECTIONS", 0)
    made = {row: server.max_connections - reserved for row, server in postgres.SERVERS.items()}
    assert made == POSTGRES_CONNECTIONS[cloud]
