"""Requests: every call as it happens, why its target was chosen, and what the checks said."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from leadline.control.console.api_client import ApiClient
from leadline.control.console.cells import (
    NOTHING,
    Cell,
    count,
    counted,
    dollars,
    milliseconds,
    number,
    plain,
    short_count,
    text,
    time_at,
)
from leadline.control.console.filters import Filters
from leadline.control.console.frame import Frame
from leadline.control.console.live_table import Column, LiveTable, Row
from leadline.control.console.marks import Words, box
from leadline.control.console.request_detail import RequestDetail

PATH = "/requests"
REFRESH_S = 2.0
_ROWS = 200
COLUMNS: list[Column] = [
    {"name": "at", "label": "Time"},
    {"name": "outcome", "label": "Outcome"},
    {"name": "model", "label": "Model", "cls": "grow"},
    {"name": "selection", "label": "Selection", "hint": "Why this target answered"},
    {"name": "latency", "label": "Latency", "cls": "num"},
    {"name": "first_byte", "label": "First byte", "cls": "num wide"},
    {"name": "tokens", "label": "Tokens in / out", "cls": "num wide"},
    {"name": "cost", "label": "Cost", "cls": "num"},
    {"name": "wasted", "label": "Wasted", "cls": "wider"},
    {"name": "checks", "label": "Checks"},
    {"name": "template", "label": "Template", "cls": "wider"},
    {"name": "feature", "label": "Feature", "cls": "widest"},
    {"name": "tenant", "label": "Tenant", "cls": "widest"},
]


class RequestsPage:
    """One visitor's page. `given` are the parameters of the address, `request_id` is open from the start."""

    def __init__(self, api: ApiClient, frame: Frame, given: Mapping[str, str], request_id: str) -> None:
        self._api = api
        self._frame = frame
        self._request_id = request_id
        self._paused = False
        with box("ll-filters").props('role=search aria-label="Filter requests"'):
            self._filters = self._filter_bar(given)
            box("ll-space")
            self._shown = Words("", "ll-dim")
            self._live = Words("Live", "ll-live", "button").props("type=button aria-pressed=true")
            self._live.on("click", self._pause)
        with box("ll-split") as self._split, box("ll-list", "main"):
            self._table = LiveTable(
                COLUMNS,
                label="Requests",
                on_open=self._toggle,
                empty={
                    "title": "No request matches.",
                    "next": "Point a client's base URL at the gateway and its calls appear here "
                    "within a second; or widen the filter above.",
                },
            )
        with self._split:
            self._detail = RequestDetail(api, self._close)
        self._select(request_id)

    async def refresh(self) -> None:
        await self._detail.refresh()
        if not self._paused:
            await self._refresh_rows()

    async def _refresh_rows(self) -> None:
        wanted: dict[str, str | int] = {**self._filters.values, "limit": _ROWS}
        answer = await self._api.get("/api/requests", wanted)
        found: Any = answer.get("requests")
        slowest = max((number(row.get("latency_ms")) for row in found), default=0.0)
        self._table.show([_row(request, slowest) for request in found])
        failed = sum(1 for row in found if row.get("outcome") == "failed")
        more = "newest " if answer.get("truncated") else ""
        self._shown.set_text(f"{more}{counted(len(found), 'request')}, {failed} failed")

    def _filter_bar(self, given: Mapping[str, str]) -> Filters:
        filters = Filters(given, self._filtered)
        outcomes = {
            "": "All",
            "ok": "Ok",
            "failed": "Failed",
            "cancelled": "Cancelled",
            "rejected": "Rejected",
        }
        filters.segments("outcome", "Outcome", outcomes)
        filters.tick("flagged", "failed a check")
        filters.choice(
            "since", "In", {"15m": "last 15 min", "1h": "last hour", "24h": "last day", "14d": "all kept"}
        )
        for name, label in (("provider", "Provider"), ("alias", "Model"), ("template", "Template")):
            filters.text(name, label)
        return filters

    async def _filtered_now(self) -> None:
        await self._frame.attempt(self._refresh_rows)

    async def _opened_now(self) -> None:
        await self._frame.attempt(self._detail.refresh)

    def _filtered(self) -> None:
        self._tell_address()
        ui.timer(0, self._filtered_now, once=True)

    def _pause(self) -> None:
        self._paused = not self._paused
        self._live.set_text("Paused" if self._paused else "Live")
        self._live.props(f"aria-pressed={'false' if self._paused else 'true'}")

    def _toggle(self, request_id: str) -> None:
        self._select("" if request_id == self._request_id else request_id)
        self._tell_address()
        ui.timer(0, self._opened_now, once=True)

    def _close(self) -> None:
        self._select("")
        self._tell_address()

    def _select(self, request_id: str) -> None:
        self._request_id = request_id
        self._table.select(request_id)
        self._detail.open(request_id)
        self._split.classes(**{"add" if request_id else "remove": "ll-opened"})

    def _tell_address(self) -> None:
        ui.navigate.history.replace(
            self._filters.address(f"{PATH}/{self._request_id}" if self._request_id else PATH)
        )


def _row(request: Mapping[str, Any], slowest_ms: float) -> Row:
    latency = number(request.get("latency_ms"))
    outcome = plain(request.get("outcome"))
    return {
        "id": plain(request.get("request_id")),
        "cls": f"ll-{outcome}",
        "cells": {
            "at": [time_at(request.get("at"), "stamp")],
            "outcome": _outcome(request, outcome),
            "model": _model(request),
            "selection": _selection(request),
            "latency": [
                {"share": round(latency / slowest_ms, 3) if slowest_ms else 0.0},
                text(milliseconds(request.get("latency_ms"))),
            ],
            "first_byte": [text(milliseconds(request.get("first_byte_ms")))],
            "tokens": [text(_tokens(request))],
            "cost": [text(dollars(request.get("cost_usd")))],
            "wasted": [text(dollars(request.get("wasted_usd")), "ll-dim")],
            "checks": _checks(request),
            "template": [text(request.get("template"))],
            "feature": [text(request.get("feature"))],
            "tenant": [text(request.get("tenant"))],
        },
    }


def _outcome(request: Mapping[str, Any], outcome: str) -> Cell:
    status = text(request.get("status") or NOTHING, f"ll-outcome ll-outcome-{outcome}", outcome)
    kind = plain(request.get("failure_kind"))
    shown = kind if kind and outcome == "failed" else "" if outcome == "ok" else outcome
    return [status, text(shown, "ll-dim ll-after-small")] if shown else [status]


def _model(request: Mapping[str, Any]) -> Cell:
    alias, model = plain(request.get("alias")), plain(request.get("model"))
    provider = plain(request.get("provider"))
    served = f"{provider}/{model}" if model != alias else provider
    return [
        text(alias, "ll-strong"),
        text(served, "ll-dim ll-after-small", plain(request.get("served_model"))),
    ]


def _selection(request: Mapping[str, Any]) -> Cell:
    reason, attempts = plain(request.get("selection")) or NOTHING, number(request.get("attempts"))
    cause = plain(request.get("failure_kind")) if request.get("fallback_triggered") else ""
    cell: Cell = [text(reason, "ll-tag" if cause else "ll-dim")]
    if (origin := plain(request.get("origin"))) not in ("user", ""):
        cell.append(text(origin, "ll-after-small", "no user asked; it counts in no rate"))
    if rung := plain(request.get("rung")):
        cell.append(text(f"rung {rung}", "ll-after-small"))
    if cause:
        cell.append(text(f"after {cause}", "ll-dim ll-after-small"))
    elif attempts > 1:
        cell.append(text(f"{count(attempts)} tries", "ll-dim ll-after-small"))
    return cell


def _tokens(request: Mapping[str, Any]) -> str:
    used, gave = request.get("input_tokens"), request.get("output_tokens")
    return NOTHING if used is None and gave is None else f"{short_count(used)} / {short_count(gave)}"


def _checks(request: Mapping[str, Any]) -> Cell:
    failed = request.get("failed_checks") or []
    if failed:
        return [text(name, "ll-tag ll-tag-bad") for name in failed]
    return [text("passed", "ll-dim")] if request.get("outcome") == "ok" else [text(NOTHING, "ll-dim")]
