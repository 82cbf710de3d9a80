"""The routes by which people decide: acknowledge, resolve, silence. The watch keeps who did it, and when."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.params import Path as PathParameter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from leadline.control import answers
from leadline.control.parameters import Name
from leadline.control.parts import ControlParts
from leadline.control.problems import answer
from leadline.control.questions import ordered, told
from leadline.vocabulary import LATEST_S, Command, FailureCategory, Query

ADMINISTRATOR = "admin"
LONGEST_SILENCE_S = 30 * 86_400.0
Identifier = Annotated[str, PathParameter(max_length=300)]


def _some_words(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("by", "say who decides")
    return text.strip()


Who = Annotated[str, Field(max_length=100), AfterValidator(_some_words)]


class Decision(BaseModel):
    """`by` is the name that stands in the timeline."""

    model_config = ConfigDict(extra="forbid")

    by: Who = ADMINISTRATOR
    reason: Name = ""


class NewSilence(Decision):
    """All that is given must fit. `until` is Unix seconds."""

    key: Name = ""
    category: FailureCategory | None = None
    feature: Name = ""
    until: Annotated[float, Field(ge=0, le=LATEST_S)]

    @model_validator(mode="after")
    def _fits_something(self) -> "NewSilence":
        if not (self.key or self.category or self.feature):
            raise PydanticCustomError("matcher", "give a key, a category or a feature")
        return self


def order_routes(parts: ControlParts) -> APIRouter:
    routes = APIRouter(prefix="/api", tags=["incidents"], responses=answers.ORDER_ERRORS)

    @routes.post("/incidents/{incident_id}/acknowledge", response_model=answers.Decided)
    async def acknowledge(
        incident_id: Identifier, request: Request, decision: Decision | None = None
    ) -> Response:
        """Somebody is on it: no more reminders. Places that were paged hear of it."""
        return answer(await _decided(parts, Command.ACKNOWLEDGE, incident_id, decision, way_of(request)))

    @routes.post("/incidents/{incident_id}/resolve", response_model=answers.Decided)
    async def resolve(
        incident_id: Identifier, request: Request, decision: Decision | None = None
    ) -> Response:
        """It is over, by your word. If the failure goes on it comes back after `dismiss_hold_s` (900 s)."""
        return answer(await _decided(parts, Command.RESOLVE, incident_id, decision, way_of(request)))

    @routes.get("/silences", response_model=answers.Silences)
    async def silences() -> Response:
        """Those in force, newest first."""
        found = await told(parts, Query.SILENCES, {})
        return answer({"silences": [one for one in found.rows if _ahead(one, parts.now())]})

    @routes.post("/silences", response_model=answers.SilenceMade)
    async def silence(wanted: NewSilence, request: Request) -> Response:
        """Incidents that fit are recorded and told to nobody until then."""
        given = wanted.model_dump(mode="json") | {"via": way_of(request)}
        given["until"] = min(wanted.until, parts.now() + LONGEST_SILENCE_S)
        return answer({"silence": await ordered(parts, Command.SILENCE, given)})

    @routes.delete("/silences/{silence_id}", response_model=answers.SilenceEnded)
    async def unsilence(silence_id: Identifier, request: Request, by: Who = ADMINISTRATOR) -> Response:
        """End a silence now; whoever should have been woken meanwhile is woken at the next tick."""
        given = {"silence_id": silence_id, "by": by, "via": way_of(request)}
        return answer(await ordered(parts, Command.UNSILENCE, given))

    return routes


def way_of(request: Request) -> str:
    """`api` for whoever shows the key itself, `console` for a session."""
    return "api" if "authorization" in request.headers else "console"


async def _decided(
    parts: ControlParts, command: Command, incident_id: str, decision: Decision | None, via: str
) -> dict[str, object]:
    said = decision or Decision()
    given = {"incident_id": incident_id, "by": said.by, "reason": said.reason, "via": via}
    return await ordered(parts, command, given)


def _ahead(silence: dict[str, object], now: float) -> bool:
    until = silence.get("until")
    return isinstance(until, int | float) and until > now
