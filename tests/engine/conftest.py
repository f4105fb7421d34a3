"""The engine's tests talk to engines on this machine."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _local_sockets(local_sockets: None) -> None:
    """Let every test connect to this machine."""
