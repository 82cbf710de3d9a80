"""Incidents: what is wrong now, worst first, and what was wrong before."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from leadline.control.console.api_client import ApiClient
from leadline.control.console.cells import Cell, action, count, counted, lasting, number, plain, text, time_at
from leadline.control.console.decisions import ACKNOWLEDGE, RESOLVE, SILENCE
from leadline.control.console.filters import Filters
from leadline.control.console.frame import Frame
from leadline.control.console.incident_detail import IncidentDetail
from leadline.control.console.live_table import Column, LiveTable, Row
from leadline.control.console.marks import Words, box
from leadline.vocabulary import FailureCategory, Severity

PATH = "/incidents"
REFRESH_S = 2.0
COLUMNS: list[Column] = [
    {"name": "severity", "label": "Severity"},
    {"name": "incident", "label": "Incident", "cls": "grow"},
    {"name": "category", "label": "Category", "cls": "wide"},
    {"name": "count", "label": "Events", "cls": "num"},
    {"name": "pages", "label": "Pages", "cls": "num wide", "hint": "How often a person was woken"},
    {"name": "opened", "label": "Opened", "cls": "num"},
    {"name": "lasted", "label": "Lasted", "cls": "num"},
    {"name": "status", "label": "Status"},
    {"name": "act", "label": "", "cls": "acts wider"},
]
_ANY = {"": "any"}


class IncidentsPage:
    """One visitor's page. `given` are the parameters of the address, `incident_id` is open from the start."""

    def __init__(self, api: ApiClient, frame: Frame, given: Mapping[str, str], incident_id: str) -> None:
        self._api = api
        self._frame = frame
        self._incident_id = incident_id
        with box("ll-filters").props('role=search aria-label="Filter incidents"'):
            self._filters = self._filter_bar(given)
            box("ll-space")
            self._shown = Words("", "ll-dim")
        with box("ll-split") as self._split, box("ll-list", "main"):
            self._table = LiveTable(
                COLUMNS,
                label="Incidents",
                on_open=self._toggle,
                on_act=self._ask,
                empty={
                    "title": "No incident matches.",
                    "next": "All is calm, or the filter is narrow: choose All above. "
                    "Send traffic through the gateway and failures appear here on their own.",
                },
            )
        with self._split:
            self._detail = IncidentDetail(api, frame.now, self._close)
        self._select(incident_id)

    async def refresh(self) -> None:
        wanted: dict[str, str | int] = {**self._filters.values, "limit": 300}
        answer = await self._api.get("/api/incidents", wanted)
        found: Any = answer.get("incidents")
        ranked = sorted(found, key=_worst_first)
        self._table.show([_row(incident) for incident in ranked])
        still_open = sum(1 for incident in ranked if incident.get("status") == "open")
        more = "the newest " if answer.get("truncated") else ""
        self._shown.set_text(f"{more}{counted(len(ranked), 'incident')}, {still_open} open")
        await self._detail.refresh()

    def _filter_bar(self, given: Mapping[str, str]) -> Filters:
        filters = Filters(given, self._filtered)
        filters.segments("status", "Status", {"": "All", "open": "Open", "resolved": "Resolved"})
        filters.choice("category", "Category", {**_ANY, **{c.value: c.value for c in FailureCategory}})
        filters.choice("severity", "Severity", {**_ANY, **{s.value: s.value for s in reversed(Severity)}})
        filters.choice(
            "since", "Active in", {"": "all time", "1h": "last hour", "24h": "last day", "7d": "last week"}
        )
        return filters

    async def _filtered_now(self) -> None:
        await self._frame.attempt(self.refresh)

    def _filtered(self) -> None:
        self._tell_address()
        ui.timer(0, self._filtered_now, once=True)

    def _toggle(self, incident_id: str) -> None:
        self._select("" if incident_id == self._incident_id else incident_id)
        self._tell_address()
        ui.timer(0, self._filtered_now, once=True)

    def _ask(self, incident_id: str, decision: str) -> None:
        """A button of the list: the incident opens with the form of that decision."""
        if incident_id != self._incident_id:
            self._select(incident_id)
            self._tell_address()

        async def ask_now() -> None:
            await self._frame.attempt(self._detail.refresh)
            self._detail.ask(decision)

        ui.timer(0, ask_now, once=True)

    def _close(self) -> None:
        self._select("")
        self._tell_address()

    def _select(self, incident_id: str) -> None:
        self._incident_id = incident_id
        self._table.select(incident_id)
        self._detail.open(incident_id)
        self._split.classes(**{"add" if incident_id else "remove": "ll-opened"})

    def _tell_address(self) -> None:
        ui.navigate.history.replace(
            self._filters.address(f"{PATH}/{self._incident_id}" if self._incident_id else PATH)
        )


def _worst_first(incident: Mapping[str, object]) -> tuple[bool, int, float]:
    still_open = incident.get("status") == "open"
    rank = Severity(str(incident["severity"])).rank if still_open else 0
    return (not still_open, -rank, -number(incident.get("opened_at")))


def _row(incident: Mapping[str, object]) -> Row:
    opened, resolved = number(incident.get("opened_at")), number(incident.get("resolved_at"))
    severity, status = plain(incident.get("severity")), plain(incident.get("status"))
    reopens = number(incident.get("reopens"))
    times = "once" if reopens == 1 else f"{count(reopens)} times"
    again = [text(f"reopened {times}", "ll-dim ll-after-small")] if reopens else []
    lasted = text(lasting(resolved - opened)) if resolved else time_at(opened, "lasting")
    return {
        "id": plain(incident.get("incident_id")),
        "cls": f"ll-{status}",
        "cells": {
            "severity": [text(severity, f"ll-sev ll-sev-{severity}")],
            "incident": [
                text(incident.get("title"), "ll-title"),
                text(incident.get("key"), "ll-key"),
            ],
            "category": [text(incident.get("category"))],
            "count": [text(count(incident.get("count")))],
            "pages": [text(count(incident.get("pages")), "" if incident.get("pages") else "ll-dim")],
            "opened": [time_at(opened, "stamp")],
            "lasted": [lasted],
            "status": [text(status, f"ll-status ll-status-{status}"), *_taken(incident), *again],
            "act": _actions(incident),
        },
    }


def _taken(incident: Mapping[str, object]) -> Cell:
    by = incident.get("acknowledged_by") if incident.get("status") == "open" else incident.get("resolved_by")
    return [text(f"by {plain(by)}", "ll-dim ll-after-small", "who took it")] if by else []


def _actions(incident: Mapping[str, object]) -> Cell:
    if incident.get("status") != "open":
        return []
    taken = [] if incident.get("acknowledged_by") else [action("Acknowledge", ACKNOWLEDGE)]
    return [*taken, action("Resolve", RESOLVE), action("Silence", SILENCE)]
