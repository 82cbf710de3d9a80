"""Targets: which are left alone and why, and how long their rate limits last."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from leadline.control.console.api_client import ApiClient
from leadline.control.console.cells import NOTHING, Cell, count, plain, text, time_at
from leadline.control.console.live_table import Column, LiveTable
from leadline.control.console.live_table import Row as TableRow
from leadline.control.console.marks import Words, box

REFRESH_S = 2.0
COLUMNS: list[Column] = [
    {"name": "target", "label": "Target", "cls": "grow"},
    {"name": "breaker", "label": "Breaker", "hint": "Open = no calls go there until a probe is answered"},
    {"name": "since", "label": "Since"},
    {"name": "cause", "label": "Because of"},
    {"name": "requests", "label": "Requests left", "cls": "num", "hint": "Of the provider's rate limit"},
    {"name": "tokens", "label": "Tokens left", "cls": "num", "hint": "Of the provider's rate limit"},
    {"name": "out", "label": "Runs out in", "cls": "num", "hint": "At the present rate"},
]
_ORDER = ("open", "half_open", "closed")
Row = Mapping[str, Any]


class TargetsPage:
    """One visitor's page; a row opens the requests of its provider."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        with box("ll-page ll-page-tall", "main"):
            Words("Who can be asked", "ll-page-title", "h2")
            with box("ll-list"):
                self._table = LiveTable(
                    COLUMNS,
                    label="Targets",
                    on_open=lambda row: ui.navigate.to(
                        f"/requests?{urlencode({'provider': row.partition('/')[0]})}"
                    ),
                    empty={
                        "title": "No target has been called yet.",
                        "next": "Point a client's base URL at the gateway.",
                    },
                )

    async def refresh(self) -> None:
        health: Any = (await self._api.get("/api/health")).get("health") or {}
        rows = sorted(health.get("targets") or [], key=_worst_first)
        self._table.show([_row(row) for row in rows])


def _worst_first(row: Row) -> tuple[int, str]:
    state = row.get("breaker")
    return (_ORDER.index(state) if state in _ORDER else 0, _name(row))


def _name(row: Row) -> str:
    return "/".join(plain(row.get(part)) for part in ("provider", "model", "region", "key_alias"))


def _row(row: Row) -> TableRow:
    state, out_s = plain(row.get("breaker")), row.get("exhausted_in_s")
    turned = state != "closed"
    soon = f"{out_s:,.0f} s" if isinstance(out_s, int | float) else NOTHING
    return {
        "id": _name(row),
        "cls": "",
        "cells": {
            "target": _target(row),
            "breaker": [
                text(state.replace("_", " "), "ll-tag ll-tag-bad" if turned else "ll-dim"),
                text(
                    "held" if row.get("held") else "",
                    "ll-dim ll-after-small",
                    "Held back until its rate limit allows more",
                ),
            ],
            "since": [time_at(row["since"], "lasting") if turned and row.get("since") else text(NOTHING)],
            "cause": [text((row.get("cause") if turned else "") or NOTHING)],
            "requests": [text(count(row.get("remaining_requests")))],
            "tokens": [text(count(row.get("remaining_tokens")))],
            "out": [text(soon, "" if soon == NOTHING else "ll-bad")],
        },
    }


def _target(row: Row) -> Cell:
    where = f"{plain(row.get('region'))} / {plain(row.get('key_alias'))}"
    return [
        text(f"{plain(row.get('provider'))} / {plain(row.get('model'))}", "ll-strong"),
        text(where, "ll-dim ll-after-small"),
    ]
