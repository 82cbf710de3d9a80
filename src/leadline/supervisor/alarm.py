"""Tells people that the watch is blind, once, and hands the incident over when it sees again."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import structlog

from leadline.asking import OwnerUnreachable, ask
from leadline.destinations import Declined, Destination
from leadline.supervisor.blind_news import ending, opening, remembered
from leadline.supervisor.child import Child
from leadline.supervisor.watching import Judge, Limits, Look
from leadline.triage.conditions.blindness import OWN_KEY
from leadline.vocabulary import Ask, BlindNote, DataLayout, Incident, IncidentUpdate, Query
from leadline.watch.blind_note import read_note
from leadline.watch.conversation import reason_of, tell
from leadline.watch.outbound import Refused, Send
from leadline.watch.telling import Audience, entries

LOOK_EVERY_S = 1.0
ANSWER_WITHIN_S = 2.0
LONGEST_WAIT_S = 15.0
_GIVE_UP = frozenset({400, 401, 403, 404, 410, 413, 415, 422})
log = structlog.get_logger()


class People(msgspec.Struct, frozen=True):
    """Who is told, by name, and how to reach them."""

    destinations: Mapping[str, Destination]
    audiences: Mapping[str, Audience]
    send: Send


class Alarm:
    """`people` is called when somebody must be told, and not before. `known` finds the watch's own open
    incident of its blindness, in its file, when it cannot be asked. `reason` is empty while all is well.

    The note is what the watch and a later supervisor know of it (`BlindNote`).
    """

    def __init__(
        self,
        layout: DataLayout,
        limits: Limits,
        people: Callable[[], People],
        known: Callable[[], Incident | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.reason = ""
        self._socket = Path(layout.watch_socket)
        self._note_path = Path(layout.blind_note)
        self._limits = limits
        self._judge = Judge(limits)
        self._people = people
        self._known = known
        self._clock = clock
        self._incident: Incident | None = None
        self._note = read_note(self._note_path)
        self._well_at: float | None = None
        self._telling: list[asyncio.Task[None]] = []
        if self._note is not None:
            self.reason = self._note.reason
            self._incident = remembered(self._note.incident_id, self._note.opened_at, self._note.reason)

    async def run(self, watch: Callable[[], Child]) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.step(await self._look(watch()), time.monotonic())
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await self._hush()

    async def step(self, look: Look, steady: float) -> None:
        """One look judged. `steady` is the clock of the judge."""
        reason = self._judge.verdict(look, steady)
        if self._note is None:
            if reason:
                await self._begin(reason)
            return
        self._write(msgspec.structs.replace(self._note, at=self._clock()))
        if not self._judge.is_well_again(steady):
            self._well_at = None
            return
        self._well_at = steady if self._well_at is None else self._well_at
        if await self._taken_over():
            await self._end("the watch is well again and goes on with the incident")
        elif steady - self._well_at > self._limits.take_over_s:
            await self._tell_end()
            await self._end("the watch is well again")

    async def _look(self, watch: Child) -> Look:
        try:
            told = await ask(self._socket, Ask(name=Query.HEALTH, limit=1, deadline_s=ANSWER_WITHIN_S))
        except OwnerUnreachable:
            return Look(answers=False, restarts=watch.restarts)
        stuck = told.rows[0].get("stuck") if told.rows else ()
        names = tuple(str(name) for name in stuck) if isinstance(stuck, list | tuple) else ()
        return Look(answers=not told.error, restarts=watch.restarts, stuck=names)

    async def _begin(self, reason: str) -> None:
        at = self._clock()
        update = opening(reason, at, await asyncio.to_thread(self._known))
        incident = update.incident
        self.reason, self._incident, self._well_at = reason, incident, None
        log.error("Leadline is blind", reason=reason, incident=incident.incident_id)
        self._write(
            BlindNote(
                incident_id=incident.incident_id, opened_at=incident.opened_at, reason=reason[:200], at=at
            )
        )
        people = self._reachable()
        if people is not None:
            for entry in entries([update], people.audiences, set(), at):
                one = self._tell_one(people, entry.destination, update, self._took)
                self._telling.append(asyncio.create_task(one))

    async def _end(self, sentence: str) -> None:
        await self._hush()
        log.info(sentence, incident=self._note.incident_id if self._note else "")
        self._note_path.unlink(missing_ok=True)
        self._note, self._incident, self._well_at, self.reason = None, None, None, ""

    async def _taken_over(self) -> bool:
        """Whether the watch has the incident in its book, and so will tell its end."""
        name = self._note.incident_id if self._note else ""
        question = Ask(name=Query.INCIDENT, arguments={"incident_id": name}, deadline_s=ANSWER_WITHIN_S)
        with contextlib.suppress(OwnerUnreachable):
            return bool((await ask(self._socket, question)).rows)
        return False

    async def _tell_end(self) -> None:
        people = self._reachable()
        if people is None or self._incident is None or self._note is None:
            return
        update = ending(self._incident, self._clock())
        async with asyncio.TaskGroup() as tasks:
            for name in self._note.told:
                tasks.create_task(self._tell_one(people, name, update, lambda _: None, tries=3))

    async def _tell_one(
        self,
        people: People,
        name: str,
        update: IncidentUpdate,
        took: Callable[[str], None],
        tries: int | None = None,
    ) -> None:
        """Again and again until it is taken, or until it never will be."""
        wait_s, tried = 1.0, 0
        while tries is None or tried < tries:
            problem, final = await _try(people, name, update)
            if not problem:
                took(name)
                return
            log.error("a blind spot was not told", destination=name, reason=problem)
            if final:
                return
            tried += 1
            await asyncio.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    def _took(self, name: str) -> None:
        if self._note is not None:
            self._write(msgspec.structs.replace(self._note, told=(*self._note.told, name)))

    def _reachable(self) -> People | None:
        try:
            return self._people()
        except ValueError as error:
            log.error("nobody can be told of the blind spot", reason=str(error))  # noqa: TRY400 - a sentence
            return None

    def _write(self, note: BlindNote) -> None:
        """Swapped by rename; on a full disk the news is told all the same."""
        self._note = note
        fresh = self._note_path.with_suffix(".new")
        try:
            fresh.write_bytes(msgspec.json.encode(note))
            fresh.replace(self._note_path)
        except OSError as error:
            log.warning("the note about the blind spot cannot be written", reason=error.strerror)

    async def _hush(self) -> None:
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)
        self._telling = []


async def _try(people: People, name: str, update: IncidentUpdate) -> tuple[str, bool]:
    """(what went wrong, whether for good); empty when it was taken."""
    try:
        reply = await tell(people.destinations[name], update, people.send)
    except (Refused, Declined) as refused:
        return str(refused), True
    except OSError as error:
        return reason_of(error), False
    return ("", True) if reply.is_success else (f"answered {reply.status}", reply.status in _GIVE_UP)


def open_incident(layout: DataLayout) -> Incident | None:
    """The watch's own open incident of its blindness, read from its file."""
    from leadline.storage.sqlite import SQLiteIncidents  # noqa: PLC0415 - only a blind house needs it

    try:
        store = SQLiteIncidents.open_read_only(Path(layout.incidents))
    except OSError:
        return None
    try:
        listed = store.ask(Ask(name=Query.INCIDENTS, arguments={"status": "open", "category": "data"}))
        for row in listed.rows:
            if row["key"] == OWN_KEY:
                whole = store.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": row["incident_id"]}))
                return msgspec.convert(whole.rows[0]["incident"], Incident)
    finally:
        store.close()
    return None
