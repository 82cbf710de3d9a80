"""The shapes of the control API's answers, for its OpenAPI document and for people who write clients.

Rows are handed on as the watch gives them; the columns are those of `leadline.vocabulary.Query`.
"""

from pydantic import BaseModel

Row = dict[str, object]


class ErrorBody(BaseModel):
    code: str
    message: str


class Error(BaseModel):
    error: ErrorBody


ERRORS: dict[int | str, dict[str, object]] = {
    400: {"model": Error, "description": "A parameter is wrong; the sentence names it."},
    401: {"model": Error, "description": "Neither an admin key nor a session."},
    503: {"model": Error, "description": "The watch does not answer."},
}
NAMED_ERRORS = ERRORS | {404: {"model": Error, "description": "There is nothing of this name."}}
ORDER_ERRORS = ERRORS | {
    409: {"model": Error, "description": "The watch refuses; the sentence says why."},
    503: {"model": Error, "description": "The watch does not answer; nothing has happened."},
}


class Incidents(BaseModel):
    """Each row also has `title`, one sentence."""

    incidents: list[Row]
    truncated: bool


class IncidentDetail(BaseModel):
    """`questions` are the next things to find out, `runbook` where to read on, `silences` those in force
    that fit it.
    """

    title: str
    incident: Row
    updates: list[Row]
    deliveries: list[Row]
    first_alert_at: float | None
    mttd_s: float
    opened_after_s: float
    runbook: str
    questions: list[str]
    silences: list[Row]


class Events(BaseModel):
    events: list[Row]
    truncated: bool


class Requests(BaseModel):
    requests: list[Row]
    truncated: bool


class RequestDetail(BaseModel):
    """`text` is null unless the key's `capture` keeps it; `feedback` is what people said of the answer."""

    exchange: Row
    signals: list[Row]
    events: list[Row]
    text: Row | None
    feedback: list[Row]


class Feedback(BaseModel):
    """One row for each person and request; texts only where the key's `capture` keeps them."""

    feedback: list[Row]
    truncated: bool


class Latency(BaseModel):
    latency: list[Row]
    truncated: bool


class Traffic(BaseModel):
    traffic: list[Row]
    truncated: bool


class Health(BaseModel):
    """What the watch says of itself and of the gateway workers."""

    health: Row


class PlanView(BaseModel):
    generation: int
    created_at: float
    routes: list[Row]
    keys: list[Row]
    checks: list[str]
    prices: dict[str, Row]


class About(BaseModel):
    """`time_scale` shrinks every duration of the incident rules; 1 in production."""

    version: str
    time_scale: float
    demo: bool


class Reload(BaseModel):
    """`pending` names workers without the new plan; null = the watch cannot tell.

    `needs_restart` names changed settings that take effect with the next start alone.
    """

    generation: int
    changed: bool
    workers: int
    pending: list[str] | None
    needs_restart: list[str]


class Alive(BaseModel):
    status: str


class Decided(BaseModel):
    """`changed` is false when it was so already."""

    incident_id: str
    status: str
    changed: bool


class Silences(BaseModel):
    silences: list[Row]


class SilenceMade(BaseModel):
    silence: Row


class SilenceEnded(BaseModel):
    silence_id: str


class Triage(BaseModel):
    """Each branch: category, subtype, because, questions, look (commands), runbook (a path)."""

    title: str
    branches: list[Row]


class Runbooks(BaseModel):
    runbooks: list[str]


class Runbook(BaseModel):
    name: str
    markdown: str


class Destinations(BaseModel):
    """Each: destination, type (empty when it is configured no more), delivered, pending, failed,
    last_delivered_at, failing_since, next_at, error, untold.
    """

    destinations: list[Row]


class Tested(BaseModel):
    """`answer` is one sentence."""

    destination: str
    delivered: bool
    answer: str


class Audit(BaseModel):
    """Each: chain (watch or control), number, at, by, account, via, action, subject, outcome, note, details,
    hash, sound.
    """

    audit: list[Row]


class Reviews(BaseModel):
    """Columns as `Query.REVIEWS` has them."""

    reviews: list[Row]
    truncated: bool


class ReviewDetail(BaseModel):
    """With `prompt`, `context` and `answer`, empty once they are not kept any more."""

    review: Row


class ReviewDecided(BaseModel):
    """`changed` in it is false when it was decided so already."""

    review: Row


class Routes(BaseModel):
    """`override` is null where the configuration holds; else who changed it, when and why."""

    generation: int
    routes: list[Row]


class Holds(BaseModel):
    """The breakers that people hold."""

    holds: list[Row]


class HoldChanged(BaseModel):
    """`state` is open, closed or released; `targets` are all that the name means."""

    target: str
    state: str
    targets: list[str]
    generation: int
    workers: int
    pending: list[str] | None


class ToolPolicies(BaseModel):
    """`mode`: enforce | log_only | off. A policy that a person activated says by whom, when and why."""

    mode: str
    policies: list[Row]


class ToolRuleChanged(BaseModel):
    """`pending` names workers without the new plan; null = the watch cannot tell."""

    name: str
    generation: int
    changed: bool
    workers: int
    pending: list[str] | None


class RouteChanged(BaseModel):
    """`pending` names workers without the new plan; null = the watch cannot tell."""

    alias: str
    targets: list[Row]
    generation: int
    changed: bool
    workers: int
    pending: list[str] | None
