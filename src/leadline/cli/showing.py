"""One named question, shown as a table, as JSON, or followed."""

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console

from leadline.cli.live import follow as follow_table
from leadline.cli.live import follow_news
from leadline.cli.tables import (
    Renderer,
    Row,
    events_table,
    feedback_table,
    incidents_table,
    requests_table,
)
from leadline.cli.telling import Answered, tell
from leadline.vocabulary import DataLayout, Query, Told

_PIPE_WIDTH = 240
_RENDERERS: dict[Query, Renderer] = {
    Query.INCIDENTS: incidents_table,
    Query.EVENTS: events_table,
    Query.REQUESTS: requests_table,
    Query.FEEDBACK: feedback_table,
}


def show(
    query: Query, arguments: dict[str, object], layout: DataLayout, *, limit: int, follow: bool, as_json: bool
) -> str | None:
    """A sentence when it cannot be answered, else None."""

    def fetch() -> Answered:
        return tell(layout, query, arguments, limit)

    if follow:
        return _follow(fetch, None if as_json else _RENDERERS[query])
    answered = fetch()
    if answered.told.error:
        return answered.told.error
    if as_json:
        write_json([dict(row) for row in answered.told.rows])
        return None
    console = wide_enough()
    if not answered.by_owner:
        Console(stderr=True).print("The watch does not run; this is what it has stored.", style="yellow")
    if answered.told.rows:
        console.print(_RENDERERS[query](answered.told.rows, time.time()))
    else:
        console.print(f"No {query} match." if arguments else f"No {query} yet.")
    return None


def write_json(rows: object) -> None:
    """To standard output, complete or not at all."""
    sys.stdout.write(json.dumps(rows, indent=1, default=str) + "\n")


def wide_enough() -> Console:
    """What goes into a pipe has no width of its own, so nothing is left out there."""
    console = Console()
    return console if console.is_terminal or "COLUMNS" in os.environ else Console(width=_PIPE_WIDTH)


def _follow(fetch: Callable[[], Answered], render: Renderer | None) -> str | None:
    """A table in a terminal; elsewhere, or without a renderer, what is new (as JSON, one row a line)."""
    console = wide_enough()

    async def fetched() -> Told:
        return (await asyncio.to_thread(fetch)).told

    def say(rows: Sequence[Row]) -> None:
        if render is None:
            sys.stdout.writelines(json.dumps(dict(row), default=str) + "\n" for row in rows)
            sys.stdout.flush()
        else:
            console.print(render(rows, time.time()))

    def trouble(sentence: str) -> None:
        Console(stderr=True).print(sentence, markup=False, highlight=False, soft_wrap=True)

    with contextlib.suppress(KeyboardInterrupt):
        if render is not None and console.is_terminal:
            asyncio.run(follow_table(console, fetched, render))
        else:
            asyncio.run(follow_news(fetched, say, trouble))
    return None
