"""Destinations: the places that hear about incidents, whether they do, and a test of each."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadline.control.console.api_client import ApiClient, ApiProblem
from leadline.control.console.cells import NOTHING, count, number, plain
from leadline.control.console.forms import Said, draw_said, named_button
from leadline.control.console.frame import Frame
from leadline.control.console.marks import Part, Words, box, fact, link, moment, plain_fact

REFRESH_S = 3.0
Row = Mapping[str, Any]


class DestinationsPage:
    """One visitor's page."""

    def __init__(self, api: ApiClient, frame: Frame) -> None:
        self._api = api
        self._frame = frame
        self._answers: dict[str, Said] = {}
        with box("ll-page", "main"):
            Words("Who hears about incidents", "ll-page-title", "h2")
            self._cards: Part[Any] = Part(self._draw)

    async def refresh(self) -> None:
        found = (await self._api.get("/api/destinations"))["destinations"]
        self._cards.show((found, dict(self._answers)))

    def _draw(self, data: tuple[Sequence[Row], Mapping[str, Said]]) -> None:
        rows, answers = data
        if not rows:
            Words(
                "Nobody is told: there is no destination yet. Add one under `destinations:`, and restart.",
                "ll-dim",
                "p",
            )
        for row in rows:
            self._draw_one(row, answers.get(str(row["destination"]), (True, "")))

    def _draw_one(self, row: Row, answer: Said) -> None:
        name = str(row["destination"])

        async def test(by: str) -> None:
            await self._test(name, by)

        with box("ll-card"):
            with box("ll-heading-row"):
                Words(name, "ll-card-title", "h3")
                Words(row.get("type") or "not configured any more", "ll-dim")
                well, words = state_of(row)
                Words(words, f"ll-pill {'ll-well' if well else 'll-unwell'}")
                if row.get("type"):
                    named_button("Send test", test, "ll-button ll-after")
            draw_said(answer)
            _draw_figures(row)
            _draw_untold(row.get("untold") or ())

    async def _test(self, name: str, by: str) -> None:
        path = f"/api/destinations/{quote(name, safe='')}/test"
        try:
            told = await self._api.post(path, {"by": by})
        except ApiProblem as problem:
            self._answers[name] = (False, problem.message)
        else:
            self._answers[name] = (bool(told["delivered"]), str(told["answer"]))
        await self._frame.attempt(self.refresh)


def state_of(row: Row) -> tuple[bool, str]:
    """Well or not, and in a few words."""
    if row.get("failing_since"):
        return False, "does not take what it is told"
    if number(row.get("failed")):
        return True, "takes again what it is told"
    return True, "takes what it is told" if row.get("last_delivered_at") else "was not needed yet"


def _draw_figures(row: Row) -> None:
    with box("ll-facts ll-facts-wide"):
        with fact("Last told"):
            _draw_moment(row.get("last_delivered_at"))
        plain_fact("Told", count(row.get("delivered")))
        plain_fact("Waiting", count(row.get("pending")))
        plain_fact("Given up", count(row.get("failed")), "ll-bad" if number(row.get("failed")) else "")
        with fact("Failing since"):
            _draw_moment(row.get("failing_since"))


def _draw_moment(at: object) -> None:
    if at:
        moment(at, "both", "ll-fact-value")
    else:
        Words(NOTHING, "ll-fact-value")


def _draw_untold(untold: Sequence[Row]) -> None:
    """What it has not heard, newest first."""
    for one in untold:
        state = plain(one.get("state"))
        with box(f"ll-delivery ll-delivery-{state}"):
            Words("waiting" if state == "pending" else "given up", "ll-delivery-state")
            Words(one.get("change"))
            incident = str(one.get("incident_id"))
            link(incident, f"/incidents/{quote(incident, safe='')}", "mono")
            Words(one.get("error"), "ll-bad")
            if one.get("tries"):
                Words(f"{count(one['tries'])} tries, last", "ll-dim")
                moment(one.get("at"), "ago", "ll-dim")
