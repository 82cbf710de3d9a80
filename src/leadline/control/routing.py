"""The routes by which people swap the targets of an alias at run time; audited, and back within a second."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Path as PathParameter
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from leadline.control import answers
from leadline.control.books import Targets
from leadline.control.orders import ADMINISTRATOR, Decision, Who, way_of
from leadline.control.parameters import Name
from leadline.control.parts import ControlParts
from leadline.control.problems import Problem, answer
from leadline.control.reload import publish_and_wait
from leadline.vocabulary import Deed, RouteOverride, TargetChoice

Alias = Annotated[str, PathParameter(max_length=300)]
_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": answers.Error, "description": "A parameter is wrong; the sentence names it."},
    401: {"model": answers.Error, "description": "Neither an admin key nor a session."},
    404: {"model": answers.Error, "description": "There is no such alias."},
    422: {"model": answers.Error, "description": "The targets are refused; the routes in force stay."},
}


class Place(BaseModel):
    """`provider` is a name under `providers:`. Neighbours with a `weight` and the same `priority` share."""

    model_config = ConfigDict(extra="forbid")

    provider: Name
    model: Name
    weight: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    priority: Annotated[int, Field(ge=0, le=1000)] = 0


class NewTargets(Decision):
    """First comes the primary, or those that share its load; the others are fallbacks in order."""

    targets: Annotated[list[Place], Field(min_length=1, max_length=50)]


def routing_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["routes"], responses=_ERRORS)

    @routes.get("/routes", response_model=answers.Routes)
    async def shown() -> Response:
        """Each alias with the targets in force, the configured ones, and who changed them."""
        plan, book = parts.plans.current(), parts.routes
        rows = [_row(alias, parts) for alias in sorted({*book.configured, *book.entries})]
        return answer({"generation": plan.generation if plan is not None else 0, "routes": rows})

    @routes.put("/routes/{alias:path}", response_model=answers.RouteChanged)
    async def set_route(alias: Alias, wanted: NewTargets, request: Request) -> Response:
        """Swap the targets of an alias. Returns when all gateway workers have it, or names those without."""
        targets = tuple(TargetChoice(**place.model_dump()) for place in wanted.targets)
        _refuse_twice(targets)
        override = RouteOverride(
            alias=alias, targets=targets, by=wanted.by, at=parts.now(), reason=wanted.reason
        )
        return answer(await _change(parts, override, _deed(parts, request, "route_set", alias, wanted)))

    @routes.delete("/routes/{alias:path}", response_model=answers.RouteChanged)
    async def reset_route(
        alias: Alias, request: Request, by: Who = ADMINISTRATOR, reason: Name = ""
    ) -> Response:
        """Back to what the configuration says."""
        said = Decision(by=by, reason=reason)
        return answer(await _change(parts, None, _deed(parts, request, "route_reset", alias, said)))

    return routes


async def _change(parts: ControlParts, override: RouteOverride | None, deed: Deed) -> dict[str, object]:
    alias, book = deed.subject, parts.routes
    if alias not in book.configured and (override is not None or alias not in book.entries):
        known = ", ".join(sorted(book.configured)) or "none"
        raise Problem(404, "unknown_alias", f"There is no alias {alias!r} under `models:`; there is {known}.")
    before = _names(book.in_force(alias))
    try:
        done = await publish_and_wait(
            lambda: book.put(alias, override, parts.plans.publish), parts.ask, f"The route {alias!r}"
        )
    except Problem as problem:
        parts.audit.note(replace(deed, outcome=problem.message))
        raise
    now = book.in_force(alias)
    details = f"from {before} to {_names(now)}, generation {done.generation}"
    parts.audit.note(replace(deed, outcome="done" if done.changed else "unchanged", details=details))
    return {
        "alias": alias,
        "targets": now or (),
        "generation": done.generation,
        "changed": done.changed,
        "workers": done.workers,
        "pending": done.pending,
    }


def _deed(parts: ControlParts, request: Request, action: str, alias: str, said: Decision) -> Deed:
    return Deed(
        at=parts.now(), by=said.by, action=action, subject=alias, via=way_of(request), note=said.reason
    )


def _row(alias: str, parts: ControlParts) -> dict[str, object]:
    book = parts.routes
    override = book.entries.get(alias)
    changed = None
    if override is not None:
        changed = {"by": override.by, "at": override.at, "reason": override.reason}
    return {
        "alias": alias,
        "targets": book.in_force(alias) or (),
        "configured": book.configured.get(alias, ()),
        "override": changed,
    }


def _names(targets: Targets | None) -> str:
    return ", ".join(target.name for target in targets or ()) or "nothing"


def _refuse_twice(targets: Targets) -> None:
    names = [target.name for target in targets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Problem(400, "target_twice", f"{twice} is there twice; give it a weight instead.")
