"""One named question, shown as a table, as JSON, or followed."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable

from rich.console import Console

from leadline.cli.live import follow as follow_table
from leadline.cli.tables import Renderer, events_table, incidents_table, requests_table
from leadline.cli.telling import Answered, tell
from leadline.vocabulary import DataLayout, Query, Told

_RENDERERS: dict[Query, Renderer] = {
    Query.INCIDENTS: incidents_table,
    Query.EVENTS: events_table,
    Query.REQUESTS: requests_table,
}


def show(
    query: Query, arguments: dict[str, object], layout: DataLayout, *, limit: int, follow: bool, as_json: bool
) -> str | None:
    """A sentence when it cannot be answered, else None."""

    def fetch() -> Answered:
        return tell(layout, query, arguments, limit)

    if follow and not as_json:
        return _follow(fetch, _RENDERERS[query])
    answered = fetch()
    if answered.told.error:
        return answered.told.error
    if as_json:
        write_json([dict(row) for row in answered.told.rows])
        return None
    console = Console()
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


def _follow(fetch: Callable[[], Answered], render: Renderer) -> str | None:
    async def fetched() -> Told:
        return (await asyncio.to_thread(fetch)).told

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow_table(Console(), fetched, render))
    return None
