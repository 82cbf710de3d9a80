"""Upstreams and houses that are gone when their test is over."""

from collections.abc import Callable, Iterator

import pytest
from tests.flows.across import Speaking
from tests.flows.support import APP_KEY, UPSTREAM_KEY, House, Reply, Upstream


@pytest.fixture
def upstreams() -> Iterator[Callable[[Callable[[dict], Reply]], Upstream]]:
    made: list[Upstream] = []

    def make(script: Callable[[dict], Reply]) -> Upstream:
        made.append(Upstream(script))
        return made[-1]

    yield make
    for upstream in made:
        upstream.close()


@pytest.fixture
def speaking() -> Iterator[Callable[..., Speaking]]:
    made: list[Speaking] = []

    def make(protocol: str, words: Callable[[], str | None], name: str = "") -> Speaking:
        made.append(Speaking(protocol, words, name))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def open_house(tmp_path, monkeypatch) -> Iterator[Callable[[str], House]]:
    monkeypatch.setenv("TEST_APP_KEY", APP_KEY)
    monkeypatch.setenv("TEST_UPSTREAM_KEY", UPSTREAM_KEY)
    houses: list[House] = []

    def open_one(text: str) -> House:
        houses.append(House(tmp_path, text))
        return houses[-1]

    yield open_one
    for house in houses:
        house.close()
