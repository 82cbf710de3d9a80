"""Stored telemetry as a replay file: the rows that triage saw, under what was normal and ruled then."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from leadline.replay.scenario import SCHEMA
from leadline.triage.baseline import Baseline
from leadline.triage.rows import NEWS_KINDS, rows_of
from leadline.vocabulary import (
    CausalSignals,
    Exchange,
    FailureKind,
    Observation,
    ProviderIdentifier,
    Query,
    Signal,
    TargetNews,
    TelemetryRow,
    Told,
)

PAGE_ROWS = 1000
_TARGET = ProviderIdentifier.__struct_fields__
Fetch = Callable[[Query, dict[str, object], int], Told]


class CannotRecord(RuntimeError):
    """The facts could not be read; the message is the sentence to show."""


def recorded_rows(fetch: Fetch, since: float, until: float) -> Iterator[TelemetryRow]:
    """Rows of every request that ended between the two moments (Unix seconds), then the news of targets.

    A reader sorts them. Raises CannotRecord.
    """
    yield from _requests(fetch, since, until)
    for kind in NEWS_KINDS.values():
        yield from _news(fetch, {"kind": kind.value, "request_id": "", "since": since, "until": until})


def _requests(fetch: Fetch, since: float, until: float) -> Iterator[TelemetryRow]:
    after: dict[str, object] = {"since": since, "until": until}
    while True:
        told = fetch(Query.OBSERVATIONS, after, PAGE_ROWS)
        if told.error is not None:
            raise CannotRecord(told.error)
        for row in told.rows:
            yield from rows_of(_observation(row))
        if not told.truncated or not told.rows:
            return
        last = told.rows[-1]
        after = {"since": last["at"], "until": until, "after": last["request_id"]}


def _news(fetch: Fetch, wanted: dict[str, object]) -> Iterator[TelemetryRow]:
    """Kept as events only. The newest come first, so a page ends where the next one begins."""
    seen: set[object] = set()
    while True:
        told = fetch(Query.EVENTS, wanted, PAGE_ROWS)
        if told.error is not None:
            raise CannotRecord(told.error)
        fresh = [row for row in told.rows if row["event_id"] not in seen]
        for row in fresh:
            news = _target_news(row)
            if news.what in NEWS_KINDS:
                yield from rows_of(news)
        if not told.truncated or not fresh:
            return
        seen.update(row["event_id"] for row in fresh)
        wanted = wanted | {"until": fresh[-1]["at"]}


def meta_of(name: str, until: float, baseline: Baseline, rules: Mapping[str, object]) -> dict[str, Any]:
    """The first line. `rules` is the section of the configuration: the file is played by them again."""
    figures = msgspec.to_builtins(baseline)
    mitigation = figures.pop("mitigation")
    return {
        "kind": "meta",
        "schema": SCHEMA,
        "scenario": name,
        "source": "recorded",
        "until": until,
        "rules": dict(rules),
        "baseline": figures,
        "mitigation": mitigation,
    }


def write(path: Path, meta: Mapping[str, Any], rows: Iterator[TelemetryRow]) -> int:
    """Write `.jsonl` or `.jsonl.gz` and return how many rows. Raises OSError."""
    encoder = msgspec.json.Encoder()
    opener = gzip.open if path.suffix == ".gz" else Path.open
    count = 0
    with opener(path, "wb") as file:
        file.write(encoder.encode(meta) + b"\n")
        for row in rows:
            file.write(encoder.encode(row) + b"\n")
            count += 1
    return count


def _observation(row: Mapping[str, object]) -> Observation:
    return Observation(
        exchange=msgspec.convert(row["exchange"], Exchange),
        signals=tuple(msgspec.convert(row["signals"], list[Signal])),
        weight=float(str(row["weight"])),
    )


def _target_news(row: Mapping[str, object]) -> TargetNews:
    signals = msgspec.convert(row["causal_signals"], CausalSignals)
    before, _, after = (signals.error_code or "").rpartition(">")
    return TargetNews(
        host="",
        worker=0,
        at=float(str(row["at"])),
        target=msgspec.convert({name: row[name] for name in _TARGET}, ProviderIdentifier),
        what=signals.check or "",
        before=before,
        after=after,
        cause=FailureKind(signals.caused_by) if signals.caused_by else None,
        measured=signals.score,
        evidence=signals.evidence,
    )
