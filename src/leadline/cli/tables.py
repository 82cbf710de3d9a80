"""Rows as tables for a terminal. What a model or a caller wrote is shown as text, never as control codes."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from rich.table import Table
from rich.text import Text

Row = Mapping[str, object]
_STYLES = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan"}
_MARKS = {"critical": "▲▲", "high": "▲", "medium": "■", "low": "·"}
_FIGURES = frozenset({"count", "lasts", "pages", "latency", "first", "in", "out", "usd"})
_CUT_FIRST = frozenset({"id", "request", "evidence", "what", "checks"})
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


def incidents_table(rows: Sequence[Row], now: float) -> Table:
    """Newest first, as `Query.INCIDENTS` gives them."""
    table = _table("severity", "incident", "status", "count", "what", "opened", "lasts", "pages", "id")
    for row in rows:
        status = plain(row.get("status"))
        until = row.get("resolved_at") if status == "resolved" else now
        table.add_row(
            severity_text(row.get("severity")),
            Text(plain(row.get("key"))),
            Text(status, style="green" if status == "resolved" else "bold"),
            plain(row.get("count")),
            _cut(_counted(row.get("kinds"))),
            clock_time(row.get("opened_at")),
            span(max(0.0, _number(until) - _number(row.get("opened_at")))),
            plain(row.get("pages")),
            _cut(plain(row.get("incident_id")), "dim"),
        )
    return table


def shown_incidents_table(rows: Sequence[Row], shown_by: Mapping[str, Row], now: float) -> Table:
    """Incidents, each with the causal signals of its newest event and the request that showed it."""
    table = _table("severity", "incident", "status", "count", "what", "opened", "lasts", "pages")
    for row in rows:
        status = plain(row.get("status"))
        until = row.get("resolved_at") if status == "resolved" else now
        table.add_row(
            severity_text(row.get("severity")),
            Text(plain(row.get("key"))),
            Text(status, style="green" if status == "resolved" else "bold"),
            plain(row.get("count")),
            _cut(_counted(row.get("kinds"))),
            clock_time(row.get("opened_at")),
            span(max(0.0, _number(until) - _number(row.get("opened_at")))),
            plain(row.get("pages")),
        )
        event = shown_by.get(plain(row.get("key")))
        if event is not None:
            signals = event.get("causal_signals")
            because = evidence(signals if isinstance(signals, dict) else {})
            request = plain(event.get("request_id")) or "no single request"
            table.add_row("", Text(f"  └ {request}", style="dim"), "", "", _cut(because, "dim"), "", "", "")
    return table


def events_table(rows: Sequence[Row], _now: float) -> Table:
    table = _table("at", "severity", "kind", "provider", "evidence", "request")
    for row in rows:
        signals = row.get("causal_signals")
        table.add_row(
            clock_time(row.get("at")),
            severity_text(row.get("severity")),
            Text(plain(row.get("kind"))),
            Text(f"{plain(row.get('provider'))}/{plain(row.get('model'))}"),
            _cut(evidence(signals if isinstance(signals, dict) else {})),
            _cut(plain(row.get("request_id")), "dim"),
        )
    return table


def requests_table(rows: Sequence[Row], _now: float) -> Table:
    table = _table(
        "at", "answered by", "why", "outcome", "latency", "first", "in", "out", "usd", "checks", "request"
    )
    for row in rows:
        failed = row.get("failed_checks")
        outcome = plain(row.get("outcome"))
        selection = plain(row.get("selection")) + (" ↩" if row.get("fallback_triggered") else "")
        table.add_row(
            clock_time(row.get("at")),
            Text(f"{plain(row.get('provider'))}/{plain(row.get('model'))}"),
            Text(selection),
            Text(f"{plain(row.get('status'))} {outcome}", style="" if outcome == "ok" else "red"),
            _figure(row.get("latency_ms"), "{:.0f} ms"),
            _figure(row.get("first_byte_ms"), "{:.0f} ms"),
            plain(row.get("input_tokens")),
            plain(row.get("output_tokens")),
            _figure(row.get("cost_usd"), "{:.5f}"),
            _cut(" ".join(map(plain, failed)) if isinstance(failed, list) else "", "yellow"),
            _cut(plain(row.get("request_id")), "dim"),
        )
    return table


def evidence(signals: Row) -> str:
    """The measurements behind a verdict in one line."""
    parts = [plain(signals["evidence"])] if signals.get("evidence") else []
    if signals.get("measure"):
        parts.append(f"{plain(signals['measure'])} {_figure(signals.get('measured'), '{:.4g}')}")
    shown = ("http_status", "error_code", "billed_tokens", "counted_tokens", "caused_by")
    parts += [f"{name} {plain(signals[name])}" for name in shown if signals.get(name) is not None]
    return ", ".join(parts)


Renderer = Callable[[Sequence[Row], float], Table]


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
    for column in columns:
        # a narrow terminal takes its room from the columns that may be cut, and from no other
        table.add_column(
            column,
            justify="right" if column in _FIGURES else "left",
            no_wrap=column not in _CUT_FIRST,
            overflow="ellipsis",
        )
    return table


def _cut(value: str, style: str = "") -> Text:
    """For a column of `_CUT_FIRST`: one line, however little room there is."""
    return Text(value, style=style, no_wrap=True, overflow="ellipsis")


def _counted(kinds: object) -> str:
    if not isinstance(kinds, dict):
        return ""
    ordered = sorted(kinds.items(), key=lambda item: -_number(item[1]))
    return ", ".join(f"{plain(name).split('.', 1)[-1]} {plain(count)}" for name, count in ordered[:3])


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _figure(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else ""
