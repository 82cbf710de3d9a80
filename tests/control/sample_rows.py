"""What a watch answers to every named query after a believable afternoon, seeded."""

import random

import msgspec
from tests.control.sample_incidents import (
    HOSTILE_TEXT,
    TARGETS,
    event_row,
    incident_row,
    incident_whole,
    incidents,
    spread,
)
from tests.control.sample_traffic import Traffic, request_row

from leadline.vocabulary import (
    Verdict,
)


class Sample:
    """Rows for every named query, as of `now` (Unix seconds)."""

    def __init__(self, now: float, seed: int = 7, requests: int = 240) -> None:
        self.now = now
        self._random = random.Random(seed)  # noqa: S311 - samples, not secrets
        self.incidents = incidents(now)
        made = Traffic(self._random)
        self.exchanges = [made.exchange(i, now - 3.7 * i - 1) for i in range(requests)]
        self.exchanges += [made.shown_by(e) for i in self.incidents for e in i.samples if e.request_id]

    def rows(self) -> dict[str, list[dict[str, object]]]:
        return {
            "incidents": [incident_row(incident) for incident in self.incidents],
            "incident": [incident_whole(incident) for incident in self.incidents],
            "events": [
                {**event_row(e), "incident_id": i.incident_id} for i in self.incidents for e in spread(i)
            ],
            "requests": sorted((request_row(*one) for one in self.exchanges), key=_at, reverse=True),
            "request": [
                self._request_whole(*one[:2])
                for one in sorted(self.exchanges, key=lambda one: -one[0].started_at)
            ],
            "latency": self._latency(),
            "traffic": self._traffic(),
            "health": [self._health()],
            "silences": [],
            "destinations": self._destinations(),
            "audit": [],
        }

    def _request_whole(self, exchange, signals) -> dict[str, object]:
        failed = [s for s in signals if s.verdict is Verdict.FAIL]
        events = [e for i in self.incidents for e in i.samples if e.request_id == exchange.request_id]
        text = (
            {
                "prompt": "Summarise the quarterly report.",
                "context": "Revenue rose to $3.1 million.",
                "answer": f"Revenue was $4.2 million. {HOSTILE_TEXT}",
                "keep": True,
            }
            if failed
            else None
        )
        return {
            "request_id": exchange.request_id,
            "exchange": msgspec.to_builtins(exchange),
            "signals": [msgspec.to_builtins(s) for s in signals],
            "events": [event_row(e) for e in events],
            "text": text,
        }

    def _latency(self) -> list[dict[str, object]]:
        return [
            {
                "provider": provider,
                "model": model,
                "requests": 400 - 70 * n,
                "failed": 3 * n,
                "p50_ms": 900.0,
                "p95_ms": 2400.0,
                "p99_ms": 3900.0 + n,
                "ttft_p50_ms": 320.0,
                "ttft_p95_ms": 800.0,
                "tokens_per_s": 61.5,
            }
            for n, (_, provider, model) in enumerate(TARGETS)
        ]

    def _traffic(self) -> list[dict[str, object]]:
        start = int(self.now // 15) * 15
        return [
            {
                "at": float(start - 15 * n),
                "requests": 300 + self._random.randrange(90),
                "failed": 60 if 4 < n < 18 else self._random.randrange(4),
                "flagged": self._random.randrange(5),
                "input_tokens": 182_000,
                "output_tokens": 91_000,
                "cost_usd": 1.31,
            }
            for n in range(60)
        ]

    def _destinations(self) -> list[dict[str, object]]:
        """The mail is refused, the pager takes all."""
        now = self.now
        untold = {
            "incident_id": "inc-01k9-openai",
            "sequence": 2,
            "change": "escalated",
            "tries": 4,
            "at": now - 20,
        }
        waiting = {**untold, "state": "pending", "error": "answered 503", "next_at": now + 11}
        dead = {**untold, "state": "failed", "error": "answered 400; look at its settings", "next_at": 0.0}
        return [
            {
                "destination": "mail",
                "delivered": 3,
                "pending": 1,
                "failed": 1,
                "last_delivered_at": now - 4000,
                "failing_since": now - 340,
                "next_at": now + 11,
                "error": "answered 503",
                "untold": [waiting, dead],
            },
            {
                "destination": "pagerduty",
                "delivered": 11,
                "pending": 0,
                "failed": 0,
                "last_delivered_at": now - 60,
                "failing_since": None,
                "next_at": None,
                "error": "",
                "untold": [],
            },
        ]

    def _health(self) -> dict[str, object]:
        workers = [
            {
                "type": "heartbeat",
                "host": "node-1",
                "worker": n,
                "pid": 4000 + n,
                "at": self.now - 0.4,
                "plan_generation": 1,
                "in_flight": 3,
                "requests": 9120,
                "recorded": 9120,
                "dropped": 0,
                "drop_reason": "",
                "spool_bytes": 81_234,
                "checks_skipped": 0,
            }
            for n in range(2)
        ]
        return {
            "lag_s": 0.3,
            "backlog_bytes": 0,
            "cursors": {"recorder": 120, "triage": 120},
            "workers": workers,
            "dropped": 0,
            "bad_records": 0,
            "newer_records": 0,
            "disk_full": False,
            "at": self.now,
            "targets": [_target("anthropic", "closed", self.now), _target("openai", "open", self.now)],
        }


def _target(provider, breaker, now) -> dict[str, object]:
    turned = breaker != "closed"
    return {
        "provider": provider,
        "model": "m",
        "region": "global",
        "key_alias": "default",
        "breaker": breaker,
        "since": now - 31 if turned else None,
        "cause": "provider.outage" if turned else None,
        "held": False,
        "remaining_requests": None,
        "remaining_tokens": None if turned else 4000.0,
        "exhausted_in_s": None if turned else 11.0,
    }


def _at(row: dict[str, object]) -> float:
    at = row["at"]
    assert isinstance(at, float)
    return at
