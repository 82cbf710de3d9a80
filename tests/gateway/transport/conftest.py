"""A transport that is closed when its test is over."""

import pytest
from tests.gateway.conftest import TRUSTED

from leadline.gateway.transport import PooledTransport


@pytest.fixture
async def transport():
    made = PooledTransport(ssl_context=TRUSTED)
    yield made
    await made.aclose()
