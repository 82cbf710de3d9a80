"""What a person may do about an incident, and what came of it: acknowledge, resolve, silence."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.cells import plain
from leadline.control.console.forms import (
    Fields,
    Said,
    button,
    choice_field,
    decision_form,
    draw_said,
    named_button,
)
from leadline.control.console.marks import Part, Words, box, moment

ACKNOWLEDGE, RESOLVE, SILENCE = "acknowledge", "resolve", "silence"
_LASTS = {"900": "15 minutes", "3600": "1 hour", "14400": "4 hours", "86400": "1 day", "604800": "1 week"}
_WHAT_IT_DOES = {
    ACKNOWLEDGE: "Whoever was paged hears that you are on it: no more reminders. A rise pages again.",
    RESOLVE: "The incident closes for everybody. If the failure goes on, it comes back and pages.",
    SILENCE: "What fits is recorded as ever, but nobody is told until then.",
}
_WORDS = {ACKNOWLEDGE: "Acknowledge", RESOLVE: "Resolve", SILENCE: "Silence"}
_DONE = {ACKNOWLEDGE: "acknowledged", RESOLVE: "resolved"}
_Asked = tuple[str, tuple[tuple[str, str], ...]]


class Decisions:
    """The row of buttons, and the form of the one that was pressed. `show` each time the incident changes."""

    def __init__(
        self, api: ApiClient, now: Callable[[], float], refresh: Callable[[], Awaitable[None]]
    ) -> None:
        self._api = api
        self._now = now
        self._refresh = refresh
        self._incident: Mapping[str, Any] = {}
        with box("ll-decisions"):
            self._bar = Part(self._draw_bar)
            self._form: Part[_Asked] = Part(self._draw_form)
            self._said: Part[Said] = Part(draw_said)

    def show(self, incident: Mapping[str, Any], silences: Any) -> None:
        known = self._incident.get("incident_id") == incident.get("incident_id")
        self._incident = incident
        if not known:
            self._form.show(("", ()))
            self._said.show((True, ""))
        is_open = incident.get("status") == "open"
        acknowledged = bool(incident.get("acknowledged_by") or incident.get("acknowledged_at"))
        self._bar.show((is_open, acknowledged, silences or []))

    def ask(self, decision: str) -> None:
        """Open the form of a decision; closes it with an empty one."""
        self._said.show((True, ""))
        self._form.show((decision, self._scopes() if decision == SILENCE else ()))

    def _draw_bar(self, data: tuple[bool, bool, Any]) -> None:
        is_open, acknowledged, silences = data
        with box("ll-buttons"):
            if is_open and not acknowledged:
                button("Acknowledge", lambda: self.ask(ACKNOWLEDGE))
            if is_open:
                button("Resolve", lambda: self.ask(RESOLVE))
            button("Silence", lambda: self.ask(SILENCE))
        for silence in silences:
            self._draw_silence(silence)

    def _draw_silence(self, silence: Mapping[str, Any]) -> None:
        async def end(by: str) -> None:
            path = f"/api/silences/{quote(str(silence['silence_id']), safe='')}"
            await self._carry_out(lambda: self._api.delete(path, {"by": by}), "The silence is over.")

        with box("ll-silenced"):
            Words("Silenced until")
            moment(silence.get("until"), "stamp", "ll-strong")
            Words(f"by {plain(silence.get('by'))}")
            if silence.get("reason"):
                Words(silence["reason"], "ll-dim")
            named_button("End silence", end, "ll-button ll-after")

    def _draw_form(self, asked: _Asked) -> None:
        decision, scopes = asked
        if not decision:
            return

        async def send(fields: Fields) -> None:
            await self._send(decision, fields)

        def what_and_how_long() -> None:
            if decision == SILENCE:
                choice_field("lasts", "For", _LASTS)
                choice_field("scope", "What", dict(scopes))

        decision_form(
            _WORDS[decision],
            _WHAT_IT_DOES[decision],
            (send, lambda: self.ask("")),
            "why, for whoever reads the timeline",
            what_and_how_long,
        )

    def _scopes(self) -> tuple[tuple[str, str], ...]:
        key, category = plain(self._incident.get("key")), plain(self._incident.get("category"))
        return (("key", f"only {key}"), ("category", f"all of {category}"))

    async def _send(self, decision: str, fields: Fields) -> None:
        said = {"by": fields.get("by", ""), "reason": fields.get("reason", "")}
        incident_id = str(self._incident.get("incident_id"))
        if decision == SILENCE:
            scope = "category" if fields.get("scope") == "category" else "key"
            until = self._now() + float(fields.get("lasts") or 3600)
            body = {**said, scope: plain(self._incident.get(scope)), "until": until}
            await self._carry_out(lambda: self._api.post("/api/silences", body), "It is silenced.")
            return
        path = f"/api/incidents/{quote(incident_id, safe='')}/{decision}"
        await self._carry_out(lambda: self._api.post(path, said), f"It is {_DONE[decision]}.")

    async def _carry_out(self, order: Callable[[], Awaitable[Any]], done: str) -> None:
        try:
            await order()
        except ApiProblem as problem:
            self._said.show((False, problem.message))
            return
        self._form.show(("", ()))
        self._said.show((True, done))
        await self._refresh()
