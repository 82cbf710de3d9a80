"""A destination may go on talking, on the strength of what it was answered."""

import pytest
from tests.destinations.places import site
from tests.watch.records import update

from leadline.destinations import Declined
from leadline.destinations.webhook import Webhook
from leadline.vocabulary import OutboundRequest
from leadline.watch.conversation import tell
from leadline.watch.outbound import Sender

SEND = Sender(allow_private=True)


class Counting(Webhook, frozen=True, kw_only=True):
    """Says how many answers it has heard, `turns` times."""

    turns: int = 2

    def follow_up(self, update, answers):
        del update
        if len(answers) > self.turns:
            return None
        return OutboundRequest(url=self.url, body=b'"%d"' % len(answers), headers={})


class Listener:
    def __init__(self, *statuses):
        self.statuses = list(statuses)
        self.heard = []

    def __call__(self, _method, _path, headers, body):
        self.heard.append((headers["idempotency-key"], body))
        return (self.statuses.pop(0) if self.statuses else 200), {"n": len(self.heard)}


async def test_each_request_has_a_name_of_its_own_and_the_last_answer_counts():
    listener = Listener()

    async with site(listener) as url:
        reply = await tell(Counting(url=url), update(), SEND)

    assert [key for key, _ in listener.heard] == ["prv-1:1", "prv-1:1:1", "prv-1:1:2"]
    assert [body for _, body in listener.heard[1:]] == ["1", "2"]
    assert (reply.status, reply.body) == (200, b'{"n": 3}')


async def test_nothing_follows_a_failure():
    listener = Listener(200, 503)

    async with site(listener) as url:
        reply = await tell(Counting(url=url), update(), SEND)

    assert reply.status == 503
    assert len(listener.heard) == 2


async def test_a_destination_that_never_ends_is_stopped():
    async with site(Listener()) as url:
        with pytest.raises(Declined, match="did not finish"):
            await tell(Counting(url=url, turns=1000), update(), SEND)
