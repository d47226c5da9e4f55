"""What the settings count with is what the clouds make."""

from __future__ import annotations

from importlib import import_module

import pytest

from components.config.clouds import CLOUDS


@pytest.mark.parametrize("cloud", CLOUDS)
def test_connections_of_each_size(cloud: str) -> None:
    postgres = import_module(f"components.{cloud}.postgres")
    reserved = getattr(postgres, "RESERVED_CONNECTIONS", 0)
    made = {row: server.max_connections - reserved for row, server in postgres.SERVERS.items()}
    assert made == CLOUDS[cloud].postgres_connections
