"""What every alert says, whatever its form: a headline, the facts of the night, a bounded text."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from leadline.destinations import Declined
from leadline.vocabulary import Incident, IncidentUpdate, OutboundRequest

_MOST_VALUES = 10
_LONGEST_VALUE = 200
_LONGEST_TEXT = 4000
JSON = {"content-type": "application/json"}
Answer = TypeVar("Answer")


def cut(text: str, longest: int) -> str:
    """At most `longest` characters (code points), the last one an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def moment(at: float, timespec: str = "seconds") -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec=timespec)


def headline(update: IncidentUpdate) -> str:
    incident = update.incident
    what = ", ".join(incident.subtypes) or "failures"
    return (
        f"{incident.severity.value.upper()} {incident.category.value}: {what} at {incident.scope}, "
        f"{incident.count} events ({update.change.value})"
    )


def details(update: IncidentUpdate) -> dict[str, object]:
    """All a person needs at night: who failed, the measurements, the system's state, what to ask next."""
    incident = update.incident
    newest = incident.samples[-1] if incident.samples else None
    return {
        "change": update.change.value,
        "count": incident.count,
        "opened_at": moment(incident.opened_at),
        "severity_because": because(incident),
        "kinds": incident.kinds,
        "dimensions": _largest(incident),
        "provider": newest.provider if newest else {"provider": incident.scope},
        "request_id": newest.request_id if newest else "",
        "causal_signals": newest.causal_signals if newest else None,
        "system_state": update.state.keys.get(incident.key),
        "mitigation": incident.mitigation,
        "correlation_id": incident.correlation_id,
        "runbook": update.runbook,
        "questions": update.questions,
    }


def because(incident: Incident) -> str:
    """Why it is as severe as it is: the cause of its last rise and the figures behind it."""
    if not incident.severity_path:
        return ""
    step = incident.severity_path[-1]
    risen = f"{step.severity.value} by the {step.cause}"
    if step.weighing is None:
        return risen
    weighed = step.weighing
    return (
        f"{risen}; weighed as blast {weighed.blast} ({weighed.affected_share:.1%} of the requests) + "
        f"recoverability {weighed.recoverability} + business {weighed.business} = {weighed.score}, "
        f"decided by {weighed.ruled_by}"
    )


def strings(update: IncidentUpdate, longest: int) -> dict[str, str]:
    """`details` where only text may stand: structures as JSON, each cut to `longest`, empty ones left out."""
    values = {name: _string(value) for name, value in details(update).items()}
    return {name: cut(value, longest) for name, value in values.items() if value}


def facts(update: IncidentUpdate) -> dict[str, str]:
    """`details` for people: short names, one line each."""
    incident = update.incident
    newest = incident.samples[-1] if incident.samples else None
    identity = newest.provider if newest else None
    named = {
        "Events": f"{incident.count} since {moment(incident.first_event_at)}",
        "Severity": because(incident),
        "Provider": " / ".join(msgspec.structs.astuple(identity)) if identity else incident.scope,
        "Causal signals": _pairs(newest.causal_signals) if newest else "",
        "System state": _pairs(update.state.keys.get(incident.key)) or "as usual",
        "Mitigation": incident.mitigation,
        "Correlated": incident.correlation_id,
        "Runbook": update.runbook,
    }
    return {name: cut(value, _LONGEST_TEXT) for name, value in named.items() if value}


def text(update: IncidentUpdate, *links: str) -> str:
    """The alert as plain text: headline, facts, the next questions, links."""
    told = [headline(update), "", *(f"{name}: {value}" for name, value in facts(update).items())]
    asked = [f"{number}. {question}" for number, question in enumerate(update.questions, 1)]
    return "\n".join([*told, "", "Next questions:", *asked, *(link for link in links if link)])


def posted(
    url: str, body: object, headers: Mapping[str, str] | None = None, method: str = "POST"
) -> OutboundRequest:
    """JSON to `url`."""
    return OutboundRequest(
        url=url, body=msgspec.json.encode(body), headers={**JSON, **(headers or {})}, method=method
    )


def understood(answer: bytes, shape: type[Answer], who: str) -> Answer:
    """Raises Declined when what came back has not the shape that `who` documents."""
    try:
        return msgspec.json.decode(answer, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Declined(f"what answered is not {who} as documented ({error}); look at its url") from error


def _pairs(values: msgspec.Struct | None) -> str:
    """`http_status=503 evidence="..."` of what is known."""
    if values is None:
        return ""
    known = msgspec.to_builtins(values)
    return " ".join(
        f"{name}={_string(value)}" for name, value in known.items() if value not in (None, "", {})
    )


def _string(value: object) -> str:
    if value in (None, "", (), {}):
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _largest(incident: Incident) -> dict[str, dict[str, int]]:
    """The most frequent values of each dimension: a receiver takes 512 kB, a tenant's users may not fit."""
    return {
        name: {
            cut(value, _LONGEST_VALUE): count
            for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_VALUES]
        }
        for name, counts in incident.dimensions.items()
    }
