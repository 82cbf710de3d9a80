"""Decisions: the silences in force, and who did what."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.cells import plain, text, time_at
from leadline.control.console.forms import Said, draw_said, named_button
from leadline.control.console.frame import Frame
from leadline.control.console.live_table import Column, LiveTable
from leadline.control.console.live_table import Row as TableRow
from leadline.control.console.marks import Part, Words, box, moment

REFRESH_S = 3.0
Row = Mapping[str, Any]
COLUMNS: list[Column] = [
    {"name": "at", "label": "When"},
    {"name": "by", "label": "Who"},
    {"name": "via", "label": "By way of", "cls": "wide"},
    {"name": "action", "label": "Did", "cls": "grow"},
    {"name": "outcome", "label": "Came of it"},
    {
        "name": "chain",
        "label": "Record",
        "cls": "wide",
        "hint": "Its place in the chain",
    },
]


class AuditPage:
    """One visitor's page."""

    def __init__(self, api: ApiClient, frame: Frame) -> None:
        self._api = api
        self._frame = frame
        with box("ll-page ll-page-tall", "main"):
            Words("Silences in force", "ll-page-title", "h2")
            self._said: Part[Said] = Part(draw_said)
            self._silences: Part[Any] = Part(self._draw_silences)
            Words("Who did what", "ll-page-title", "h2")
            self._broken: Part[bool] = Part(_draw_broken)
            with box("ll-list"):
                self._table = LiveTable(
                    COLUMNS,
                    label="Decisions",
                    on_open=lambda _row: None,
                    empty={
                        "title": "Nobody has decided anything yet.",
                        "next": "Acknowledge, resolve or silence an incident, or reload the configuration.",
                    },
                )

    async def refresh(self) -> None:
        self._silences.show((await self._api.get("/api/silences"))["silences"])
        found: Any = (await self._api.get("/api/audit", {"limit": 300}))["audit"]
        self._broken.show(not all(row.get("sound") for row in found))
        self._table.show([_row(row) for row in found])

    def _draw_silences(self, silences: Sequence[Row]) -> None:
        if not silences:
            Words("None: everybody who should be told is told.", "ll-dim", "p")
        for silence in silences:
            self._draw_silence(silence)

    def _draw_silence(self, silence: Row) -> None:
        async def end(by: str) -> None:
            await self._end(str(silence["silence_id"]), by)

        fits = [plain(silence[name]) for name in ("key", "category", "feature") if silence.get(name)]
        with box("ll-silenced"):
            Words(" and ".join(fits), "ll-strong")
            Words("until", "ll-dim")
            moment(silence.get("until"), "stamp")
            Words(f"by {plain(silence.get('by'))}")
            Words(silence.get("reason"), "ll-dim")
            named_button("End silence", end, "ll-button ll-after")

    async def _end(self, silence_id: str, by: str) -> None:
        try:
            await self._api.delete(f"/api/silences/{quote(silence_id, safe='')}", {"by": by})
        except ApiProblem as problem:
            self._said.show((False, problem.message))
        else:
            self._said.show((True, "The silence is over."))
        await self._frame.attempt(self.refresh)


def _draw_broken(broken: bool) -> None:  # noqa: FBT001 - a part draws one value
    if broken:
        sentence = "The record was altered: compare the marked rows with a backup of the data folder."
        Words(sentence, "ll-said ll-said-bad", "div").props("role=alert")


def _row(row: Row) -> TableRow:
    account = row.get("account") if row.get("account") != row.get("by") else ""
    outcome = plain(row.get("outcome"))
    well = outcome in ("done", "unchanged")
    said = " · ".join(plain(row[name]) for name in ("details", "note") if row.get(name))
    whole = "whole" if row.get("sound") else "altered"
    return {
        "id": f"{row.get('chain')}-{row.get('number')}",
        "cls": "",
        "cells": {
            "at": [time_at(row.get("at"), "stamp")],
            "by": [text(row.get("by"), "ll-strong"), text(account, "ll-dim ll-after-small")],
            "via": [text(row.get("via"))],
            "action": [
                text(plain(row.get("action")).replace("_", " "), "ll-strong"),
                text(row.get("subject"), "mono ll-after-small"),
                text(said, "ll-dim ll-after-small", said),
            ],
            "outcome": [text(outcome if well else "refused", "" if well else "ll-bad", outcome)],
            "chain": [
                text(f"{row.get('chain')} {row.get('number')}", "ll-dim"),
                text(whole, "ll-dim ll-after-small" if row.get("sound") else "ll-bad ll-after-small"),
            ],
        },
    }
