"""Drafts a postmortem in Markdown from what is stored of an incident. Pure: facts in, text out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from leadline.triage.correlation import shared
from leadline.triage.rule_words import cause_sentence, rule_sentence, ruling_words
from leadline.triage.rules import Rules
from leadline.vocabulary import Attempt, Exchange, FailureEvent, Incident, SeverityStep

MOST_EVENTS = 12
MOST_VALUES = 5
_UNSAFE = dict.fromkeys((*range(32), *range(127, 160)), " ")
Row = Mapping[str, object]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known. `updates` and `deliveries` are rows of `Query.INCIDENT`; `exchanges` of the samples.

    `correlated` are the other incidents of the same correlation id.
    """

    incident: Incident
    updates: Sequence[Row] = ()
    deliveries: Sequence[Row] = ()
    exchanges: Sequence[Exchange] = ()
    correlated: Sequence[Incident] = ()
    rules: Rules = Rules()


def draft(story: Story) -> str:
    """The whole document. What only people know is left as a line to fill in."""
    parts = (
        _summary(story),
        _timeline(story),
        _decisions(story),
        _chain(story),
        _correlated(story),
        _counts(story.incident),
        _samples(story.incident),
        _left_to_people(),
    )
    return "\n".join(line for part in parts for line in (*part, ""))


def _summary(story: Story) -> list[str]:
    one = story.incident
    pages = f"{one.pages} {'page' if one.pages == 1 else 'pages'}"
    waited = _span(one.opened_at - one.first_event_at)
    end = f"resolved {_time(one.resolved_at)}" if one.resolved_at is not None else "still open"
    lasted = f", after {_span(one.resolved_at - one.first_event_at)}" if one.resolved_at is not None else ""
    return [
        f"# {one.severity.value.upper()}: {_safe(one.key)}",
        "",
        f"Draft from stored events. Incident `{one.incident_id}`, {end}{lasted}. All times are UTC.",
        "",
        f"- {one.count} failure events became one incident and {pages}.",
        f"- First event {_time(one.first_event_at)}, opened {_time(one.opened_at)}: {waited} to open.",
        f"- First alert: {_first_alert(story)}.",
        f"- Crossed: {', '.join(one.subtypes) or 'nothing'}. Reopened {one.reopens} times.",
        f"- Mitigation: {_safe(one.mitigation) or 'unknown'}.",
    ]


def _first_alert(story: Story) -> str:
    """When somebody first heard, whoever it was."""
    told = [row for row in story.deliveries if row.get("state") == "delivered"]
    if not told:
        return "nobody was told"
    first = min(told, key=lambda row: _number(row["at"]))
    waited = _span(_number(first["at"]) - story.incident.first_event_at)
    return f"{_safe(first['destination'])} at {_time(_number(first['at']))}, {waited} to detect"


def _timeline(story: Story) -> list[str]:
    one = story.incident
    moments: list[tuple[float, str]] = [
        (one.first_event_at, "first event"),
        (one.last_event_at, "last event"),
    ]
    for update in story.updates:
        words = [str(update["change"]), str(update["severity"])]
        words += ["a person was paged"] if update.get("page") else []
        words += ["silenced"] if update.get("silenced") else []
        words += [f"by {_safe(update['by'])}"] if update.get("by") else []
        words += [f"note: {_safe(update['note'])}"] if update.get("note") else []
        moments.append((_number(update["at"]), ", ".join(words)))
    moments += [
        (_number(told["at"]), f"{_safe(told['destination'])}: {told['state']}") for told in story.deliveries
    ]
    moments += [
        (other.opened_at, f"`{_safe(other.key)}` opened, {other.severity.value}")
        for other in story.correlated
    ]
    ordered = sorted(moments, key=lambda pair: pair[0])
    return ["## Timeline", "", *(f"- {_time(at)} {text}" for at, text in ordered)]


def _decisions(story: Story) -> list[str]:
    one, rules = story.incident, story.rules
    lines = ["## What each rule decided, and why", ""]
    lines += [
        f"- **{subtype}** was crossed: {rule_sentence(one.category.value, subtype, rules)}."
        for subtype in one.subtypes
    ]
    lines += [
        f"- **{step.severity.value}** at {_time(step.at)} by the {step.cause}: "
        f"{cause_sentence(step.cause, rules)}{_weighed(step)}."
        for step in one.severity_path
    ]
    if one.resolved_at is not None:
        calm = f"every rule had been clear for {rules.resolve_after_s:g} s"
        lines.append(f"- **resolved** at {_time(one.resolved_at)}: {calm}.")
    measured = [event for event in one.samples if event.causal_signals.measure]
    lines += [f"- {_time(event.at)} {event.kind.value}: {_measure(event)}." for event in measured[:3]]
    return lines


def _weighed(step: SeverityStep) -> str:
    """`; blast 3 (62 % of requests), recoverability 1 (99 % served in the end), business 2 = 6, ...`."""
    seen = step.weighing
    if seen is None:
        return ""
    served = f" ({seen.served_share:.0%} served in the end)" if seen.served_share is not None else ""
    return (
        f"; blast {seen.blast} ({seen.affected_share:.1%} of the requests), "
        f"recoverability {seen.recoverability}{served}, business {seen.business} = {seen.score}, "
        f"decided by {ruling_words(seen.ruled_by)}"
    )


def _chain(story: Story) -> list[str]:
    """How the sampled requests went from target to target, each way with the number that took it."""
    ways = Counter(" → ".join(_hop(attempt) for attempt in one.attempts) for one in story.exchanges)
    lines = ["## Causal chain across providers", ""]
    if not ways:
        return [*lines, "No sampled request is stored any more."]
    return [
        *lines,
        *(f"- {count} of the sampled requests: {way}" for way, count in ways.most_common(MOST_VALUES)),
    ]


def _hop(attempt: Attempt) -> str:
    target = f"{_safe(attempt.target.provider)}/{_safe(attempt.target.model)}"
    failure = attempt.failure
    if failure is None:
        ended = "answered" if attempt.status == 200 else f"status {attempt.status}"
    else:
        kind = failure.kind.value if failure.kind else "the caller's own error"
        ended = f"{kind}, {failure.status or 'no status'}"
    why = attempt.selection.reason.value
    cause = f", because of {attempt.selection.caused_by.value}" if attempt.selection.caused_by else ""
    return f"{target} ({why}{cause}): {ended}"


def _correlated(story: Story) -> list[str]:
    lines = ["## Correlated incidents", ""]
    if not story.correlated:
        return [*lines, "None shared a provider, feature, tenant or user at the time."]
    return [
        *lines,
        *(
            f"- `{other.incident_id}` {_safe(other.key)}: {other.severity.value}, "
            f"opened {_time(other.opened_at)}, {_lead(other, story.incident)}, {other.count} events"
            f"{_in_common(other, story.incident)}"
            for other in sorted(story.correlated, key=lambda one: one.opened_at)
        ),
    ]


def _lead(other: Incident, one: Incident) -> str:
    lead_s = one.first_event_at - other.first_event_at
    return f"its first event {_span(abs(lead_s))} {'before' if lead_s > 0 else 'after'} this one's"


def _in_common(other: Incident, one: Incident) -> str:
    """Why they are thought to belong together; it may be through a third one."""
    found = [
        f"{name} {', '.join(_safe(value) for value in sorted(values)[:MOST_VALUES])}"
        for name, values in shared(other.dimensions, one.dimensions).items()
    ]
    return f", both with {'; '.join(found)}" if found else ""


def _counts(one: Incident) -> list[str]:
    lines = ["## Counts", "", "| dimension | value | events |", "|---|---|---|"]
    columns = {"kind": one.kinds, **one.dimensions}
    for name, values in columns.items():
        ranked = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        lines += [f"| {name} | {_safe(value)} | {count} |" for value, count in ranked[:MOST_VALUES]]
        if len(ranked) > MOST_VALUES:
            rest = sum(count for _, count in ranked[MOST_VALUES:])
            lines.append(f"| {name} | {len(ranked) - MOST_VALUES} more | {rest} |")
    return lines


def _samples(one: Incident) -> list[str]:
    lines = ["## Samples", "", "| at | kind | target | request | evidence |", "|---|---|---|---|---|"]
    for event in one.samples[:MOST_EVENTS]:
        target = f"{event.provider.provider}/{event.provider.model}"
        request = f"`{_safe(event.request_id)}`" if event.request_id else "no single one"
        lines.append(
            f"| {_time(event.at)} | {event.kind.value} | {_safe(target)} | {request} | {_measure(event)} |"
        )
    return lines


def _left_to_people() -> list[str]:
    return [
        "## To be written by people",
        "",
        "- Root cause:",
        "- What went well:",
        "- What to change, by whom, by when:",
    ]


def _measure(event: FailureEvent) -> str:
    signals = event.causal_signals
    parts = [_safe(signals.evidence)] if signals.evidence else []
    if signals.measure:
        limit = f" against {signals.threshold:.4g}" if signals.threshold is not None else ""
        parts.append(f"{signals.measure} {signals.measured or 0.0:.4g}{limit}")
    if signals.http_status is not None and signals.http_status != 200:
        parts.append(f"status {signals.http_status}")
    for name in ("error_code", "check", "caused_by", "served_model"):
        value = getattr(signals, name)
        if value:
            parts.append(f"{name} {_safe(value)}")
    return ", ".join(parts) or "no further measurement"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(max(seconds, 0.0)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _safe(value: object) -> str:
    """One line that cannot break out of a table cell or a code span."""
    return str(value).translate(_UNSAFE).replace("|", "\\|").replace("`", "'")
