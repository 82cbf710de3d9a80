"""How a tick, a cursor, a snapshot or a delivery's result is written into `incidents.db`."""

import uuid

import msgspec
from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects.sqlite import insert

from leadline.storage import SILENCES, TRIAGE, Cursor, DeliveryResult, OutboxEntry, TickCommit
from leadline.storage.audit_chain import put_deed
from leadline.storage.incident_tables import (
    CURSORS,
    INCIDENTS,
    META,
    OUTBOX,
    SNAPSHOTS,
    UPDATES,
    WAITING_EVENTS,
)
from leadline.vocabulary import Incident, IncidentUpdate
from leadline.vocabulary.failure_event import encode_event

_MOST_HELD_EVENTS = 10_000


def put_tick(connection: Connection, tick: TickCommit) -> None:
    put_cursor(connection, TRIAGE, tick.cursor)
    put_snapshot(connection, TRIAGE, tick.at, tick.snapshot)
    put_snapshot(connection, SILENCES, tick.at, msgspec.msgpack.encode(tick.silences))
    for incident in tick.incidents:
        row = _incident_row(incident)
        connection.execute(
            insert(INCIDENTS).values(row).on_conflict_do_update(index_elements=["incident_id"], set_=row)
        )
    for change in tick.updates:
        connection.execute(insert(UPDATES).values(_update_row(change)).on_conflict_do_nothing())
    for entry in tick.outbox:
        connection.execute(insert(OUTBOX).values(_outbox_row(entry, tick.at)).on_conflict_do_nothing())
    for deed in tick.deeds:
        put_deed(connection, deed)
    if tick.events:
        connection.execute(insert(WAITING_EVENTS), [{"body": encode_event(e)} for e in tick.events])


def name_once(connection: Connection) -> None:
    """Give a new file its name for good."""
    row = {"name": "identity", "value": uuid.uuid4().hex}
    connection.execute(insert(META).values(row).on_conflict_do_nothing())


def put_cursor(connection: Connection, consumer: str, cursor: Cursor) -> None:
    connection.execute(delete(CURSORS).where(CURSORS.c.consumer == consumer))
    rows = [
        {"consumer": consumer, "segment": segment, "offset": position.offset, "ended": position.ended}
        for segment, position in cursor.items()
    ]
    if rows:
        connection.execute(insert(CURSORS), rows)


def put_snapshot(connection: Connection, name: str, at: float, body: bytes) -> None:
    row = {"name": name, "at": at, "body": body}
    connection.execute(insert(SNAPSHOTS).values(row).on_conflict_do_update(index_elements=["name"], set_=row))


def put_result(connection: Connection, name: tuple[str, int, str], result: DeliveryResult) -> None:
    incident_id, sequence, destination = name
    connection.execute(
        update(OUTBOX)
        .where(
            OUTBOX.c.incident_id == incident_id,
            OUTBOX.c.sequence == sequence,
            OUTBOX.c.destination == destination,
        )
        .values(
            state=result.state,
            tries=result.tries,
            next_at=result.next_at,
            at=result.at,
            error=result.error,
        )
    )


def joined(earlier: TickCommit, later: TickCommit) -> TickCommit:
    """Two ticks as one. Events are copies: the oldest go when the disk stays full for long."""
    latest = {incident.incident_id: incident for incident in (*earlier.incidents, *later.incidents)}
    return TickCommit(
        at=later.at,
        cursor=later.cursor,
        snapshot=later.snapshot,
        silences=later.silences,
        incidents=tuple(latest.values()),
        updates=(*earlier.updates, *later.updates),
        outbox=(*earlier.outbox, *later.outbox),
        events=(*earlier.events, *later.events)[-_MOST_HELD_EVENTS:],
        deeds=(*earlier.deeds, *later.deeds),
    )


def _incident_row(incident: Incident) -> dict[str, object]:
    return {
        "incident_id": incident.incident_id,
        "key": incident.key,
        "category": incident.category.value,
        "severity": incident.severity.value,
        "status": incident.status.value,
        "opened_at": incident.opened_at,
        "first_event_at": incident.first_event_at,
        "last_event_at": incident.last_event_at,
        "resolved_at": incident.resolved_at,
        "body": msgspec.json.encode(incident),
    }


def _update_row(change: IncidentUpdate) -> dict[str, object]:
    return {
        "incident_id": change.incident.incident_id,
        "sequence": change.sequence,
        "change": change.change.value,
        "at": change.at,
        "severity": change.incident.severity.value,
        "page": change.page,
        "by": change.by,
        "note": change.note,
        "silenced": change.silenced,
    }


def _outbox_row(entry: OutboxEntry, at: float) -> dict[str, object]:
    return {
        "incident_id": entry.incident_id,
        "sequence": entry.sequence,
        "destination": entry.destination,
        "state": entry.state,
        "tries": entry.tries,
        "next_at": entry.next_at,
        "at": at,
        "error": "",
        "body": msgspec.json.encode(entry.update),
    }
