"""`leadline triage` and `leadline postmortem`: what is stored, read with the watch alive or dead."""

import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from leadline.cli.options import WRONG, fail
from leadline.cli.showing import write_json
from leadline.cli.tables import plain
from leadline.cli.telling import tell
from leadline.configuration.loading import BadConfiguration, load
from leadline.triage.postmortem import Story, draft
from leadline.triage.rules import Rules
from leadline.triage.tree import Branch, of_events, of_incident, of_symptom
from leadline.vocabulary import DataLayout, Exchange, FailureKind, Incident, Query
from leadline.wiring.rules import rules_of

MOST_EVENTS = 10_000
Row = dict[str, object]


def by_symptom(text: str, *, as_json: bool) -> int:
    """Always finds something to look at."""
    _show(f"symptom: {text}", of_symptom(text), as_json=as_json)
    return 0


def by_name(name: str, layout: DataLayout, *, as_json: bool) -> int:
    """An incident, an event or a request, by its id."""
    found = _rows(layout, Query.INCIDENT, {"incident_id": name})
    if found:
        incident = _dict(found[0]["incident"])
        _show(f"incident {name}: {incident['key']}", of_incident(incident), as_json=as_json)
        return 0
    events = _events(layout, name)
    if not events:
        fail(f"there is no incident, event or request {name!r}; `leadline incidents` lists them.", WRONG)
    _show(
        f"{name}: {len(events)} {'event' if len(events) == 1 else 'events'}",
        of_events(events),
        as_json=as_json,
    )
    return 0


def rules_near(path: str) -> Rules:
    """The rules of the configuration, or the built-in ones where there is none to be read."""
    try:
        return rules_of(load(path).watch.rules)
    except BadConfiguration:
        return Rules()


def write_postmortem(incident_id: str, layout: DataLayout, rules: Rules) -> int:
    """Markdown to standard output."""
    found = _rows(layout, Query.INCIDENT, {"incident_id": incident_id})
    if not found:
        fail(f"there is no incident {incident_id!r}; `leadline incidents` lists them.", WRONG)
    incident = msgspec.convert(found[0]["incident"], Incident)
    story = Story(
        incident=incident,
        updates=_list(found[0]["updates"]),
        deliveries=_list(found[0]["deliveries"]),
        exchanges=_exchanges(layout, incident),
        correlated=_correlated(layout, incident),
        rules=rules,
    )
    sys.stdout.write(draft(story))
    return 0


def _exchanges(layout: DataLayout, incident: Incident) -> list[Exchange]:
    """Of the sampled requests, those that are still kept."""
    names = dict.fromkeys(event.request_id for event in incident.samples if event.request_id)
    rows = [row for name in names for row in _rows(layout, Query.REQUEST, {"request_id": name})]
    return [msgspec.convert(row["exchange"], Exchange) for row in rows]


def _correlated(layout: DataLayout, incident: Incident) -> list[Incident]:
    if not incident.correlation_id:
        return []
    rows = _rows(layout, Query.INCIDENTS, {})
    others = [
        msgspec.convert(row, Incident) for row in rows if row["correlation_id"] == incident.correlation_id
    ]
    return [other for other in others if other.incident_id != incident.incident_id]


def _events(layout: DataLayout, name: str) -> list[Row]:
    """By the request's id, or by the event's own: `request/attempt/kind`, or `key/kind/.../time`."""
    request = name.rsplit("/", 2)[0]
    by_request = _rows(layout, Query.EVENTS, {"request_id": request})
    if request == name:
        return by_request
    kinds = [kind.value for kind in FailureKind if kind.value in name]
    of_kind = [] if by_request or not kinds else _rows(layout, Query.EVENTS, {"kind": kinds[0]})
    return [row for row in (*by_request, *of_kind) if row["event_id"] == name]


def _rows(layout: DataLayout, query: Query, arguments: Row) -> list[Row]:
    answered = tell(layout, query, arguments, MOST_EVENTS)
    if answered.told.error:
        fail(answered.told.error, WRONG)
    return list(answered.told.rows)


def _show(title: str, branches: Sequence[Branch], *, as_json: bool) -> None:
    if as_json:
        write_json([msgspec.to_builtins(branch) for branch in branches])
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(plain(title), style="bold"))
    for branch in branches:
        because = ", ".join(branch.because) or "nothing points here; rule it out"
        console.print(
            Text(f"\n{branch.category.value}.{branch.subtype}", style="bold yellow"), f"({because})"
        )
        for number, question in enumerate(branch.questions, start=1):
            console.print(f"  {number}. {question}", markup=False)
        for command in branch.look:
            console.print(Text(f"  $ {command}", style="cyan"))
        console.print(Text(f"  {branch.runbook}", style="dim"))


def _dict(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Row]:
    return value if isinstance(value, list) else []
