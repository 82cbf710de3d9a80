"""A collector on an ephemeral port."""

import pytest
from tests.watch.otlp.collector import Collector


@pytest.fixture
async def collector():
    one = Collector()
    await one.start()
    yield one
    await one.stop()
