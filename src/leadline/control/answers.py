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


class Incidents(BaseModel):
    """Each row also has `title`, one sentence."""

    incidents: list[Row]
    truncated: bool


class IncidentDetail(BaseModel):
    """`questions` are the next things to find out, `runbook` where to read on."""

    title: str
    incident: Row
    updates: list[Row]
    deliveries: list[Row]
    first_alert_at: float | None
    mttd_s: float
    runbook: str
    questions: list[str]


class Events(BaseModel):
    events: list[Row]
    truncated: bool


class Requests(BaseModel):
    requests: list[Row]
    truncated: bool


class RequestDetail(BaseModel):
    """`text` is null unless the key's `capture` keeps it."""

    exchange: Row
    signals: list[Row]
    events: list[Row]
    text: Row | None


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
