"""The routes by which people see what policies hold, and release or reject it; the watch keeps who did."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.params import Path as PathParameter
from starlette.responses import Response

from leadline.control import answers
from leadline.control.orders import Decision, way_of
from leadline.control.parameters import ReviewFilter
from leadline.control.parts import ControlParts
from leadline.control.problems import answer
from leadline.control.questions import ordered, the_one, told
from leadline.vocabulary import Command
from leadline.vocabulary import Query as Named

Identifier = Annotated[str, PathParameter(max_length=300)]


def review_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["reviews"], responses=answers.ORDER_ERRORS)

    @routes.get("/reviews", response_model=answers.Reviews)
    async def reviews(wanted: Annotated[ReviewFilter, Query()]) -> Response:
        """What policies hold for a person, newest first; without the texts."""
        found = await told(parts, Named.REVIEWS, wanted.arguments(parts.now()), wanted.limit)
        return answer({"reviews": found.rows, "truncated": found.truncated})

    @routes.get("/reviews/{review_id}", response_model=answers.ReviewDetail)
    async def review(review_id: Identifier) -> Response:
        """One of them with its texts, as long as they are kept."""
        row = await the_one(parts, Named.REVIEW, {"review_id": review_id}, f"review {review_id!r}")
        return answer({"review": row})

    @routes.post("/reviews/{review_id}/release", response_model=answers.ReviewDecided)
    async def release(review_id: Identifier, request: Request, decision: Decision | None = None) -> Response:
        """Let the client have it. It cannot be taken back."""
        return answer({"review": await _decided(parts, Command.RELEASE, review_id, decision, request)})

    @routes.post("/reviews/{review_id}/reject", response_model=answers.ReviewDecided)
    async def reject(review_id: Identifier, request: Request, decision: Decision | None = None) -> Response:
        """Never give it."""
        return answer({"review": await _decided(parts, Command.REJECT, review_id, decision, request)})

    return routes


async def _decided(
    parts: ControlParts, command: Command, review_id: str, decision: Decision | None, request: Request
) -> dict[str, object]:
    said = decision or Decision()
    given = {"review_id": review_id, "by": said.by, "reason": said.reason, "via": way_of(request)}
    return await ordered(parts, command, given)
