"""One incident: its life, the evidence, the request that showed it, who is hit, and what to ask next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadline.control.console.api_client import Answer, ApiClient, ApiProblem
from leadline.control.console.branches import draw_branches
from leadline.control.console.cells import NOTHING, count, figure, lasting, number, plain
from leadline.control.console.decisions import Decisions
from leadline.control.console.marks import (
    Part,
    Words,
    box,
    fact,
    heading,
    link,
    moment,
    plain_fact,
    severity_badge,
)
from leadline.control.console.timeline import draw_timeline
from leadline.control.console.told import draw_changes

_MOST_SAMPLES = 6
_MOST_VALUES = 5
_MOST_EVENTS = 12


class IncidentDetail:
    """The panel beside the list. `open("")` closes it."""

    def __init__(self, api: ApiClient, now: Callable[[], float], on_close: Callable[[], None]) -> None:
        self._api = api
        self._now = now
        self._incident_id = ""
        self._counted: tuple[str, object] = ("", None)
        self._found: list[dict[str, Any]] = []
        self._branches: object = None
        with box("ll-detail", "aside").props('aria-label="Incident"'):
            closes = Words("✕", "ll-close", "button").props(
                'type=button data-closes aria-label="Close (Esc)"'
            )
            closes.on("click", on_close)
            self._head = Part(_draw_head)
            self._decisions = Decisions(api, now, self.refresh)
            self._life = Part(self._draw_life)
            self._next = Part(_draw_triage)
            self._evidence = Part(_draw_evidence)
            self._affected = Part(_draw_affected)
            self._changes = Part(draw_changes)
            self._events = Part(_draw_events)

    def open(self, incident_id: str) -> None:
        self._incident_id = incident_id

    def ask(self, decision: str) -> None:
        """Open the form of a decision (`acknowledge`, `resolve`, `silence`)."""
        self._decisions.ask(decision)

    async def refresh(self) -> None:
        if not self._incident_id:
            return
        shown = self._incident_id
        try:
            whole = await self._api.get(f"/api/incidents/{quote(shown, safe='')}")
        except ApiProblem as problem:
            if problem.status != 404:
                raise
            self._head.show({"title": problem.message, "incident": {}})
            return
        await self._look_closer(shown, whole)
        if shown == self._incident_id:
            self._show(whole)

    def _show(self, whole: Answer) -> None:
        incident: Any = whole["incident"]
        told = {name: whole.get(name) for name in ("mttd_s", "first_alert_at")}
        self._head.show({"title": whole["title"], "incident": _head_facts(incident) | told})
        self._decisions.show(incident, whole.get("silences"))
        # While it is open the picture grows; a step of one hundredth is enough to see it.
        span = max(self._now() - number(incident.get("first_event_at")), 1.0)
        grown = 0 if incident.get("resolved_at") else int(self._now() / max(span / 100, 2.0))
        self._life.show((incident, whole.get("updates"), len(self._found), grown))
        self._next.show((self._incident_id, self._branches))
        self._evidence.show(incident.get("samples", []))
        self._affected.show({"dimensions": incident.get("dimensions"), "kinds": incident.get("kinds")})
        self._changes.show((whole.get("updates"), whole.get("deliveries")))
        self._events.show((self._found[:_MOST_EVENTS], incident.get("count")))

    async def _look_closer(self, incident_id: str, whole: Answer) -> None:
        """Events and triage; asked for again only when there are more events."""
        incident: Any = whole["incident"]
        counted = (incident_id, incident.get("count"))
        if counted == self._counted:
            return
        wanted: dict[str, str | int] = {"incident_id": incident_id, "limit": 1000}
        found: Any = (await self._api.get("/api/events", wanted))["events"]
        tree = await self._api.get("/api/triage", {"subject": incident_id})
        self._found, self._branches = found, tree["branches"]
        self._counted = counted

    def _draw_life(self, data: tuple[Any, Any, int, int]) -> None:
        incident, updates, _, _ = data
        events_at = [number(event.get("at")) for event in self._found]
        draw_timeline(incident, updates or [], events_at, self._now())


_HEAD = (
    "incident_id", "severity", "status", "category", "key", "opened_at", "resolved_at", "last_event_at",
    "count", "pages", "reopens", "subtypes", "mitigation", "correlation_id", "acknowledged_at",
    "acknowledged_by", "resolved_by",
)  # fmt: skip


def _head_facts(incident: Mapping[str, object]) -> dict[str, object]:
    return {name: incident.get(name) for name in _HEAD}


def _draw_head(data: Mapping[str, Any]) -> None:
    incident = data["incident"]
    if not incident:
        Words(data["title"], "ll-detail-title", "h2")
        return
    with box("ll-detail-top"):
        severity_badge(incident["severity"])
        Words(incident["status"], f"ll-status ll-status-{plain(incident['status'])}")
        Words(incident["key"], "ll-key")
    Words(data["title"], "ll-detail-title", "h2")
    with box("ll-facts"):
        with fact("Opened"):
            moment(incident["opened_at"], "both", "ll-fact-value")
        with fact("Lasted"):
            if incident["resolved_at"]:
                Words(
                    lasting(number(incident["resolved_at"]) - number(incident["opened_at"])), "ll-fact-value"
                )
            else:
                moment(incident["opened_at"], "lasting", "ll-fact-value")
        with fact("Last event"):
            moment(incident["last_event_at"], "ago", "ll-fact-value")
        plain_fact("Events", count(incident["count"]))
        plain_fact("Pages", count(incident["pages"]))
        plain_fact("Reopened", count(incident["reopens"]))
        with fact("First told"):
            if incident["first_alert_at"]:
                moment(incident["first_alert_at"], "stamp", "ll-fact-value")
            else:
                Words("nobody", "ll-fact-value")
        plain_fact("Time to detect", lasting(number(incident["mttd_s"])))
        plain_fact("Crossed", ", ".join(map(str, incident["subtypes"] or ())) or NOTHING)
        plain_fact("Related", incident["correlation_id"] or NOTHING, "mono")
        if incident["acknowledged_by"]:
            plain_fact("Acknowledged by", incident["acknowledged_by"])
        if incident["resolved_by"]:
            plain_fact("Resolved by", incident["resolved_by"])
        if incident["mitigation"]:
            with fact("Mitigation", "ll-fact-wide"):
                Words(incident["mitigation"])


def _draw_triage(data: tuple[str, Any]) -> None:
    incident_id, branches = data
    with box("ll-heading-row"):
        heading("Triage")
        link("Postmortem", f"/incidents/{quote(incident_id, safe='')}/postmortem", "ll-button ll-after")
    draw_branches(branches or [], incident_id, unfolded=1)


def _draw_evidence(samples: Sequence[Mapping[str, Any]]) -> None:
    """The first samples showed it, the last say whether it goes on."""
    if not samples:
        return
    heading("What showed it")
    first = next((sample for sample in samples if sample.get("request_id")), None)
    if first:
        with box("ll-shown-by"):
            Words("First request", "ll-dim")
            link(first["request_id"], _request_path(first["request_id"]), "mono ll-first-request")
    for sample in samples[:_MOST_SAMPLES]:
        _draw_sample(sample)
    left = len(samples) - _MOST_SAMPLES
    if left > 0:
        Words(f"and {left} more samples", "ll-dim", "p")


def _draw_sample(sample: Mapping[str, Any]) -> None:
    target = sample.get("provider", {})
    with box("ll-sample"):
        with box("ll-sample-top"):
            moment(sample.get("at"), "stamp", "ll-dim")
            Words(sample.get("kind"), "ll-kind")
            Words(f"{target.get('provider', '')}/{target.get('model', '')}", "ll-dim")
            if sample.get("request_id"):
                link("request", _request_path(sample["request_id"]), "ll-after")
        signals = dict(sample.get("causal_signals") or {})
        evidence = signals.pop("evidence", "")
        with box("ll-signals"):
            for name, value in signals.items():
                with box("ll-signal"):
                    Words(name, "ll-signal-name")
                    Words(figure(value), "ll-signal-value")
        if evidence:
            Words(evidence, "ll-evidence", "div")


def _draw_affected(data: Mapping[str, Any]) -> None:
    shown = {"kind": data["kinds"] or {}, **(data["dimensions"] or {})}
    if not any(shown.values()):
        return
    heading("Who and what is hit")
    with box("ll-dimensions"):
        for name, values in shown.items():
            if values:
                _draw_dimension(name, values)


def _draw_dimension(name: str, values: Mapping[str, float]) -> None:
    ranked = sorted(values.items(), key=lambda item: -item[1])
    most = max(ranked[0][1], 1)
    with box("ll-dimension"):
        Words(name, "ll-dimension-name")
        for value, many in ranked[:_MOST_VALUES]:
            with box("ll-bar-row"):
                Words(value, "ll-bar-word")
                box("ll-bar").style(f"--share:{many / most:.3f}")
                Words(count(many), "ll-bar-count")
        if len(ranked) > _MOST_VALUES:
            Words(f"and {len(ranked) - _MOST_VALUES} more", "ll-dim")


def _request_path(request_id: object) -> str:
    return f"/requests/{quote(str(request_id), safe='')}"


def _draw_events(data: tuple[Sequence[Mapping[str, Any]], object]) -> None:
    """The newest, each with the severity that the state of its moment gave it."""
    events, counted = data
    if not events:
        return
    heading("Newest events")
    with box("ll-events"):
        for event in events:
            with box("ll-event"):
                moment(event.get("at"), "stamp", "ll-dim")
                severity_badge(event.get("severity"))
                Words(event.get("kind"), "ll-kind")
                Words(f"{plain(event.get('provider'))}/{plain(event.get('model'))}", "ll-dim ll-event-target")
                if event.get("request_id"):
                    link("request", _request_path(event["request_id"]), "ll-after")
    left = int(number(counted)) - len(events)
    if left > 0:
        Words(f"and {count(left)} more", "ll-dim", "p")
