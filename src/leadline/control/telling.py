"""The routes about the places that hear of incidents: how each is doing, and a test of one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Path as PathParameter
from starlette.responses import Response

from leadline.control import answers
from leadline.control.orders import Decision, way_of
from leadline.control.parts import ControlParts
from leadline.control.problems import answer
from leadline.control.questions import ordered, told
from leadline.vocabulary import Command, Query

_NEVER: Mapping[str, object] = {
    "delivered": 0,
    "pending": 0,
    "failed": 0,
    "last_delivered_at": None,
    "failing_since": None,
    "next_at": None,
    "error": "",
    "untold": (),
}
Identifier = Annotated[str, PathParameter(max_length=300)]


def telling_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["destinations"], responses=answers.ORDER_ERRORS)

    @routes.get("/destinations", response_model=answers.Destinations)
    async def destinations() -> Response:
        """Each with what became of all that it was to hear. Never an address or a key."""
        rows = (await told(parts, Query.DESTINATIONS, {}, limit=1000)).rows
        known = {str(row["destination"]): row for row in rows}
        names = [*parts.destinations, *(name for name in known if name not in parts.destinations)]
        return answer(
            {
                "destinations": [
                    {
                        "destination": name,
                        "type": parts.destinations.get(name, ""),
                        **_NEVER,
                        **known.get(name, {}),
                    }
                    for name in names
                ]
            }
        )

    @routes.post("/destinations/{name}/test", response_model=answers.Tested)
    async def test(name: Identifier, request: Request, decision: Decision | None = None) -> Response:
        """Send a sample incident there and say what was answered. It counts nowhere."""
        said = decision or Decision()
        given = {"destination": name, "by": said.by, "via": way_of(request)}
        return answer(await ordered(parts, Command.NOTIFY_TEST, given, deadline_s=_SEND_DEADLINE_S))

    return routes


_SEND_DEADLINE_S = 30.0
"""Longer than one send may take, so that its answer arrives."""
