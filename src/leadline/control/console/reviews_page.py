"""Reviews: what policies hold, beside it one of them with its texts, and the decision about it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from nicegui import ui

from leadline.control.console.api_client import Answer, ApiClient, ApiProblem
from leadline.control.console.cells import NOTHING, plain, text, time_at
from leadline.control.console.forms import (
    Fields,
    Said,
    button,
    decision_form,
    draw_said,
)
from leadline.control.console.frame import Frame
from leadline.control.console.live_table import Column, LiveTable
from leadline.control.console.live_table import Row as TableRow
from leadline.control.console.marks import Part, Words, box, fact, heading, link, moment, plain_fact

REFRESH_S = 3.0
PATH = "/reviews"
PENDING = "pending"
RELEASE, REJECT = "release", "reject"
_WORDS = {RELEASE: "Release", REJECT: "Reject"}
_WHAT_IT_DOES = {
    RELEASE: "The client that waits gets it. That cannot be taken back.",
    REJECT: "It is never given, and its text is deleted unless its key keeps texts.",
}
COLUMNS: list[Column] = [
    {"name": "at", "label": "Held"},
    {"name": "state", "label": "State"},
    {"name": "held", "label": "What"},
    {"name": "policy", "label": "Policy"},
    {"name": "found", "label": "Found", "cls": "grow"},
    {"name": "feature", "label": "Feature", "cls": "wide"},
    {"name": "until", "label": "Until", "cls": "wide", "hint": "After that it is not given"},
]
Row = Mapping[str, Any]


class ReviewsPage:
    """One visitor's page; `review_id` empty = none is opened."""

    def __init__(self, api: ApiClient, frame: Frame, review_id: str) -> None:
        self._api = api
        self._frame = frame
        with box("ll-page ll-page-tall", "main"), box("ll-split") as self._split:
            with box("ll-list"):
                self._table = LiveTable(
                    COLUMNS,
                    label="Reviews",
                    on_open=self._toggle,
                    empty={
                        "title": "No policy holds anything.",
                        "next": "A rule with `word: hold` keeps a text here until somebody decides.",
                    },
                )
            self._detail = ReviewDetail(api, self._close, self.refresh)
        self._select(review_id)

    async def refresh(self) -> None:
        rows: Any = (await self._api.get("/api/reviews", {"limit": 300}))["reviews"]
        self._table.show([_row(row) for row in sorted(rows, key=_waiting_first)])
        await self._detail.refresh()

    async def _opened_now(self) -> None:
        await self._frame.attempt(self._detail.refresh)

    def _toggle(self, review_id: str) -> None:
        self._select("" if review_id == self._detail.review_id else review_id)
        self._tell_address()
        ui.timer(0, self._opened_now, once=True)

    def _close(self) -> None:
        self._select("")
        self._tell_address()

    def _select(self, review_id: str) -> None:
        self._table.select(review_id)
        self._detail.open(review_id)
        self._split.classes(**{"add" if review_id else "remove": "ll-opened"})

    def _tell_address(self) -> None:
        opened = self._detail.review_id
        ui.navigate.history.replace(f"{PATH}/{quote(opened, safe='')}" if opened else PATH)


class ReviewDetail:
    """The panel beside the list: the texts, then the decision."""

    def __init__(
        self, api: ApiClient, on_close: Callable[[], None], refresh: Callable[[], Awaitable[None]]
    ) -> None:
        self._api = api
        self._refresh = refresh
        self.review_id = ""
        with box("ll-detail", "aside").props('aria-label="Review"'):
            closes = Words("✕", "ll-close", "button").props(
                'type=button data-closes aria-label="Close (Esc)"'
            )
            closes.on("click", on_close)
            self._head: Part[Answer] = Part(_draw_head)
            with box("ll-decisions"):
                self._bar: Part[bool] = Part(self._draw_bar)
                self._form: Part[str] = Part(self._draw_form)
                self._said: Part[Said] = Part(draw_said)
            self._texts: Part[Answer] = Part(_draw_texts)

    def open(self, review_id: str) -> None:
        self.review_id = review_id
        self._form.show("")
        self._said.show((True, ""))

    async def refresh(self) -> None:
        wanted = self.review_id
        if not wanted:
            return
        try:
            found: Any = (await self._api.get(f"/api/reviews/{quote(wanted, safe='')}"))["review"]
        except ApiProblem as problem:
            if problem.status != 404:
                raise
            found = {"missing": problem.message}
        if wanted == self.review_id:
            self._head.show(found)
            self._texts.show(found)
            self._bar.show(found.get("state") == PENDING)

    def _draw_bar(self, waits: bool) -> None:  # noqa: FBT001 - a part draws one value
        if waits:
            with box("ll-buttons"):
                for decision, word in _WORDS.items():
                    button(word, partial(self._form.show, decision))

    def _draw_form(self, decision: str) -> None:
        if not decision:
            return

        async def send(fields: Fields) -> None:
            await self._send(decision, fields)

        called_off = partial(self._form.show, "")
        decision_form(_WORDS[decision], _WHAT_IT_DOES[decision], (send, called_off), "why, for the record")

    async def _send(self, decision: str, fields: Fields) -> None:
        said = {"by": fields.get("by", ""), "reason": fields.get("reason", "")}
        try:
            await self._api.post(f"/api/reviews/{quote(self.review_id, safe='')}/{decision}", said)
        except ApiProblem as problem:
            self._said.show((False, problem.message))
            return
        self._form.show("")
        self._said.show((True, f"It is {decision}{'d' if decision == RELEASE else 'ed'}."))
        await self._refresh()


def _draw_head(review: Answer) -> None:
    if "missing" in review:
        Words(review["missing"], "ll-detail-title", "h2")
        return
    with box("ll-detail-top"):
        Words(review["state"], _tag(review["state"]))
        Words(review["review_id"], "ll-key mono")
    Words(f"{plain(review['held']).capitalize()} held by {review['policy']}", "ll-detail-title", "h2")
    with box("ll-facts"):
        with fact("Held"):
            moment(review["at"], "both", "ll-fact-value")
        with fact("Until"):
            moment(review["until"], "stamp", "ll-fact-value")
        plain_fact("Model", f"{plain(review['provider'])} {plain(review['model'])}".strip())
        plain_fact("Tenant / key", f"{review['tenant']} / {review['key_alias']}")
        plain_fact("Feature", review["feature"])
        plain_fact("Template", review["template"])
        if review["decided_by"]:
            plain_fact("Decided by", review["decided_by"])
            plain_fact("Note", review["note"] or NOTHING)
        with fact("Request"):
            link("open", f"/requests/{quote(plain(review['request_id']), safe='')}", "ll-fact-value")
    for found in _evidence(review):
        Words(found, "ll-evidence", "div")


def _draw_texts(review: Answer) -> None:
    if "missing" in review:
        return
    texts = [(part, review[part]) for part in ("answer", "prompt", "context") if review.get(part)]
    for part, said in texts:
        heading(part.capitalize())
        Words(said, "ll-text", "pre")
    if not texts:
        Words("Its texts are not kept any more.", "ll-dim", "p")


def _tag(state: object) -> str:
    return "ll-tag ll-tag-bad" if state == PENDING else "ll-dim"


def _evidence(review: Row) -> Sequence[str]:
    found = review.get("evidence")
    return [plain(one) for one in found] if isinstance(found, list) else []


def _waiting_first(row: Row) -> bool:
    return bool(row.get("state") != PENDING)


def _row(row: Row) -> TableRow:
    waits = row.get("state") == PENDING
    decided = f"by {plain(row.get('decided_by'))}" if row.get("decided_by") else ""
    return {
        "id": plain(row.get("review_id")),
        "cls": "",
        "cells": {
            "at": [time_at(row.get("at"), "stamp")],
            "state": [text(row.get("state"), _tag(row.get("state"))), text(decided, "ll-dim ll-after-small")],
            "held": [text(row.get("held"))],
            "policy": [text(row.get("policy"), "ll-strong")],
            "found": [text("; ".join(_evidence(row)))],
            "feature": [text(row.get("feature"))],
            "until": [time_at(row.get("until"), "stamp") if waits else text(NOTHING)],
        },
    }
