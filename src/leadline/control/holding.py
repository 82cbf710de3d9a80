"""The routes by which people hold a breaker open or closed, and release it; audited."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Path as PathParameter
from msgspec.structs import replace
from starlette.responses import Response

from leadline.control import answers
from leadline.control.orders import ADMINISTRATOR, Decision, Who, way_of
from leadline.control.parameters import Name
from leadline.control.parts import ControlParts
from leadline.control.problems import Problem, answer
from leadline.control.reload import publish_and_wait
from leadline.vocabulary import BreakerHold, Deed

Target = Annotated[str, PathParameter(max_length=300)]
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": answers.Error, "description": "A parameter is wrong; the sentence names it."},
    401: {"model": answers.Error, "description": "Neither an admin key nor a session."},
    404: {"model": answers.Error, "description": "No target has that name, or it is not held."},
    422: {"model": answers.Error, "description": "The configuration is refused; the plan in force stays."},
}


class NewHold(Decision):
    """Held `open` a target is left alone; held closed it is asked whatever its breaker thinks of it."""

    open: bool = True


def holding_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["breakers"], responses=_ERRORS)

    @routes.get("/breakers/holds", response_model=answers.Holds)
    async def shown() -> Response:
        """The breakers that people hold, since when and why."""
        return answer({"holds": list(parts.holds.decisions())})

    @routes.put("/breakers/holds/{target:path}", response_model=answers.HoldChanged)
    async def hold(target: Target, wanted: NewHold, request: Request) -> Response:
        """Hold all targets of that name. Returns when all gateway workers have it, or names those without."""
        held = BreakerHold(
            target=target, by=wanted.by, at=parts.now(), open=wanted.open, reason=wanted.reason
        )
        known = _names(parts)
        if not any(held.means(name) for name in known):
            there = ", ".join(sorted(known)) or "none"
            raise Problem(404, "unknown_target", f"There is no target {target!r}; there is {there}.")
        return answer(await _change(parts, held, _deed(parts, request, "breaker_hold", target, wanted)))

    @routes.delete("/breakers/holds/{target:path}", response_model=answers.HoldChanged)
    async def release(
        target: Target, request: Request, by: Who = ADMINISTRATOR, reason: Name = ""
    ) -> Response:
        """Leave it to the breaker again."""
        if target not in parts.holds.entries:
            held = ", ".join(sorted(parts.holds.entries)) or "nothing"
            raise Problem(404, "not_held", f"Nobody holds {target!r}; held is {held}.")
        said = Decision(by=by, reason=reason)
        return answer(await _change(parts, None, _deed(parts, request, "breaker_release", target, said)))

    return routes


async def _change(parts: ControlParts, hold: BreakerHold | None, deed: Deed) -> dict[str, object]:
    try:
        done = await publish_and_wait(
            lambda: parts.holds.put(deed.subject, hold, parts.plans.publish), parts.ask, "The hold"
        )
    except Problem as problem:
        parts.audit.note(replace(deed, outcome=problem.message))
        raise
    state = "released" if hold is None else "open" if hold.open else "closed"
    parts.audit.note(replace(deed, details=f"{state}, generation {done.generation}"))
    return {
        "target": deed.subject,
        "state": state,
        "targets": [name for name in sorted(_names(parts)) if _means(deed.subject, name)],
        "generation": done.generation,
        "workers": done.workers,
        "pending": done.pending,
    }


def _deed(parts: ControlParts, request: Request, action: str, target: str, said: Decision) -> Deed:
    return Deed(
        at=parts.now(), by=said.by, action=action, subject=target, via=way_of(request), note=said.reason
    )


def _names(parts: ControlParts) -> set[str]:
    plan = parts.plans.current()
    routes = plan.routes.values() if plan is not None else ()
    return {target.identity.full_name for route in routes for target in route.targets}


def _means(target: str, full_name: str) -> bool:
    return BreakerHold(target=target, by="", at=0.0).means(full_name)
