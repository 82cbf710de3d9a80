"""Rows as tables for a terminal. What a model or a caller wrote is shown as text, never as control codes."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from rich.text import Text

from leadline.cli.listing import Column, Listing

Row = Mapping[str, object]
_STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}
_MARKS = {"critical": "▲▲", "high": "▲", "medium": "■", "low": "·"}
_INCIDENT = (
    Column("severity", 0),
    Column("incident", 1, least=36),
    Column("status", 2),
    Column("count", 3, figure=True),
    Column("what", 7, least=12),
    Column("opened", 5),
    Column("lasts", 4, figure=True),
    Column("pages", 6, figure=True),
)
_EVENT = (
    Column("at", 0),
    Column("severity", 1),
    Column("kind", 2),
    Column("provider", 3, least=26),
    Column("evidence", 4, least=16),
    Column("request", 5),
)
_REQUEST = (
    Column("at", 0),
    Column("answered by", 1, least=26),
    Column("why", 5),
    Column("outcome", 2),
    Column("latency", 3, figure=True),
    Column("first", 9, figure=True),
    Column("in", 7, figure=True),
    Column("out", 8, figure=True),
    Column("usd", 6, figure=True),
    Column("wasted", 10, figure=True),
    Column("checks", 4, least=8),
    Column("request", 11),
)
_FEEDBACK = (
    Column("at", 0),
    Column("said", 1),
    Column("model", 3, least=16),
    Column("template", 4, least=12),
    Column("by", 6),
    Column("what", 5, least=16),
    Column("request", 2),
)
_UNSAFE = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


def plain(value: object) -> str:
    """Text without control characters, so that nothing stored can steer a terminal."""
    return "" if value is None else str(value).translate(_UNSAFE)


def clock_time(at: object) -> str:
    """Local wall time of Unix seconds."""
    if not isinstance(at, int | float):
        return ""
    return dt.datetime.fromtimestamp(at).astimezone().strftime("%H:%M:%S")


def span(seconds: float) -> str:
    """`42s`, `7m05s`, `3h12m`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def severity_text(value: object) -> Text:
    name = plain(value)
    return Text(f"{_MARKS.get(name, '')} {name.upper()}".strip(), style=_STYLES.get(name, ""))


def incidents_table(rows: Sequence[Row], now: float) -> Listing:
    """Newest first, as `Query.INCIDENTS` gives them."""
    listing = Listing((*_INCIDENT, Column("id", 9)))
    for row in rows:
        listing.add(*_incident_cells(row, now), Text(plain(row.get("incident_id")), "dim"))
    return listing


def shown_incidents_table(rows: Sequence[Row], shown_by: Mapping[str, Row], now: float) -> Listing:
    """Incidents, each with the request that showed it last and its causal signals; `shown_by` is by id."""
    listing = Listing(_INCIDENT)
    for row in rows:
        event = shown_by.get(plain(row.get("incident_id")))
        listing.add(*_incident_cells(row, now), below=None if event is None else _shown(event))
    return listing


def _incident_cells(row: Row, now: float) -> tuple[str | Text, ...]:
    status = plain(row.get("status"))
    until = row.get("resolved_at") if status == "resolved" else now
    return (
        severity_text(row.get("severity")),
        plain(row.get("key")),
        Text(status, style="green" if status == "resolved" else "bold"),
        plain(row.get("count")),
        _counted(row.get("kinds")),
        clock_time(row.get("opened_at")),
        span(max(0.0, _number(until) - _number(row.get("opened_at")))),
        plain(row.get("pages")),
    )


def _shown(event: Row) -> Text:
    signals = event.get("causal_signals")
    request = plain(event.get("request_id")) or "no single request"
    return Text(f"  \u2514 {request}  {evidence(signals if isinstance(signals, dict) else {})}", style="dim")


def events_table(rows: Sequence[Row], _now: float) -> Listing:
    listing = Listing(_EVENT)
    for row in rows:
        signals = row.get("causal_signals")
        listing.add(
            clock_time(row.get("at")),
            severity_text(row.get("severity")),
            plain(row.get("kind")),
            f"{plain(row.get('provider'))}/{plain(row.get('model'))}",
            evidence(signals if isinstance(signals, dict) else {}),
            Text(plain(row.get("request_id")), "dim"),
        )
    return listing


def requests_table(rows: Sequence[Row], _now: float) -> Listing:
    listing = Listing(_REQUEST)
    for row in rows:
        failed = row.get("failed_checks")
        outcome = plain(row.get("outcome"))
        listing.add(
            clock_time(row.get("at")),
            f"{plain(row.get('provider'))}/{plain(row.get('model'))}",
            _selection(row),
            Text(f"{plain(row.get('status'))} {outcome}", style="" if outcome == "ok" else "red"),
            _figure(row.get("latency_ms"), "{:.0f} ms"),
            _figure(row.get("first_byte_ms"), "{:.0f} ms"),
            plain(row.get("input_tokens")),
            plain(row.get("output_tokens")),
            _figure(row.get("cost_usd"), "{:.5f}"),
            _figure(row.get("wasted_usd"), "{:.5f}"),
            Text(" ".join(map(plain, failed)) if isinstance(failed, list) else "", "yellow"),
            Text(plain(row.get("request_id")), "dim"),
        )
    return listing


def _selection(row: Row) -> str:
    """Why the one that answered did, the rung of the ladder that it was, and who asked if no user did."""
    reason, rung = plain(row.get("selection")), plain(row.get("rung"))
    told = f"{reason}/{rung}" if rung else reason
    if (origin := plain(row.get("origin"))) not in ("user", ""):
        told = f"{origin}: {told}"
    return told + (" \u21a9" if row.get("fallback_triggered") else "")


def feedback_table(rows: Sequence[Row], _now: float) -> Listing:
    """As `Query.FEEDBACK` gives them; texts that are not kept by their length."""
    listing = Listing(_FEEDBACK)
    for row in rows:
        score = row.get("score")
        good = isinstance(score, int | float) and score >= 0.5
        listing.add(
            clock_time(row.get("at")),
            Text(
                "-" if score is None else f"{'good' if good else 'bad'} {score:g}", "green" if good else "red"
            ),
            f"{plain(row.get('provider'))}/{plain(row.get('model'))}",
            plain(row.get("template")),
            Text(plain(row.get("rater")), "dim"),
            ", ".join(_said(row)),
            Text(plain(row.get("request_id")), "dim"),
        )
    return listing


def _said(row: Row) -> list[str]:
    told = [plain(row["complaint"])] if row.get("complaint") else []
    for part in ("comment", "corrected"):
        if row.get(part):
            told.append(f"{part}: {plain(row[part])}")
        elif row.get(f"{part}_chars"):
            told.append(f"{part} of {row[f'{part}_chars']} characters")
    return told


def evidence(signals: Row) -> str:
    """The measurements behind a verdict in one line."""
    parts = [plain(signals["evidence"])] if signals.get("evidence") else []
    if signals.get("measure"):
        parts.append(f"{plain(signals['measure'])} {_figure(signals.get('measured'), '{:.4g}')}")
    if _number(signals.get("http_status")) >= 400:
        parts.append(f"http_status {plain(signals['http_status'])}")
    shown = ("error_code", "billed_tokens", "counted_tokens", "caused_by")
    parts += [f"{name} {plain(signals[name])}" for name in shown if signals.get(name) is not None]
    return ", ".join(parts)


Renderer = Callable[[Sequence[Row], float], Listing]


def _counted(kinds: object) -> str:
    if not isinstance(kinds, dict):
        return ""
    ordered = sorted(kinds.items(), key=lambda item: -_number(item[1]))
    return ", ".join(f"{plain(name).split('.', 1)[-1]} {plain(count)}" for name, count in ordered[:3])


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _figure(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else ""
