"""Tool policies: those in force, beside them one with its text and history, and what a new text changes."""

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from nicegui import ui

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.cells import plain, text, time_at
from leadline.control.console.forms import (
    Fields,
    Said,
    button,
    draw_said,
    form,
    named_button,
    note_field,
    send_button,
    text_field,
    your_name,
)
from leadline.control.console.frame import Frame
from leadline.control.console.live_table import Column, LiveTable
from leadline.control.console.live_table import Row as TableRow
from leadline.control.console.marks import Part, Words, box, heading, moment

REFRESH_S = 4.0
NEW = "(new)"
_MODES = {
    "enforce": "Calls that no policy permits are denied.",
    "log_only": "Only recorded: every call passes, and its record says what would have been denied.",
    "off": "Off: models may call any tool. `tool_policy:` of the configuration turns it on.",
}
COLUMNS: list[Column] = [
    {"name": "name", "label": "Policy", "cls": "grow"},
    {"name": "from", "label": "From"},
    {"name": "at", "label": "Since", "cls": "wide"},
]
Row = Mapping[str, Any]


class Proposal(NamedTuple):
    """`text` "" = none is made. Nothing of it holds before somebody has read the difference."""

    name: str = ""
    text: str = ""
    difference: str = ""


class ToolsPage:
    """One visitor's page."""

    def __init__(self, api: ApiClient, frame: Frame) -> None:
        self._api = api
        with box("ll-page ll-page-tall", "main"):
            Words("Which tools models may call", "ll-page-title", "h2")
            self._mode: Part[str] = Part(_draw_mode)
            with box("ll-buttons"):
                button("Propose a policy", lambda: self._toggle(NEW))
            with box("ll-split") as self._split:
                with box("ll-list"):
                    self._table = LiveTable(
                        COLUMNS,
                        label="Policies",
                        on_open=self._toggle,
                        empty={
                            "title": "No policy is in force.",
                            "next": "Where tool policy is on, every call is denied then.",
                        },
                    )
                self._detail = PolicyDetail(api, lambda: self._toggle(self._detail.name), self.refresh)
        self._frame = frame

    async def refresh(self) -> None:
        told: Any = await self._api.get("/api/tool-policy")
        self._mode.show(plain(told["mode"]))
        self._table.show([_row(row) for row in told["policies"]])
        self._detail.show({plain(row["name"]): row for row in told["policies"]})
        await self._detail.refresh()

    def _toggle(self, name: str) -> None:
        opened = "" if name == self._detail.name else name
        self._table.select(opened)
        self._detail.open(opened)
        self._split.classes(**{"add" if opened else "remove": "ll-opened"})
        ui.timer(0, lambda: self._frame.attempt(self.refresh), once=True)


class PolicyDetail:
    """The panel beside the list: text, history, and the way to a change of it."""

    def __init__(
        self, api: ApiClient, on_close: Callable[[], None], refresh: Callable[[], Awaitable[None]]
    ) -> None:
        self._api = api
        self._refresh = refresh
        self._policies: Mapping[str, Row] = {}
        self.name = ""
        with box("ll-detail", "aside").props('aria-label="Policy"'):
            closes = Words("✕", "ll-close", "button").props(
                'type=button data-closes aria-label="Close (Esc)"'
            )
            closes.on("click", on_close)
            self._head: Part[tuple[str, Row]] = Part(self._draw_head)
            with box("ll-decisions"):
                self._form: Part[tuple[str, str]] = Part(self._draw_form)
                self._proposal: Part[Proposal] = Part(self._draw_proposal)
                self._said: Part[Said] = Part(draw_said)
            self._history: Part[Any] = Part(_draw_history)

    def open(self, name: str) -> None:
        self.name = name
        self._proposal.show(Proposal())
        self._said.show((True, ""))
        self._form.show(("", ""))

    def show(self, policies: Mapping[str, Row]) -> None:
        self._policies = policies
        self._head.show((self.name, policies.get(self.name, {})))

    async def refresh(self) -> None:
        if not self.name or self.name == NEW:
            self._history.show([])
            return
        deeds: Any = (await self._api.get("/api/audit", {"limit": 1000}))["audit"]
        self._history.show([row for row in deeds if row.get("subject") == self.name and _changes(row)])

    def _draw_head(self, shown: tuple[str, Row]) -> None:
        name, policy = shown
        Words("A new policy" if name == NEW else name, "ll-detail-title", "h2")
        if policy.get("by"):
            Words(
                f"put into force by {policy['by']}: {policy.get('reason') or 'no reason given'}",
                "ll-dim",
                "p",
            )
        if policy:
            Words(policy["text"], "ll-text", "pre")
        with box("ll-buttons ll-decisions"):
            button("Change", lambda: self._form.show((name, plain(policy.get("text")))))
            if policy.get("by"):
                named_button("Take back", self._take_back)

    def _draw_form(self, asked: tuple[str, str]) -> None:
        name, before = asked
        if not name:
            return

        async def compare(fields: Fields) -> None:
            called = fields.get("name") or name
            lines = difflib.unified_diff(
                plain(self._policies.get(called, {}).get("text")).splitlines(),
                fields.get("text", "").splitlines(),
                "in force",
                called,
                lineterm="",
            )
            difference = "\n".join(lines)
            self._said.show((True, "" if difference else "It is the same as in force."))
            self._proposal.show(Proposal(called, fields.get("text", ""), difference))

        with form("Change", compare):
            if name == NEW:
                text_field("name", "Name")
            text_field("text", "Cedar", before, long=True)
            with box("ll-form-end"):
                send_button("Show the difference")

    def _draw_proposal(self, proposal: Proposal) -> None:
        if not proposal.difference:
            return

        async def activate(fields: Fields) -> None:
            said = {"text": proposal.text, "by": fields.get("by", ""), "reason": fields.get("reason", "")}
            path = f"/api/tool-policy/{quote(proposal.name, safe='')}"
            await self._carry_out(lambda: self._api.put(path, said), f"{proposal.name} is in force.")

        with form("Put into force", activate):
            Words(proposal.difference, "ll-text mono", "pre")
            Words("It decides on all gateway workers as soon as it is in force.", "ll-form-words", "p")
            your_name()
            note_field("why, for whoever asks later")
            with box("ll-form-end"):
                send_button("Put into force")
                button("Cancel", lambda: self._proposal.show(Proposal()), "ll-quiet")

    async def _take_back(self, by: str) -> None:
        path = f"/api/tool-policy/{quote(self.name, safe='')}"
        await self._carry_out(lambda: self._api.delete(path, {"by": by}), f"{self.name} is taken back.")

    async def _carry_out(self, order: Callable[[], Awaitable[Any]], done: str) -> None:
        try:
            await order()
        except ApiProblem as problem:
            self._said.show((False, problem.message))
            return
        self._form.show(("", ""))
        self._proposal.show(Proposal())
        self._said.show((True, done))
        await self._refresh()


def _changes(row: Row) -> bool:
    return row.get("action") in ("policy_activate", "policy_deactivate")


def _draw_mode(mode: str) -> None:
    Words(_MODES.get(mode, mode), "ll-dim", "p")


def _draw_history(deeds: Sequence[Row]) -> None:
    if not deeds:
        return
    heading("Versions")
    for deed in deeds:
        with box("ll-check"):
            with box("ll-check-top"):
                Words(plain(deed["action"]).removeprefix("policy_") + "d", "ll-strong")
                Words(f"by {plain(deed['by'])}", "ll-dim")
                if deed.get("outcome") not in ("done", "unchanged"):
                    Words("refused", "ll-bad")
                moment(deed.get("at"), "stamp", "ll-dim ll-after")
            Words(deed.get("note"), "ll-dim", "div")
            Words(deed.get("details") or deed.get("outcome"), "ll-evidence", "pre")


def _row(row: Row) -> TableRow:
    activated = bool(row.get("by"))
    return {
        "id": plain(row["name"]),
        "cls": "",
        "cells": {
            "name": [text(row["name"], "ll-strong")],
            "from": [
                text(f"activated by {row['by']}" if activated else "file", "" if activated else "ll-dim")
            ],
            "at": [time_at(row["at"], "stamp") if activated else text("")],
        },
    }
