"""What `--watch` and `leadline up` say: what is new, once, and each incident with what showed it."""

import asyncio
import io

import pytest
from rich.console import Console
from rich.text import Text

from leadline.cli.live import follow_house, follow_news
from leadline.vocabulary import Query, Told

LATER = {"incident_id": "later", "key": "COST:shop", "first_event_at": 50.0, "last_event_at": 60.0}
EARLIER = {"incident_id": "earlier", "key": "COST:shop", "first_event_at": 10.0, "last_event_at": 20.0}
STATE = {"severity": "high", "status": "open", "count": 1, "kinds": {}, "opened_at": 10.0, "pages": 1}
EVENTS = [
    {"at": at, "key": "COST:shop", "request_id": request, "causal_signals": {"evidence": f"seen at {at:.0f}"}}
    for at, request in ((55.0, "request-of-later"), (15.0, "request-of-earlier"))
]


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr("leadline.cli.live.EVERY_S", 0.0)


async def test_news_is_told_oldest_first_and_a_row_again_only_when_it_changed():
    answers = iter(
        (
            Told(rows=({"request_id": "b"}, {"request_id": "a"})),
            Told(error="The watch does not answer."),
            Told(error="The watch does not answer."),
            Told(rows=({"request_id": "c"}, {"request_id": "b", "outcome": "ok"}, {"request_id": "a"})),
        )
    )
    told: list[list[dict]] = []
    troubles: list[str] = []
    over = asyncio.Event()

    async def fetch():
        answer = next(answers, None)
        if answer is None:
            over.set()
            await asyncio.Event().wait()
        return answer

    following = asyncio.create_task(
        follow_news(fetch, lambda rows: told.append([dict(row) for row in rows]), troubles.append)
    )
    await asyncio.wait_for(over.wait(), 20)
    following.cancel()

    assert told == [
        [{"request_id": "a"}, {"request_id": "b"}],
        [{"request_id": "b", "outcome": "ok"}, {"request_id": "c"}],
    ]
    assert troubles == ["The watch does not answer."]


async def picture(*, terminal):
    """What the house's own view has written when it asks for the second time."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, height=40, color_system=None)
    asked, over = [], asyncio.Event()

    async def fetch(query, _arguments):
        asked.append(query)
        if asked.count(Query.HEALTH) == 2 or asked.count(Query.INCIDENTS) == 4:
            over.set()
            await asyncio.Event().wait()
        rows = {Query.INCIDENTS: [LATER | STATE, EARLIER | STATE], Query.EVENTS: EVENTS}.get(query, [])
        return Told(rows=tuple(rows))

    showing = asyncio.create_task(
        follow_house(console, fetch, Text("rules run at time_scale 0.1"), lambda: "")
    )
    await asyncio.wait_for(over.wait(), 20)
    showing.cancel()
    await asyncio.gather(showing, return_exceptions=True)
    return out.getvalue()


async def test_each_of_two_incidents_of_one_key_shows_its_own_request():
    text = await picture(terminal=True)

    assert "request-of-later  seen at 55" in text
    assert "request-of-earlier  seen at 15" in text


async def test_a_log_says_at_what_scale_the_rules_run():
    text = await picture(terminal=False)

    assert text.startswith("rules run at time_scale 0.1\n")
    assert text.count("HIGH COST:shop open") == 2
