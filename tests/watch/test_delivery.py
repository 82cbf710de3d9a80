"""Each change reaches each place once, in order, and what cannot be told is seen."""

import asyncio

import pytest
from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, incident, update

from leadline.destinations import Declined
from leadline.destinations.webhook import Webhook
from leadline.vocabulary import Ask, Change, Query
from leadline.watch.delivery import Delivery
from leadline.watch.mailing import TryLater
from leadline.watch.outbound import Sender


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


class Unspeakable(Webhook, frozen=True):
    def render(self, update):
        raise KeyError(update.sequence)


class Unconvinced(Webhook, frozen=True):
    def follow_up(self, update, answers):
        raise Declined(f"it took {update.sequence} and did nothing, {len(answers)} times asked")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def delivery(incidents, receiver, clock):
    destinations = {"hook": Webhook(url=receiver.url), "broken": Unspeakable(url=receiver.url)}
    sender = Sender(allow_private=True, timeout_s=0.5)
    return Delivery(incidents, destinations, sender, clock, lambda: 1.0)


def outbox(incidents):
    told = incidents.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": "prv-1"}))
    return [(row["state"], row["tries"], row["error"]) for row in told.rows[0]["deliveries"]]


def file(incidents, *updates, destination="hook"):
    incidents.commit(tick(updates=updates, told=updates, destinations=(destination,)))


async def test_a_change_is_told_once_with_its_name(incidents, receiver, delivery):
    file(incidents, update())

    await delivery.drain("hook")
    await delivery.drain("hook")

    ((headers, body),) = receiver.heard
    assert headers["idempotency-key"] == "prv-1:1"
    assert body["incident"]["incident_id"] == "prv-1"
    assert outbox(incidents) == [("delivered", 1, "")]


async def test_changes_arrive_in_order_over_failures(incidents, receiver, delivery, clock):
    receiver.replies = [b"503 Busy", b"429 Slow Down\r\nretry-after: 30"]
    file(incidents, update(), update(Change.ESCALATED, 2))

    await delivery.drain("hook")
    assert outbox(incidents)[0] == ("pending", 1, "answered 503")
    clock.now += 2
    await delivery.drain("hook")
    clock.now += 29
    assert await delivery.drain("hook") == 0
    clock.now += 2
    await delivery.drain("hook")
    await delivery.drain("hook")

    assert receiver.changes == ["opened", "opened", "opened", "escalated"]
    assert [state for state, _, _ in outbox(incidents)] == ["delivered", "delivered"]


@pytest.mark.parametrize(
    "reply", [b"400 Bad Request", b"401 Unauthorized", b"302 Found\r\nlocation: http://x/"]
)
async def test_what_no_retry_can_mend_is_given_up_visibly_and_the_next_goes_on(
    incidents, receiver, delivery, reply
):
    receiver.replies = [reply]
    file(incidents, update(), update(Change.ESCALATED, 2))

    await delivery.drain("hook")
    await delivery.drain("hook")

    assert [state for state, _, _ in outbox(incidents)] == ["failed", "delivered"]
    assert f"answered {reply[:3].decode()}" in outbox(incidents)[0][2]


async def test_a_place_that_hangs_is_left_after_the_deadline(incidents, receiver, delivery):
    receiver.replies = [b"hang"]
    file(incidents, update())

    await delivery.drain("hook")

    assert outbox(incidents) == [("pending", 1, "no answer in time")]


async def test_a_place_that_is_down_is_tried_again_and_its_url_stays_secret(incidents, clock):
    down = {"hook": Webhook(url="http://127.0.0.1:9/services/secret")}
    delivery = Delivery(incidents, down, Sender(allow_private=True), clock, lambda: 1.0)
    file(incidents, update())

    await delivery.drain("hook")

    ((state, tries, error),) = outbox(incidents)
    assert (state, tries) == ("pending", 1)
    assert error.startswith("not reachable")
    assert "secret" not in error


async def test_a_private_address_is_refused_with_the_setting_that_allows_it(incidents, receiver, clock):
    destinations = {"hook": Webhook(url=receiver.url)}
    delivery = Delivery(incidents, destinations, Sender(allow_private=False), clock, lambda: 1.0)
    file(incidents, update())

    await delivery.drain("hook")

    assert receiver.heard == []
    ((state, _, error),) = outbox(incidents)
    assert state == "failed"
    assert "allow_private_destinations" in error


async def test_a_destination_that_cannot_render_fails_alone(incidents, delivery):
    file(incidents, update(), destination="broken")

    await delivery.drain("broken")

    assert [state for state, _, _ in outbox(incidents)] == ["failed"]


async def test_a_success_that_is_none_is_given_up_visibly(incidents, receiver, clock):
    places = {"hook": Unconvinced(url=receiver.url)}
    delivery = Delivery(incidents, places, Sender(allow_private=True), clock, lambda: 1.0)
    file(incidents, update())

    await delivery.drain("hook")

    assert outbox(incidents) == [("failed", 1, "it took 1 and did nothing, 1 times asked")]


async def test_a_mail_server_that_asks_to_come_back_is_asked_again(incidents, clock):
    async def busy(_request):
        raise TryLater("the mail server answered 451")

    delivery = Delivery(incidents, {"hook": Webhook(url="u")}, busy, clock, lambda: 1.0)
    file(incidents, update())

    await delivery.drain("hook")

    assert outbox(incidents) == [("pending", 1, "the mail server answered 451")]


async def test_a_slow_place_holds_up_no_other(incidents, receiver, clock):
    places = {"slow": Webhook(url=receiver.url), "quick": Webhook(url=receiver.url)}
    delivery = Delivery(incidents, places, Sender(allow_private=True, timeout_s=60), clock, lambda: 1.0)
    receiver.replies = [b"hang"]
    file(incidents, update(of=incident("prv-0")), destination="slow")
    stop = asyncio.Event()
    running = asyncio.create_task(delivery.run(stop))
    async with asyncio.timeout(10):
        while not receiver.heard:
            await asyncio.sleep(0.01)
        file(incidents, update(), destination="quick")
        while not incidents.deliveries().get(("quick", "delivered")):
            await asyncio.sleep(0.01)
        stop.set()
        receiver.hang_up()
        await running

    assert incidents.deliveries()[("slow", "pending")] == 1


async def test_what_was_meant_for_a_place_no_longer_configured_is_given_up(incidents, delivery):
    file(incidents, update(), destination="gone")
    stop = asyncio.Event()
    stop.set()

    await delivery.run(stop)

    assert outbox(incidents) == [("failed", 0, "this destination is no longer configured")]


async def test_a_death_between_the_answer_and_its_mark_repeats_under_the_same_name(
    incidents, receiver, delivery, monkeypatch
):
    file(incidents, update())

    def die(*_):
        raise SystemError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(incidents, "mark", die)
        with pytest.raises(SystemError, match="killed"):
            await delivery.drain("hook")
    await delivery.drain("hook")

    assert [headers["idempotency-key"] for headers, _ in receiver.heard] == ["prv-1:1"] * 2
    assert outbox(incidents) == [("delivered", 1, "")]


async def test_a_redirect_is_not_followed(incidents, receiver, delivery):
    receiver.replies = [b"302 Found\r\nlocation: http://127.0.0.1:1/"]
    file(incidents, update())

    await delivery.drain("hook")

    assert outbox(incidents) == [("failed", 1, "answered 302; look at its settings")]
