"""Small telemetry files, written by hand: rows as the file has them, and what a replay of them misses."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leadline.replay.player import Played, play
from leadline.replay.scenario import read
from leadline.replay.verdict import misses
from leadline.triage.rules import Rules

Row = dict[str, Any]
Told = tuple[list[Row], dict[str, Any], list[dict[str, Any]]]
"""Rows, more of the first line, expected incidents."""

OPENAI = {"key": "PROVIDER:openai", "category": "PROVIDER"}
LIMITS = {"sla_ms": {"gpt-4o": 4000.0}, "p99_ms": {"gpt-4o": 2000.0}}
FAILED = {"status": 503}


def at(t: float) -> list[float]:
    """The moment of a tick, to the second."""
    return [t, t]


def row(t: float, **columns: Any) -> Row:
    """A good answer of openai/gpt-4o in revenue traffic."""
    name = columns.pop("id", None) or f"r{t:g}-{columns.get('provider', '')}"
    usual = {
        "provider": "openai",
        "model": "gpt-4o",
        "status": 200,
        "latency_ms": 800.0,
        "tenant": "acme",
        "user": "u1",
        "feature": "assistant",
        "class": "revenue",
    }
    return {"t": t, "id": name, **usual, **columns}


def every(step: float, since: float, until: float, **columns: Any) -> list[Row]:
    """Rows at `since`, `since + step`, ... before `until`."""
    return [row(round(since + n * step, 3), **columns) for n in range(round((until - since) / step))]


def rows_at(*moments: float, **columns: Any) -> list[Row]:
    return [row(t, **columns) for t in moments]


def served_later(rows: Iterable[Row], **columns: Any) -> list[Row]:
    """Each row, and a second later its second attempt at anthropic."""
    other = {"provider": "anthropic", "model": "claude", "route": "fallback", "attempt": 2, "status": 200}
    return [each for first in rows for each in (first, {**first, "t": first["t"] + 1, **other, **columns})]


def written(path: Path, rows: Iterable[Row], **meta: Any) -> Path:
    first = {"kind": "meta", "schema": "leadline-replay-v1", "scenario": path.stem, **meta}
    path.write_text("\n".join(json.dumps(line) for line in [first, *rows]) + "\n")
    return path


def replayed(path: Path) -> Played:
    scenario = read(path)
    return play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)


def missed(path: Path) -> list[str]:
    scenario = read(path)
    assert not scenario.bad_lines
    assert not scenario.notes
    return misses(scenario, replayed(path))
