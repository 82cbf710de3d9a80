"""Triage: from what somebody saw, in their own words, to the branches of trouble to look at."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.branches import draw_branches
from leadline.control.console.forms import Fields, form, send_button
from leadline.control.console.frame import Frame
from leadline.control.console.marks import Part, Words, box, link

PATH = "/triage"
EXAMPLES = (
    "answers are slow",
    "errors 503 from the provider",
    "429, we are throttled",
    "the key is rejected, 401",
    "wrong figures, made up facts",
    "broken JSON",
    "empty answers",
    "it refuses what it used to answer",
    "costs have tripled",
    "prompt injection",
    "personal data leaked",
    "retrieval finds nothing, stale documents",
    "no data in the console",
)
_LONGEST = 300
_UNFOLDED = 4


class TriagePage:
    """One visitor's page. `given` are the parameters of the address."""

    def __init__(self, api: ApiClient, frame: Frame, given: Mapping[str, str]) -> None:
        self._api = api
        self._frame = frame
        self._asked = given.get("symptom", "")[:_LONGEST]
        self._answered = ""
        with box("ll-page", "main"):
            Words("What did you see?", "ll-page-title", "h2")
            self._draw_question()
            self._tree: Part[Any] = Part(_draw_tree)

    async def refresh(self) -> None:
        """What was asked is answered once; the tree does not change."""
        if not self._asked or self._asked == self._answered:
            return
        self._tree.show(await self._find(self._asked))
        self._answered = self._asked

    async def _find(self, asked: str) -> Any:
        """One word may be the id of an incident, an event or a request."""
        if " " not in asked:
            try:
                return await self._api.get("/api/triage", {"subject": asked})
            except ApiProblem as problem:
                if problem.status != 404:
                    raise
        return await self._api.get("/api/triage", {"symptom": asked})

    def _draw_question(self) -> None:
        with form("Triage", self._ask):
            with box("ll-choice ll-choice-wide", "label"):
                Words("A symptom in your own words, or the id of an incident, an event or a request")
                entry = box("", "input").props(
                    f"name=symptom type=search maxlength={_LONGEST} autocomplete=off "
                    "list=ll-symptoms required"
                )
                entry.props["value"] = self._asked
            with box("", "datalist").props("id=ll-symptoms"):
                for example in EXAMPLES:
                    box("", "option").props["value"] = example
            send_button("Find out")
        with box("ll-examples"):
            for example in EXAMPLES:
                link(example, f"{PATH}?{urlencode({'symptom': example})}", "ll-chip")
        with box("ll-runbook"):
            link("All runbooks", "/runbooks")

    async def _ask(self, fields: Fields) -> None:
        self._asked = fields.get("symptom", "")[:_LONGEST]
        ui.navigate.history.replace(f"{PATH}?{urlencode({'symptom': self._asked})}" if self._asked else PATH)
        await self._frame.attempt(self.refresh)


def _draw_tree(tree: Mapping[str, Any]) -> None:
    Words(tree["title"], "ll-page-title", "h2")
    draw_branches(tree["branches"], unfolded=_UNFOLDED)
