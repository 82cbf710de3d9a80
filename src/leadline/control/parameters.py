"""What may stand behind the `?` of each route: validated, and unknown names refused."""

import re
from enum import StrEnum
from typing import Annotated

from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from leadline.control.problems import Problem
from leadline.vocabulary import FailureCategory, FailureKind, IncidentStatus, ReviewState, Severity

MOST_ROWS = 1000
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_UNIX = re.compile(r"\d+(?:\.\d+)?")


class Outcome(StrEnum):
    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Group(StrEnum):
    MODEL = "model"
    PROVIDER = "provider"


def _since_form(text: str) -> str:
    if _DURATION.fullmatch(text) or _UNIX.fullmatch(text):
        return text
    raise PydanticCustomError("since", "write it as a duration like 30s, 15m, 2h or 2d, or as Unix seconds")


Since = Annotated[str, AfterValidator(_since_form), Field(examples=["15m", "1763894012"])]
Name = Annotated[str, Field(max_length=300)]


def since_unix(since: str, now: float) -> float:
    """Unix seconds of a validated `since`: a duration reaches back from `now`."""
    duration = _DURATION.fullmatch(since)
    return now - float(duration[1]) * _SECONDS[duration[2]] if duration else float(since)


class Filter(BaseModel):
    """Common to all lists. `limit` cuts the newest rows; `truncated` in the answer says that it did."""

    model_config = ConfigDict(extra="forbid")

    since: Since | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 200

    def arguments(self, now: float) -> dict[str, object]:
        """The named query's arguments: what was given, with `since` as Unix seconds."""
        given = self.model_dump(exclude={"limit", "since"}, exclude_none=True, mode="json")
        return given if self.since is None else {**given, "since": since_unix(self.since, now)}


class IncidentFilter(Filter):
    status: IncidentStatus | None = None
    category: FailureCategory | None = None
    severity: Severity | None = None


class EventFilter(Filter):
    incident_id: Name | None = None
    request_id: Name | None = None
    category: FailureCategory | None = None
    kind: FailureKind | None = None
    provider: Name | None = None


class RequestFilter(Filter):
    provider: Name | None = None
    model: Name | None = None
    alias: Name | None = None
    outcome: Outcome | None = None
    feature: Name | None = None
    template: Name | None = None
    tenant: Name | None = None
    flagged: bool | None = None


class FeedbackFilter(Filter):
    model: Name | None = None
    feature: Name | None = None
    template: Name | None = None
    tenant: Name | None = None
    negative: bool | None = None


class ReviewFilter(Filter):
    state: ReviewState | None = None
    policy: Name | None = None
    feature: Name | None = None
    tenant: Name | None = None


class LatencyFilter(Filter):
    group: Group = Group.MODEL


class TrafficFilter(Filter):
    step_s: Annotated[int, Field(ge=1, le=86_400)] = 60


def refused(error: RequestValidationError) -> Problem:
    """One sentence that names each parameter that is wrong."""
    return Problem(400, "invalid_parameter", "; ".join(_told(one) for one in error.errors()) + ".")


def _told(one: dict[str, object]) -> str:
    where = one["loc"]
    name = where[-1] if isinstance(where, tuple) else where
    if one["type"] == "extra_forbidden":
        return f"{name}: this route has no such parameter"
    message = str(one["msg"]).removeprefix("Input ").removeprefix("Value error, ")
    return f"{name}: {message}, and was {one.get('input')!r}"
