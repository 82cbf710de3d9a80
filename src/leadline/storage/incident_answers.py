"""Answers the named questions about incidents from `incidents.db`."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, select, text

from leadline.storage import SILENCES
from leadline.storage.audit_chain import deeds
from leadline.storage.incident_tables import JOBS, SNAPSHOTS
from leadline.storage.review_answers import REVIEW_ANSWERS
from leadline.vocabulary import Ask, Incident, Query, Silence, Told

_incident = msgspec.json.Decoder(Incident)
_decoder_of_silences = msgspec.msgpack.Decoder(list[Silence])

_LISTED = (
    "incident_id", "key", "category", "severity", "status", "opened_at", "first_event_at", "last_event_at",
    "resolved_at", "count", "pages", "reopens", "kinds", "subtypes", "correlation_id",
    "acknowledged_by", "resolved_by",
)  # fmt: skip
_FIRST_ALERT = (
    "(select min(at) from outbox where outbox.incident_id = incidents.incident_id and state = 'delivered')"
)
_FILTERS = {
    "incident_id": "incidents.incident_id = :incident_id",
    "status": "status = :status",
    "category": "category = :category",
    "severity": "severity = :severity",
    "since": "(status = 'open' or coalesce(resolved_at, last_event_at) >= :since)",
}
_DELIVERIES = """
with last as (
    select destination, max(at) as at from outbox where state = 'delivered' group by destination
)
select outbox.destination,
       sum(state = 'delivered') as delivered,
       sum(state = 'pending') as pending,
       sum(state = 'failed') as failed,
       last.at as last_delivered_at,
       min(case when (state = 'pending' and tries > 0)
                  or (state = 'failed' and outbox.at > coalesce(last.at, 0))
                then incident_updates.at end) as failing_since,
       min(case when state = 'pending' then outbox.next_at end) as next_at
from outbox left join incident_updates using (incident_id, sequence) left join last using (destination)
group by outbox.destination order by outbox.destination
"""
_UNTOLD = """
select incident_id, sequence, change, state, tries, error, outbox.at, next_at
from outbox left join incident_updates using (incident_id, sequence)
where destination = :destination and state != 'delivered' order by outbox.number desc limit 5
"""


def _incidents(connection: Connection, ask: Ask) -> Told:
    where = " and ".join(_FILTERS[name] for name, value in ask.arguments.items() if value is not None)
    order = "order by opened_at desc, incident_id limit :limit"
    sql = f"select body, {_FIRST_ALERT} from incidents where {where or 'true'} {order}"  # noqa: S608
    found = connection.execute(text(sql), {**ask.arguments, "limit": ask.limit + 1}).all()
    listed = tuple(_listed(_incident.decode(body), alert) for body, alert in found[: ask.limit])
    return Told(rows=listed, truncated=len(found) > ask.limit)


def _listed(incident: Incident, first_alert_at: float | None) -> dict[str, object]:
    row = msgspec.to_builtins(incident)
    return {name: row[name] for name in _LISTED} | _detection(incident, first_alert_at)


def _detection(incident: Incident, first_alert_at: float | None) -> dict[str, object]:
    """From the first event to the first delivered news of it; to the opening while nobody was told."""
    alerted_at = incident.opened_at if first_alert_at is None else first_alert_at
    return {
        "first_alert_at": first_alert_at,
        "mttd_s": max(0.0, alerted_at - incident.first_event_at),
        "opened_after_s": max(0.0, incident.opened_at - incident.first_event_at),
    }


def _one_incident(connection: Connection, ask: Ask) -> Told:
    arguments = {"incident_id": ask.arguments["incident_id"]}

    def rows(sql: str) -> list[dict[str, object]]:
        found = connection.execute(text(f"{sql} where incident_id = :incident_id"), arguments)
        return [dict(row) for row in found.mappings()]

    found = connection.execute(
        text(f"select body, {_FIRST_ALERT} from incidents where incident_id = :incident_id"),  # noqa: S608
        arguments,
    ).one_or_none()
    if found is None:
        return Told()
    incident = _incident.decode(found[0])
    updates = rows("select change, at, sequence, severity, page, by, note, silenced from incident_updates")
    deliveries = rows("select destination, sequence, state, tries, error, at, next_at from outbox")
    row: dict[str, object] = {
        "incident": msgspec.to_builtins(incident),
        "updates": [found | {name: bool(found[name]) for name in ("page", "silenced")} for found in updates],
        "deliveries": deliveries,
        **_detection(incident, found[1]),
    }
    return Told(rows=(row,))


def _silences(connection: Connection, ask: Ask) -> Told:
    body = connection.execute(select(SNAPSHOTS.c.body).where(SNAPSHOTS.c.name == SILENCES)).scalar()
    found = sorted(_decoder_of_silences.decode(body) if body else [], key=lambda one: -one.at)
    rows = tuple(msgspec.to_builtins(one) for one in found[: ask.limit])
    return Told(rows=rows, truncated=len(found) > ask.limit)


def _destinations(connection: Connection, _ask: Ask) -> Told:
    found = [dict(row) for row in connection.execute(text(_DELIVERIES)).mappings()]
    for row in found:
        untold = connection.execute(text(_UNTOLD), {"destination": row["destination"]}).mappings()
        row["untold"] = [dict(one) for one in untold]
        row["error"] = next((one["error"] for one in row["untold"] if one["error"]), "")
    return Told(rows=tuple(found))


def _audit(connection: Connection, ask: Ask) -> Told:
    found = deeds(connection, ask.limit + 1)
    return Told(rows=tuple(found[: ask.limit]), truncated=len(found) > ask.limit)


def _jobs(connection: Connection, ask: Ask) -> Told:
    wanted = select(JOBS).order_by(JOBS.c.number.desc()).limit(ask.limit + 1)
    state = ask.arguments.get("state")
    if state is not None:
        wanted = wanted.where(JOBS.c.state == state)
    found = [dict(row) for row in connection.execute(wanted).mappings()]
    return Told(rows=tuple(found[: ask.limit]), truncated=len(found) > ask.limit)


INCIDENT_ANSWERS: dict[str, Callable[[Connection, Ask], Told]] = {
    Query.INCIDENTS: _incidents,
    Query.INCIDENT: _one_incident,
    Query.SILENCES: _silences,
    Query.DESTINATIONS: _destinations,
    Query.AUDIT: _audit,
    Query.JOBS: _jobs,
    **REVIEW_ANSWERS,
}
"""By the name of the question."""
