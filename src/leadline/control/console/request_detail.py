"""One request: its attempts and where their time went, what each check found, and the text where kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadline.control.console.api_client import Answer, ApiClient, ApiProblem
from leadline.control.console.cells import (
    NOTHING,
    count,
    counted,
    dollars,
    figure,
    lasting,
    milliseconds,
    number,
    plain,
)
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
from leadline.control.console.waterfall import draw_waterfall

_VERDICTS = {"pass": "passed", "fail": "failed", "skipped": "skipped", "not_applicable": "not applicable"}


class RequestDetail:
    """The panel beside the list. A finished request does not change, so it is asked for once."""

    def __init__(self, api: ApiClient, on_close: Callable[[], None]) -> None:
        self._api = api
        self._request_id = ""
        self._drawn = ""
        with box("ll-detail", "aside").props('aria-label="Request"'):
            closes = Words("✕", "ll-close", "button").props(
                'type=button data-closes aria-label="Close (Esc)"'
            )
            closes.on("click", on_close)
            self._whole: Part[Answer] = Part(_draw)

    def open(self, request_id: str) -> None:
        self._request_id = request_id

    async def refresh(self) -> None:
        wanted = self._request_id
        if not wanted or wanted == self._drawn:
            return
        try:
            whole = await self._api.get(f"/api/requests/{quote(wanted, safe='')}")
        except ApiProblem as problem:
            if problem.status != 404:
                raise
            whole = {"missing": problem.message}
        else:
            whole["events"] = await self._with_incidents(whole.get("events"))
        if wanted == self._request_id:
            self._whole.show(whole)
            self._drawn = "" if "missing" in whole else wanted

    async def _with_incidents(self, events: Any) -> list[dict[str, Any]]:
        """Events name the key of their incident; the link needs its id."""
        if not events:
            return []
        found: Any = (await self._api.get("/api/incidents", {"limit": 1000}))["incidents"]
        return [{**event, "incident_id": _incident_of(event, found)} for event in events]


def _incident_of(event: Mapping[str, Any], incidents: Sequence[Mapping[str, Any]]) -> str:
    """The id of the incident of that key that was alive at the time, or an empty text."""
    at = number(event.get("at"))
    for incident in incidents:
        began, ended = number(incident.get("first_event_at")), number(incident.get("resolved_at"))
        if incident.get("key") == event.get("key") and began <= at and (not ended or at <= ended):
            return plain(incident.get("incident_id"))
    return ""


def _draw(whole: Answer) -> None:
    if "missing" in whole:
        Words(whole["missing"], "ll-detail-title", "h2")
        return
    exchange: Any = whole["exchange"]
    signals: Any = whole.get("signals") or []
    events: Any = whole.get("events") or []
    _draw_head(exchange)
    heading("Attempts")
    draw_waterfall(
        number(exchange.get("started_at")), number(exchange.get("ended_at")), exchange.get("attempts") or []
    )
    _draw_signals(signals)
    _draw_events(events)
    _draw_feedback(whole.get("feedback") or [])
    _draw_text(whole.get("text"))


def _draw_head(exchange: Mapping[str, Any]) -> None:
    attempts = exchange.get("attempts") or []
    good = exchange.get("status") == 200
    with box("ll-detail-top"):
        Words(exchange.get("status"), f"ll-outcome ll-outcome-{'ok' if good else 'failed'}")
        Words(exchange.get("request_id"), "ll-key mono")
    Words(f"{exchange.get('alias')} → {_who(exchange, attempts)}", "ll-detail-title", "h2")
    caller, answer = exchange.get("caller") or {}, exchange.get("answer") or {}
    with box("ll-facts"):
        with fact("Began"):
            moment(exchange.get("started_at"), "both", "ll-fact-value")
        took_ms = 1000 * (number(exchange.get("ended_at")) - number(exchange.get("started_at")))
        plain_fact("Took", milliseconds(took_ms))
        plain_fact("Gateway's own share", milliseconds(exchange.get("overhead_ms")))
        plain_fact("Tokens in / out", _tokens(answer.get("usage") or {}))
        plain_fact("Counted in", count(exchange.get("counted_input_tokens")))
        plain_fact("Cost", dollars(_cost(attempts)))
        plain_fact("Of it wasted", dollars(exchange.get("wasted_usd")))
        reason, cause = _chosen(exchange, attempts)
        origin = plain(exchange.get("origin")) or "user"
        plain_fact(
            "Chosen as",
            reason if origin == "user" else f"{reason}, {origin}",
        )
        plain_fact("Because of", cause)
        plain_fact("Finish", answer.get("finish_reason") or NOTHING)
        plain_fact("Protocol", f"{exchange.get('protocol')}{', stream' if exchange.get('streaming') else ''}")
        plain_fact("Served model", answer.get("served_model") or NOTHING)
        _draw_retrieval(exchange.get("retrieval") or {})
        plain_fact("Template", exchange.get("template"))
        plain_fact("Feature", caller.get("feature"))
        plain_fact("Tenant / key", f"{caller.get('tenant')} / {caller.get('key_alias')}")


_SPEAKING = ("template", "echo")
"""Rungs that answer themselves."""


def _who(exchange: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> str:
    """Who answered; where nobody did, who was asked last."""
    if exchange.get("rung") in _SPEAKING:
        return f"the fallback ladder's {exchange['rung']}"
    if not attempts:
        return "no target was tried"
    target = attempts[-1]["target"]
    return f"{target['provider']} / {target['model']}"


def _chosen(exchange: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Why the one that answered did: its selection or the rung of the ladder, and the failure behind it."""
    if not attempts:
        return NOTHING, NOTHING
    rung, last = plain(exchange.get("rung")), attempts[-1]
    spoken = last.get("failure") if rung in _SPEAKING else None
    cause = spoken.get("kind") if spoken else last["selection"].get("caused_by")
    reason = plain(last["selection"].get("reason")).replace("_", " ")
    return f"rung {rung}" if rung else reason, cause or NOTHING


def _draw_retrieval(said: Mapping[str, Any]) -> None:
    """What the caller said of its search: only what it did say."""
    if said.get("n") is not None:
        index = plain(said.get("index"))
        plain_fact("Retrieved", counted(int(said["n"]), "chunk") + (f" of {index}" if index else ""))
    if said.get("score") is not None:
        plain_fact("Retrieval score", figure(said["score"]))
    if said.get("age_s") is not None:
        plain_fact("Oldest chunk", lasting(number(said["age_s"])))
    if said.get("size") is not None:
        plain_fact("Index size", count(said["size"]))


def _tokens(usage: Mapping[str, Any]) -> str:
    return f"{count(usage.get('input_tokens'))} / {count(usage.get('output_tokens'))}" if usage else NOTHING


def _cost(attempts: Sequence[Mapping[str, Any]]) -> float | None:
    """All attempts that were billed, not only the one that answered."""
    billed = [attempt["cost_usd"] for attempt in attempts if attempt.get("cost_usd") is not None]
    return sum(billed) if billed else None


def _draw_signals(signals: Sequence[Mapping[str, Any]]) -> None:
    heading("Checks")
    if not signals:
        Words("No check looked at this answer.", "ll-dim", "p")
    for signal in sorted(signals, key=_worst_first):
        verdict = plain(signal.get("verdict"))
        with box("ll-check"):
            with box("ll-check-top"):
                Words(_VERDICTS.get(verdict, verdict), f"ll-verdict ll-verdict-{verdict}")
                Words(signal.get("check"), "ll-strong")
                if signal.get("score") is not None:
                    Words(f"score {figure(signal['score'])}", "ll-dim")
                if signal.get("kind"):
                    Words(signal["kind"], "ll-kind")
                if signal.get("took_us"):
                    Words(milliseconds(number(signal["took_us"]) / 1000), "ll-dim ll-after")
            if signal.get("evidence"):
                Words(signal["evidence"], "ll-evidence", "div")


def _worst_first(signal: Mapping[str, Any]) -> int:
    order = ("fail", "pass", "skipped", "not_applicable")
    return order.index(signal["verdict"]) if signal.get("verdict") in order else 0


def _draw_events(events: Sequence[Mapping[str, Any]]) -> None:
    if not events:
        return
    heading("Failure events")
    for event in events:
        with box("ll-check-top"):
            severity_badge(event.get("severity"))
            Words(event.get("kind"), "ll-kind")
            if event.get("incident_id"):
                link("incident", f"/incidents/{quote(str(event['incident_id']), safe='')}", "ll-after")
            else:
                Words(event.get("key"), "ll-dim ll-after")


def _draw_feedback(feedback: Any) -> None:
    if not feedback:
        return
    heading("Feedback")
    for said in feedback:
        with box("ll-check"):
            with box("ll-check-top"):
                Words(*_judged(said.get("score")))
                Words(f"user {said['rater']}" if said.get("rater") else "no user named", "ll-dim")
                if said.get("complaint"):
                    Words(plain(said["complaint"]).replace("_", " "), "ll-kind")
                moment(said.get("at"), "both", "ll-dim ll-after")
            for part in ("comment", "corrected"):
                if said.get(part):
                    Words(said[part], "ll-text", "pre")
                elif said.get(f"{part}_chars"):
                    Words(f"{part}: {said[f'{part}_chars']} characters, not kept", "ll-evidence", "div")


def _judged(score: Any) -> tuple[str, str]:
    """The word, and how it looks."""
    if score is None:
        return "not judged", "ll-verdict ll-verdict-not_applicable"
    good = number(score) >= 0.5
    return (
        f"{'good' if good else 'bad'} ({figure(score)})",
        f"ll-verdict ll-verdict-{'pass' if good else 'fail'}",
    )


def _draw_text(text: Any) -> None:
    if not isinstance(text, dict):
        return
    for part in ("prompt", "context", "answer"):
        if text.get(part):
            heading(part.capitalize())
            Words(text[part], "ll-text", "pre")
