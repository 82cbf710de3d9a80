"""Triage: from what somebody saw, in their own words, to the branches of trouble to look at."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.branches import draw_branches
from leadline.control.console.forms import send_button
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

    def __init__(self, api: ApiClient, given: Mapping[str, str]) -> None:
        self._api = api
        self._asked = given.get("symptom", "").strip()[:_LONGEST]
        with box("ll-page", "main"):
            Words("What did you see?", "ll-page-title", "h2")
            self._draw_question()
            self._tree: Part[Any] = Part(_draw_tree)

    async def refresh(self) -> None:
        """The tree does not change, so once is enough."""
        if self._asked:
            self._tree.show(await self._find(self._asked))

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
        # A plain form: it works before the page is alive, and its address can be shared.
        with box("ll-form", "form").props('action=/triage method=get aria-label="Triage"'):
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


def _draw_tree(tree: Mapping[str, Any]) -> None:
    Words(tree["title"], "ll-page-title", "h2")
    draw_branches(tree["branches"], unfolded=_UNFOLDED)
