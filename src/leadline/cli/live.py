"""A table in the terminal that follows the house, or plain lines where there is no terminal."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from leadline.cli.tables import Renderer, clock_time, incidents_table, plain, span
from leadline.vocabulary import Query, Told

Fetch = Callable[[Query], Awaitable[Told]]
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


async def follow_house(console: Console, fetch: Fetch, heading: Text) -> None:
    """Incidents and the pulse of traffic, for `leadline up`."""
    if not console.is_terminal:
        await _announce(console, fetch)
    with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        while True:
            live.update(await _picture(fetch, heading, console.height), refresh=True)
            await asyncio.sleep(EVERY_S)


async def _picture(fetch: Fetch, heading: Text, height: int) -> RenderableType:
    incidents, traffic, health = [await fetch(q) for q in (Query.INCIDENTS, Query.TRAFFIC, Query.HEALTH)]
    parts: list[RenderableType] = [heading, traffic_line(traffic, health), Rule(style="dim")]
    if incidents.error:
        parts.append(Text(incidents.error, style="red"))
    elif not incidents.rows:
        parts.append(Text("No incident so far.", style="dim"))
    else:
        room = max(5, height - 8)
        parts.append(incidents_table(incidents.rows[:room], time.time()))
    return Group(*parts)


def traffic_line(traffic: Told, health: Told) -> Text:
    """Requests of the last minute, failures and flags among them, and how far the watch is behind."""
    minute = [row for row in traffic.rows if _number(row.get("at")) >= time.time() - 70]
    total, failed, flagged = (
        sum(_number(row.get(n)) for row in minute) for n in ("requests", "failed", "flagged")
    )
    line = Text(f"last minute: {total:.0f} requests, {failed:.0f} failed, {flagged:.0f} flagged by checks")
    if health.rows:
        row = health.rows[0]
        line.append(f"   watch {_number(row.get('lag_s')):.1f} s behind", style="dim")
        if _number(row.get("dropped")):
            line.append(f"   {row['dropped']} copies dropped", style="bold red")
    return line


async def _announce(console: Console, fetch: Fetch) -> None:
    """One line per change, for logs and pipes."""
    known: dict[str, tuple[str, str]] = {}
    while True:
        told = await fetch(Query.INCIDENTS)
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
