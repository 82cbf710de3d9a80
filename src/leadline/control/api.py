"""The control API: what the console, the command line and scripts ask of the people's side."""

from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.params import Path as PathParameter
from starlette.exceptions import HTTPException
from starlette.responses import Response

import leadline
from leadline.control import answers, parameters, plan_view
from leadline.control.advice import advice, silences_of
from leadline.control.auditing import audit_routes, note_deed
from leadline.control.guidance import guidance_routes
from leadline.control.holding import holding_routes
from leadline.control.orders import order_routes
from leadline.control.parts import ControlParts
from leadline.control.problems import Problem, answer
from leadline.control.questions import the_one, told
from leadline.control.reload import reload_plan
from leadline.control.reviewing import review_routes
from leadline.control.routing import routing_routes
from leadline.control.sentences import incident_title
from leadline.control.telling import telling_routes
from leadline.control.tool_policies import tool_policy_routes
from leadline.vocabulary import Query as Named

_ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": answers.Error, "description": "A parameter is wrong; the sentence names it."},
    401: {"model": answers.Error, "description": "Neither an admin key nor a session."},
    503: {"model": answers.Error, "description": "The watch does not answer."},
}
Identifier = Annotated[str, PathParameter(max_length=300)]


def create_api(parts: ControlParts) -> FastAPI:
    """All routes, without the guard: `service.application` puts that in front."""
    api = FastAPI(
        title="Leadline control API",
        version=leadline.__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,  # their pages load scripts from the internet
        redoc_url=None,
    )
    for routes in (
        incident_routes,
        guidance_routes,
        order_routes,
        telling_routes,
        audit_routes,
        request_routes,
        number_routes,
        plan_routes,
        routing_routes,
        holding_routes,
        tool_policy_routes,
        review_routes,
        sign_of_life,
    ):
        api.include_router(routes(parts))
    _explain_errors(api)
    _end_of_the_api(api)
    return api


def incident_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["incidents"], responses=_ERRORS)

    @routes.get("/incidents", response_model=answers.Incidents)
    async def incidents(wanted: Annotated[parameters.IncidentFilter, Query()]) -> Response:
        """Incidents, newest first."""
        found = await told(parts, Named.INCIDENTS, wanted.arguments(parts.now()), wanted.limit)
        rows = [{**row, "title": incident_title(row)} for row in found.rows]
        return answer({"incidents": rows, "truncated": found.truncated})

    @routes.get("/incidents/{incident_id}", response_model=answers.IncidentDetail)
    async def incident(incident_id: Identifier) -> Response:
        """One incident with its severity path, samples, updates and deliveries."""
        row = await the_one(parts, Named.INCIDENT, {"incident_id": incident_id}, f"incident {incident_id!r}")
        found = (await told(parts, Named.SILENCES, {})).rows
        silences = silences_of(row["incident"], found, parts.now())
        return answer({**row, **advice(row["incident"]), "silences": silences})

    @routes.get("/events", response_model=answers.Events)
    async def events(wanted: Annotated[parameters.EventFilter, Query()]) -> Response:
        """Typed failure events, newest first."""
        if name := wanted.incident_id:
            await the_one(parts, Named.INCIDENT, {"incident_id": name}, f"incident {name!r}")
        found = await told(parts, Named.EVENTS, wanted.arguments(parts.now()), wanted.limit)
        return answer({"events": found.rows, "truncated": found.truncated})

    return routes


def request_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["requests"], responses=_ERRORS)

    @routes.get("/requests", response_model=answers.Requests)
    async def requests(wanted: Annotated[parameters.RequestFilter, Query()]) -> Response:
        """Requests through the gateway, newest first."""
        found = await told(parts, Named.REQUESTS, wanted.arguments(parts.now()), wanted.limit)
        return answer({"requests": found.rows, "truncated": found.truncated})

    @routes.get("/requests/{request_id}", response_model=answers.RequestDetail)
    async def request(request_id: Identifier) -> Response:
        """One request with its attempts, stage times, signals and events."""
        row = await the_one(parts, Named.REQUEST, {"request_id": request_id}, f"request {request_id!r}")
        return answer(row)

    @routes.get("/feedback", response_model=answers.Feedback)
    async def feedback(wanted: Annotated[parameters.FeedbackFilter, Query()]) -> Response:
        """What people said of answers, newest first."""
        found = await told(parts, Named.FEEDBACK, wanted.arguments(parts.now()), wanted.limit)
        return answer({"feedback": found.rows, "truncated": found.truncated})

    return routes


def number_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["numbers"], responses=_ERRORS)

    @routes.get("/latency", response_model=answers.Latency)
    async def latency(wanted: Annotated[parameters.LatencyFilter, Query()]) -> Response:
        """Latency and time to first token by model or provider."""
        found = await told(parts, Named.LATENCY, wanted.arguments(parts.now()), wanted.limit)
        return answer({"latency": found.rows, "truncated": found.truncated})

    @routes.get("/traffic", response_model=answers.Traffic)
    async def traffic(wanted: Annotated[parameters.TrafficFilter, Query()]) -> Response:
        """Requests, failures, tokens and cost per `step_s` seconds."""
        found = await told(parts, Named.TRAFFIC, wanted.arguments(parts.now()), wanted.limit)
        return answer({"traffic": found.rows, "truncated": found.truncated})

    @routes.get("/health", response_model=answers.Health)
    async def health() -> Response:
        """Lag and drops of the watch, and the last heartbeat of each gateway worker."""
        found = await told(parts, Named.HEALTH, {}, limit=1)
        return answer({"health": found.rows[0] if found.rows else {}})

    @routes.get("/about", response_model=answers.About)
    async def about() -> Response:
        """Version, and whether the incident rules run faster than in production."""
        shown = {"version": leadline.__version__, "time_scale": parts.time_scale, "demo": parts.demo}
        return answer(shown)

    return routes


def plan_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(tags=["plan"], responses=_ERRORS)

    @routes.get("/api/plan", response_model=answers.PlanView)
    async def plan() -> Response:
        """Routes, keys by alias, checks and prices in force. Never a secret or a digest."""
        current = parts.plans.current()
        if current is None:
            raise Problem(404, "no_plan", "No plan is published yet; POST /-/reload publishes one.")
        return answer(plan_view.view(current))

    @routes.post("/-/reload", response_model=answers.Reload)
    async def reload(request: Request) -> Response:
        """Read the configuration again and publish the plan; returns when the workers have it."""
        try:
            reloaded = await reload_plan(parts.plans, parts.ask)
        except Problem as problem:
            note_deed(parts, request, "reload", "plan", problem.message)
            raise
        outcome = "done" if reloaded.changed else "unchanged"
        note_deed(parts, request, "reload", f"plan {reloaded.generation}", outcome)
        return answer(reloaded)

    return routes


def sign_of_life(_parts: ControlParts) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/health", response_model=answers.Alive)
    async def alive() -> Response:
        """This process answers. Open to all, so it tells nothing else."""
        return answer({"status": "ok"})

    return routes


def _end_of_the_api(api: FastAPI) -> None:
    """The console is mounted at the root; a wrong API path must not end in one of its pages."""

    @api.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "DELETE"], include_in_schema=False)
    async def no_such_route(path: str) -> Response:
        raise Problem(404, "no_route", f"There is no /api/{path}; /api/openapi.json lists the routes.")


def _explain_errors(api: FastAPI) -> None:
    @api.exception_handler(Problem)
    async def problem(_request: Request, error: Problem) -> Response:
        return error.response()

    @api.exception_handler(RequestValidationError)
    async def wrong_parameter(_request: Request, error: RequestValidationError) -> Response:
        return parameters.refused(error).response()

    @api.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        return Problem(
            error.status_code,
            error.detail.lower().replace(" ", "_"),
            f"{request.method} {request.url.path}: {error.detail.lower()}; "
            "/api/openapi.json lists the routes.",
            error.headers,
        ).response()

    @api.exception_handler(Exception)
    async def our_fault(_request: Request, _error: Exception) -> Response:
        # Starlette raises it on after this answer, so the server logs the traceback.
        return Problem(
            500, "internal", "The control process failed on this call; its log has the reason."
        ).response()
