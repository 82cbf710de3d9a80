"""The route to what people did: the watch's chain of orders, and that of this process."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from leadline.control import answers
from leadline.control.orders import ADMINISTRATOR, way_of
from leadline.control.parameters import MOST_ROWS
from leadline.control.parts import ControlParts
from leadline.control.problems import answer
from leadline.control.questions import told
from leadline.storage.audit_book import CONTROL, WATCH, merged
from leadline.vocabulary import Deed
from leadline.vocabulary import Query as Named

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


def audit_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["audit"], responses=answers.ERRORS)

    @routes.get("/audit", response_model=answers.Audit)
    async def audit(limit: Limit = 200) -> Response:
        """Every order and change by a person, newest first, with the chain that it stands in."""
        orders = await told(parts, Named.AUDIT, {}, limit)
        own = await asyncio.to_thread(parts.audit.newest, limit)
        return answer({"audit": merged({WATCH: orders.rows, CONTROL: own}, limit)})

    return routes


def note_deed(parts: ControlParts, request: Request, action: str, subject: str, outcome: str) -> None:
    """Keep what this process did for a person. There is one administrator so far."""
    deed = Deed(
        at=parts.now(),
        by=ADMINISTRATOR,
        action=action,
        subject=subject,
        via=way_of(request),
        outcome=outcome,
    )
    parts.audit.note(deed)
