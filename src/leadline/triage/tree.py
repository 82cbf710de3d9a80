"""The triage tree: from a symptom, an event or an incident to branches, often several at once."""

import re
from collections.abc import Iterable, Mapping

import msgspec

from leadline.triage.keys import SUBTYPE
from leadline.triage.questions import BY_CATEGORY, BY_SUBTYPE, COUNT
from leadline.triage.ranking import ranked_kinds
from leadline.vocabulary import FailureCategory, FailureKind


class Branch(msgspec.Struct, frozen=True):
    """`because` are the words or kinds that led here; empty = nothing did, and it is merely possible.

    `look` are commands to run next, in order.
    """

    category: FailureCategory
    subtype: str
    because: tuple[str, ...]
    questions: tuple[str, ...]
    look: tuple[str, ...]
    runbook: str


SYMPTOMS: tuple[tuple[FailureKind, str], ...] = (
    (FailureKind.PROVIDER_OUTAGE, r"down|outage|unavailable|50[0234]|52\d|529|overloaded|errors?|fail\w*"),
    (FailureKind.PROVIDER_CONNECTION, r"refused|unreachable|connect\w*|dns|tls|certificate|time[ds]? ?out"),
    (FailureKind.PROVIDER_THROTTLED, r"429|throttl\w*|rate.?limit\w*|quota"),
    (FailureKind.PROVIDER_AUTH, r"40[13]|unauthori[sz]ed|forbidden|key (?:revoked|expired|invalid)|billing"),
    (FailureKind.PROVIDER_MODEL_GONE, r"model not found|deprecat\w*|retired|no such model|404"),
    (FailureKind.PROVIDER_SLOW, r"slow\w*|laten\w*|hangs?|hanging|lag\w*|wait\w*|ttft"),
    (FailureKind.PROVIDER_TRUNCATED, r"cut (?:off|short)|truncat\w*|incomplete|breaks? off|half an answer"),
    (FailureKind.PROVIDER_EGRESS, r"everything|all providers|every provider|proxy|firewall"),
    (
        FailureKind.QUALITY_HALLUCINATION,
        r"hallucinat\w*|made up|invent\w*|wrong (?:answers?|figures?|facts?)",
    ),
    (FailureKind.QUALITY_FORMAT, r"json|schema|pars\w+|format\w*|malformed"),
    (
        FailureKind.QUALITY_COHERENCE,
        r"gibberish|nonsense|repeat\w*|wrong language|incoheren\w*|worse|quality",
    ),
    (FailureKind.QUALITY_REFUSAL, r"refus(?:es|al|als|ing)|cannot help|declin\w*"),
    (FailureKind.QUALITY_EMPTY, r"empty|blank"),
    (FailureKind.COST_RATE, r"cost\w*|bill\w*|spend\w*|expensive|budget|invoice|tokens?"),
    (FailureKind.SECURITY_INJECTION, r"inject\w*|jailbreak\w*|attack\w*|ignore (?:all|previous)|abuse\w*"),
    (FailureKind.SECURITY_PII_LEAK, r"leak\w*|pii|personal data|someone else'?s|secrets?|exfiltrat\w*"),
    (FailureKind.DATA_EMBEDDING_DRIFT, r"retriev\w*|rag|index|embedding\w*|stale|outdated|context"),
    (
        FailureKind.DATA_BLIND_SPOT,
        r"no data|nothing recorded|blind|metrics? (?:gone|missing)|watch (?:dead|down)",
    ),
)
"""What people say, and the kind that it usually is. Several may fit one sentence."""

_USUAL = {
    FailureCategory.PROVIDER: FailureKind.PROVIDER_OUTAGE,
    FailureCategory.QUALITY: FailureKind.QUALITY_HALLUCINATION,
    FailureCategory.COST: FailureKind.COST_RATE,
    FailureCategory.SECURITY: FailureKind.SECURITY_INJECTION,
    FailureCategory.DATA: FailureKind.DATA_EMBEDDING_DRIFT,
}
_ASKED_AS = {
    FailureKind.PROVIDER_THROTTLED: "throttle",
    FailureKind.PROVIDER_SLOW: "latency",
    FailureKind.PROVIDER_TRUNCATED: "broken",
    FailureKind.PROVIDER_MALFORMED: "broken",
    FailureKind.PROVIDER_QUOTA: "auth",
}
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in SYMPTOMS)


def of_symptom(text: str) -> list[Branch]:
    """Branches whose words occur, most words first; when none does, one of each category to rule out."""
    found = [(kind, _words(pattern, text)) for kind, pattern in _PATTERNS]
    told = sorted((pair for pair in found if pair[1]), key=lambda pair: -len(pair[1]))
    if not told:
        return [_branch(kind, (), _Subject()) for kind in _USUAL.values()]
    return [_branch(kind, because, _Subject()) for kind, because in told]


def of_incident(incident: Mapping[str, object]) -> list[Branch]:
    """One for each kind of its events as `Query.INCIDENT` tells it, the one that it goes by first."""
    key = str(incident["key"])
    kinds, crossed = incident.get("kinds"), incident.get("subtypes")
    counted = {str(name): int(str(n)) for name, n in kinds.items()} if isinstance(kinds, dict) else {}
    if not counted:
        counted = {_USUAL[FailureCategory(str(incident["category"]))].value: 0}
    subject = _Subject(key.split(":", 1)[1], str(incident["incident_id"]))
    ranked = ranked_kinds(counted, crossed if isinstance(crossed, list | tuple) else ())
    return [_branch(FailureKind(kind), (f"{counted[kind]} events of {kind}",), subject) for kind in ranked]


def of_events(events: Iterable[Mapping[str, object]]) -> list[Branch]:
    """One for each kind among the events, as `Query.EVENTS` tells them."""
    seen: dict[FailureKind, Branch] = {}
    for event in events:
        kind = FailureKind(str(event["kind"]))
        scope = str(event["key"]).split(":", 1)[1]
        because = (f"{kind.value} of {event['provider']}/{event['model']}",)
        seen.setdefault(kind, _branch(kind, because, _Subject(scope, request=str(event["request_id"]))))
    return list(seen.values())


class _Subject(msgspec.Struct, frozen=True):
    """What is being looked at, as far as it is known."""

    scope: str = ""
    incident: str = ""
    request: str = ""


def _branch(kind: FailureKind, because: tuple[str, ...], subject: _Subject) -> Branch:
    category = kind.category
    subtype = _ASKED_AS.get(kind, SUBTYPE[kind])
    asked = BY_SUBTYPE.get(subtype, BY_CATEGORY[category])
    scope = subject.scope or "it"
    return Branch(
        category=category,
        subtype=SUBTYPE[kind],
        because=because,
        questions=tuple(text.format(scope=scope) for text in asked[:COUNT]),
        look=tuple(_commands(kind, subject)),
        runbook=f"docs/runbooks/{kind.value}.md",
    )


def _commands(kind: FailureKind, subject: _Subject) -> Iterable[str]:
    """Where the evidence lies, nearest first."""
    category = kind.category
    if subject.incident:
        yield f"leadline events --incident {subject.incident} --kind {kind.value}"
        yield f"leadline postmortem {subject.incident}"
    else:
        yield f"leadline incidents --status open --category {category.value}"
        yield f"leadline events --kind {kind.value}"
    if category is FailureCategory.PROVIDER:
        named = f" --provider {subject.scope}" if subject.scope not in ("", "*") else ""
        yield f"leadline requests --outcome failed{named}"
    elif kind is FailureKind.DATA_BLIND_SPOT:
        yield "leadline check"
    else:
        yield "leadline requests"


def _words(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found.lower() for found in pattern.findall(text)))
