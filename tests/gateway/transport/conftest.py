"""A transport that is closed when its test is over."""

import pytest

from leadline.gateway.transport import PooledTransport


@pytest.fixture
async def transport():
    made = PooledTransport()
    yield made
    await made.aclose()
