"""A small real owner on a unix socket: answers the named queries from rows, with their filters."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Self

from leadline.asking import frame, read_ask
from leadline.vocabulary import Ask, Command, Query, Told

Rows = dict[str, list[dict[str, object]]]


class WatchStandIn:
    """`rows` is called for each question, so a test may let the world change; `obey` for each command."""

    def __init__(
        self, path: Path, rows: Callable[[], Rows], obey: Callable[[Ask], Told] | None = None
    ) -> None:
        self.path = path
        self._obey = obey
        self.asked: list[Ask] = []
        self._rows = rows

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                question = await read_ask(reader)
            except asyncio.IncompleteReadError:  # the same, before asking
                return
            self.asked.append(question)
            commanded = self._obey is not None and question.name in set(Command)
            answer = self._obey(question) if self._obey and commanded else told(self._rows(), question)
            writer.write(frame(answer))
            with contextlib.suppress(ConnectionError):  # who asked may have left
                await writer.drain()
        finally:
            writer.close()


def told(rows: Rows, question: Ask) -> Told:
    if question.name not in set(Query):
        return Told(error=f"there is no query {question.name!r}")
    arguments = dict(question.arguments)
    since = arguments.pop("since", None)
    flagged = arguments.pop("flagged", None)
    arguments.pop("step_s", None)
    arguments.pop("group", None)
    found = [row for row in rows[question.name] if _fits(row, since, arguments)]
    found = [row for row in found if row.get("failed_checks")] if flagged else found
    if question.name == Query.EVENTS:  # which incident an event belongs to is a filter, not a column
        found = [{name: row[name] for name in row if name != "incident_id"} for row in found]
    return Told(rows=tuple(found[: question.limit]), truncated=len(found) > question.limit)


def _fits(row: dict[str, object], since: object, arguments: dict[str, object]) -> bool:
    at = row.get("at", row.get("last_event_at"))
    if isinstance(since, int | float) and isinstance(at, int | float) and at < since:
        return False
    return all(_value(row, name) == wanted for name, wanted in arguments.items())


def _value(row: dict[str, object], name: str) -> object:
    for whole in ("incident", "exchange"):
        inside = row.get(whole)
        if isinstance(inside, dict):
            return inside.get(name)
    return row.get(name)
