"""Stores in a fresh folder, a receiver that people's places would be, and a disk that is soon full."""

import asyncio

import pytest
from tests.storage.conftest import small_disk
from tests.watch.receiver import Receiver

from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.sqlite import SQLiteIncidents

__all__ = ["small_disk"]


@pytest.fixture
def facts(tmp_path):
    store = DuckDBFacts.open(tmp_path / "facts")
    yield store
    store.close()


@pytest.fixture
def incidents(tmp_path):
    store = SQLiteIncidents.open(tmp_path / "incidents.db")
    yield store
    store.close()


@pytest.fixture
async def receiver():
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()
    one.hang_up()
    await server.wait_closed()
