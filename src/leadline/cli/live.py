"""A table in the terminal that follows the house, or plain lines where there is no terminal."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from leadline.cli.tables import Renderer, Row, clock_time, plain, shown_incidents_table, span
from leadline.vocabulary import Query, Told

Fetch = Callable[[Query, dict[str, object]], Awaitable[Told]]
Blind = Callable[[], str]
"""Why the watch sees nothing, as the supervisor judges; empty while it does."""
EVERY_S = 1.0


async def follow(console: Console, fetch: Callable[[], Awaitable[Told]], render: Renderer) -> None:
    """One table, refreshed each second until cancelled."""
    with Live(console=console, screen=False, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            told = await fetch()
            live.update(
                Text(told.error, style="red") if told.error else render(told.rows, time.time()), refresh=True
            )
            await asyncio.sleep(EVERY_S)


async def follow_news(
    fetch: Callable[[], Awaitable[Told]], say: Callable[[Sequence[Row]], None], trouble: Callable[[str], None]
) -> None:
    """What is new or has changed, oldest first, each second until cancelled: for pipes and programs."""
    known: dict[str, Row] = {}
    error: str | None = None
    while True:
        told = await fetch()
        if told.error and told.error != error:
            trouble(told.error)
        error = told.error
        news = [row for row in reversed(told.rows) if known.get(_name(row)) != row]
        if news:
            known.update({_name(row): row for row in news})
            say(news)
        await asyncio.sleep(EVERY_S)


def _name(row: Row) -> str:
    """An event has the id of its request, too; its own comes first."""
    return plain(row.get("event_id") or row.get("incident_id") or row.get("request_id"))


async def follow_house(console: Console, fetch: Fetch, heading: Text, blind: Blind) -> None:
    """Incidents, what showed them, and the pulse of traffic, for `leadline up`."""
    if not console.is_terminal:
        console.print(heading, soft_wrap=True)
        await _announce(console, fetch, blind)
    shown_by: dict[str, Row] = {}
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            await _remember(fetch, shown_by)
            live.update(
                await _picture(fetch, _above(heading, blind()), shown_by, console.height), refresh=True
            )
            await asyncio.sleep(EVERY_S)


async def _remember(fetch: Fetch, shown_by: dict[str, Row]) -> None:
    """The newest event of each incident: its causal signals, and the request that showed it."""
    events = await fetch(Query.EVENTS, {"since": time.time() - 300})
    incidents = await fetch(Query.INCIDENTS, {})
    for event in reversed(events.rows):
        for incident in incidents.rows:
            if _belongs(event, incident):
                shown_by[plain(incident.get("incident_id"))] = event


def _belongs(event: Row, incident: Row) -> bool:
    """Several incidents may have had the same key, one after the other."""
    first, last = _number(incident.get("first_event_at")), _number(incident.get("last_event_at"))
    return event.get("key") == incident.get("key") and first <= _number(event.get("at")) <= last


def _above(heading: Text, reason: str) -> Text:
    return heading if not reason else heading.copy().append(f"\nLeadline is blind: {reason}.", "bold red")


async def _picture(fetch: Fetch, heading: Text, shown_by: dict[str, Row], height: int) -> RenderableType:
    incidents = await fetch(Query.INCIDENTS, {})
    traffic = await fetch(Query.TRAFFIC, {"since": time.time() - 60, "step_s": 10})
    health = await fetch(Query.HEALTH, {})
    parts: list[RenderableType] = [heading, traffic_line(traffic, health), Rule(style="dim")]
    if incidents.error:
        parts.append(Text(incidents.error, style="red"))
    elif not incidents.rows:
        parts.append(Text("No incident so far.", style="dim"))
    else:
        room = max(3, (height - 9) // 2)
        parts.append(shown_incidents_table(incidents.rows[:room], shown_by, time.time()))
    return Group(*parts)


def traffic_line(traffic: Told, health: Told) -> Text:
    """Requests of the last minute, failures and flags among them, and how far the watch is behind."""
    names = ("requests", "failed", "flagged")
    total, failed, flagged = (sum(_number(row.get(name)) for row in traffic.rows) for name in names)
    line = Text(f"last minute: {total:.0f} requests, {failed:.0f} failed, {flagged:.0f} flagged by checks")
    if health.rows:
        row = health.rows[0]
        line.append(f"   watch {_number(row.get('lag_s')):.1f} s behind", style="dim")
        if _number(row.get("dropped")):
            line.append(f"   {row['dropped']} copies dropped", style="bold red")
    return line


async def _announce(console: Console, fetch: Fetch, blind: Blind) -> None:
    """One line per change, for logs and pipes."""
    known: dict[str, tuple[str, str]] = {}
    reason = ""
    while True:
        if blind() != reason:
            reason = blind()
            words = f"Leadline is blind: {reason}." if reason else "Leadline sees again."
            console.print(f"{clock_time(time.time())} {words}", markup=False, highlight=False, soft_wrap=True)
        told = await fetch(Query.INCIDENTS, {})
        for row in reversed(told.rows):
            now = (plain(row.get("status")), plain(row.get("severity")))
            name = plain(row.get("incident_id"))
            if known.get(name) != now:
                known[name] = now
                lasted = span(_number(row.get("last_event_at")) - _number(row.get("first_event_at")))
                console.print(
                    f"{clock_time(time.time())} {now[1].upper()} {plain(row.get('key'))} {now[0]}, "
                    f"{plain(row.get('count'))} events over {lasted} ({name})",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
        await asyncio.sleep(EVERY_S)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
