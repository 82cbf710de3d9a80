"""Whoever gives an order hears of it, also from a watch that breaks down or ends over it."""

import threading

from leadline.vocabulary import Ask, Command, Told
from leadline.watch.orders import Orders

ACKNOWLEDGE = Ask(
    name=Command.ACKNOWLEDGE, arguments={"incident_id": "inc-1", "by": "ann"}, limit=1, deadline_s=0.05
)


class _Giver(threading.Thread):
    def __init__(self, orders: Orders) -> None:
        super().__init__(daemon=True)
        self._orders = orders
        self.told: Told | None = None

    def run(self) -> None:
        self.told = self._orders.give(ACKNOWLEDGE, at=1000.0)


def test_an_order_that_nobody_takes_is_withdrawn():
    orders = Orders()
    told = orders.give(ACKNOWLEDGE, at=1000.0)
    assert told.error == "the watch is busy and has not done it; try again."
    assert orders.take() == []


def test_an_order_that_breaks_the_watch_is_answered_with_its_failure():
    orders = Orders()
    giver = _Giver(orders)
    giver.start()
    _first_of(orders).set_exception(ZeroDivisionError("secret words"))
    giver.join(10)
    assert giver.told is not None
    assert giver.told.error == "the watch failed while doing it (ZeroDivisionError); its log tells more."


def test_an_order_that_was_begun_and_never_ended_is_not_waited_for_for_ever():
    orders = Orders()
    giver = _Giver(orders)
    giver.start()
    _first_of(orders)
    giver.join(10)
    assert giver.told is not None
    assert "has not said whether it is done" in (giver.told.error or "")


def _first_of(orders: Orders):
    for _ in range(100_000):
        if taken := orders.take():
            return taken[0][1]
    raise AssertionError("no order was given")
