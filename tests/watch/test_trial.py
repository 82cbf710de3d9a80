"""A test of a destination goes out as a real change would, and that it was done is kept."""

import asyncio

import pytest
from tests.watch.records import NOON

from leadline.destinations.webhook import Webhook
from leadline.vocabulary import Ask, Command, Query
from leadline.watch.outbound import Reply
from leadline.watch.trial import Trial


class Place:
    """Answers each request with what it is told to."""

    def __init__(self, reply):
        self.reply = reply
        self.heard = []

    async def __call__(self, request):
        self.heard.append(request)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def give(incidents, reply, **arguments):
    place = Place(reply)
    trial = Trial({"hook": Webhook(url="https://hook.test/x", secret="s3cret")}, place, incidents)
    ask = Ask(name=Command.NOTIFY_TEST, arguments={"destination": "hook", "by": "ann", **arguments})
    return trial.give(ask, NOON, "root"), place


@pytest.mark.parametrize(
    ("reply", "row", "outcome"),
    [
        (Reply(202, body=b'{"ok": true}'), (True, 'hook answered 202: {"ok": true}'), "done"),
        (Reply(400), (False, "hook answered 400."), "not taken"),
        (TimeoutError(), (False, "hook was not told: no answer in time"), "not taken"),
    ],
)
def test_the_answer_is_told_and_the_deed_kept(incidents, reply, row, outcome):
    told, place = give(incidents, reply)
    [deed] = incidents.ask(Ask(name=Query.AUDIT)).rows

    assert told.rows == ({"destination": "hook", "delivered": row[0], "answer": row[1]},)
    assert len(place.heard) == 1
    assert (deed["action"], deed["subject"], deed["by"], deed["account"]) == (
        "notify_test",
        "hook",
        "ann",
        "root",
    )
    assert deed["outcome"] == outcome
    assert "s3cret" not in str(deed)
    assert incidents.ask(Ask(name=Query.INCIDENTS)).rows == ()


def test_a_destination_that_is_not_there_is_told_with_those_that_are(incidents):
    told, place = give(incidents, Reply(200), destination="pager")

    assert told.error == "the watch has no destination 'pager'; it has: hook."
    assert place.heard == []


def test_a_test_works_beside_a_running_loop(incidents):
    async def asked():
        return await asyncio.to_thread(give, incidents, Reply(200))

    assert asyncio.run(asked())[0].error is None
