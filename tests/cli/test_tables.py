"""What a terminal shows: the words that matter at any width, and nothing that could steer it."""

import io

import pytest
from rich.console import Console

from leadline.cli.tables import (
    events_table,
    incidents_table,
    plain,
    requests_table,
    shown_incidents_table,
    span,
)

EVENT = {
    "at": 1_795_000_000.0,
    "severity": "high",
    "kind": "quality.hallucination",
    "provider": "openai",
    "model": "gpt-4o-mini",
    "request_id": "01a1fc48-c802-73c0-95fc-ddea8712a47d",
    "causal_signals": {"evidence": "not in the context: 745 million EUR", "http_status": 200},
}
INCIDENT = {
    "incident_id": "prv-openai-20261121T031500-ab12",
    "key": "PROVIDER:openai",
    "severity": "critical",
    "status": "open",
    "count": 1042,
    "kinds": {"provider.outage": 1000, "provider.timeout": 42},
    "opened_at": 1_795_000_000.0,
    "pages": 1,
}
REQUEST = {
    "at": 1_795_000_000.0,
    "provider": "openai",
    "model": "gpt-4o-mini",
    "selection": "fallback",
    "fallback_triggered": True,
    "rung": "model",
    "wasted_usd": 0.00125,
    "status": 200,
    "outcome": "ok",
    "latency_ms": 812.4,
    "failed_checks": ["entities"],
    "request_id": "01a1fc48-c802-73c0-95fc-ddea8712a47d",
}


def drawn(table, width):
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    console.print(table)
    text = out.getvalue()
    assert all(len(line) <= width for line in text.splitlines())
    return text


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_narrow_terminal_still_shows_what_matters(width):
    event = drawn(events_table([EVENT], 0), width)
    assert "HIGH" in event
    assert "quality.hallucination" in event
    assert "openai/gpt-4o-mini" in event

    incident = drawn(incidents_table([INCIDENT], 1_795_000_100.0), width)
    assert "CRITICAL" in incident
    assert "PROVIDER:openai" in incident
    assert "1042" in incident
    assert "1m40s" in incident

    assert "openai/gpt-4o-mini" in drawn(requests_table([REQUEST], 0), width)


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 160, 240])
def test_a_column_is_readable_or_left_out(width):
    for table in (events_table([EVENT], 0), incidents_table([INCIDENT], 0), requests_table([REQUEST], 0)):
        heading, row = drawn(table, width).splitlines()
        assert "\u2026" not in heading, "no heading is cut"
        assert all(len(word) >= 7 for word in row.split("  ") if word.endswith("\u2026")), row


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_table_shows_the_request_and_why_at_any_width(width):
    shown_by = {"prv-openai-20261121T031500-ab12": EVENT}

    text = drawn(shown_incidents_table([INCIDENT], shown_by, 1_795_000_100.0), width)

    assert "01a1fc48-c802-73c0-95fc-ddea8712a47d" in text
    assert "not in the context: 745 million" in text
    assert "http_status" not in text, "a status that is no failure explains nothing"


def test_a_wide_terminal_shows_the_evidence():
    assert "745 million EUR" in drawn(events_table([EVENT], 0), 200)


def test_what_a_model_wrote_cannot_steer_the_terminal():
    evil = EVENT | {"causal_signals": {"evidence": "\x1b[2J\x1b]0;owned\x07[red]x[/red]"}}

    text = drawn(events_table([evil], 0), 200)

    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]x[/red]" in text, "markup is text too"
    assert plain("a\x9bb") == "a\ufffdb"


def test_spans_read_like_a_clock():
    assert [span(s) for s in (4.2, 125, 7500)] == ["4s", "2m05s", "2h05m"]


def test_a_request_tells_its_rung_and_what_was_wasted():
    shown = drawn(requests_table([REQUEST], 0), 220)

    assert "fallback/model" in shown
    assert "0.00125" in shown
