"""Makes the telemetry of a scenario from a short description and a seed: same words, same rows."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from random import Random
from statistics import NormalDist
from typing import Any

import msgspec

from leadline.replay.scenario import SCHEMA, Scenario, with_finals
from leadline.triage.columns import SHORT_CIRCUITED
from leadline.vocabulary import FailureKind, TelemetryRow, TrafficClass

Figure = float | tuple[tuple[float, float], ...]
"""A number, or points (seconds, number) with straight lines between them; before and after, the ends hold."""

_P99_IN_SIGMAS = NormalDist().inv_cdf(0.99)
_SMALLEST_RATE = 1e-6


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a failed attempt looks. `status` 0 = transport; `took_ms` until it was known."""

    status: int = 503
    error: str = "service_unavailable"
    took_ms: float = 900.0


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a request goes. `failing` is the share of its attempts that fail; `slowdown` multiplies times.

    `usd_per_mtok` is (input, output) in US dollars for a million tokens.
    """

    provider: str
    model: str
    failing: Figure = 0.0
    failure: Failure = Failure()
    p50_ms: float = 800.0
    p99_ms: float = 2000.0
    slowdown: Figure = 1.0
    usd_per_mtok: tuple[float, float] = (2.5, 10.0)


class Stream(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"worth": "class"}
):
    """One kind of traffic: who asks, what, how often, and how well it is answered.

    Shares are 0..1: `unsupported` answers fail the entity check, `malformed` the schema, `incoherent` the
    similarity; `injected` requests are flagged. `steered` = calls that a breaker keeps away from the target.
    `leaks_at` are moments (s) at which an answer carries personal data. `retrieval` is the mean score.
    """

    rate_per_s: Figure
    target: Target
    fallback: Target | None = None
    steered: Figure = 0.0
    route: str = "primary"
    region: str = "us-east"
    tenant: str = "acme"
    users: int | str = 200
    feature: str = "assistant"
    worth: TrafficClass = TrafficClass.REVENUE
    since_s: float = 0.0
    until_s: float | None = None
    tokens_in: Figure = 600.0
    tokens_out: Figure = 300.0
    predicted_tokens: int | None = 900
    unsupported: Figure = 0.04
    malformed: Figure = 0.01
    incoherent: Figure = 0.0
    injected: Figure = 0.0
    leaks_at: tuple[float, ...] = ()
    retrieval: Figure | None = None


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a file under `scenarios/` says. `meta` is all but the streams: the first line of a replay file."""

    scenario: str
    seed: int
    duration_s: float
    streams: tuple[Stream, ...]
    meta: dict[str, Any]

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Description":
        """Raises msgspec.ValidationError naming the field that is wrong."""
        meta = {"kind": "meta", "schema": SCHEMA} | {k: v for k, v in told.items() if k != "streams"}
        return msgspec.convert({**told, "meta": meta}, cls)


def generated(description: Description) -> Scenario:
    """The whole scenario, its rows in order of `t`."""
    rows: list[TelemetryRow] = []
    for number, stream in enumerate(description.streams):
        chance = Random(f"{description.seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        rows += _rows(stream, f"s{number}", chance, description.duration_s)
    rows.sort(key=lambda row: (row.t, row.id, row.attempt))
    return Scenario(description.scenario, description.meta, tuple(with_finals(rows)))


def at(figure: Figure, t: float) -> float:
    """The figure at `t` seconds. Two points at the same time make a step, which holds from that time on."""
    if isinstance(figure, int | float):
        return figure
    place = bisect_right(figure, t, key=lambda point: point[0])
    if place in (0, len(figure)):
        return figure[max(place - 1, 0)][1]
    (before, low), (after, high) = figure[place - 1], figure[place]
    return low + (high - low) * (t - before) / (after - before)


def _rows(stream: Stream, name: str, chance: Random, duration_s: float) -> Iterator[TelemetryRow]:
    """Requests about evenly spaced: each comes somewhere in the slot of its number."""
    end = min(stream.until_s or duration_s, duration_s)
    leaks = sorted(stream.leaks_at)
    slot, number = stream.since_s, 0
    while slot < end:
        rate = at(stream.rate_per_s, slot)
        width = 1.0 / max(rate, _SMALLEST_RATE) if rate > 0 else 1.0
        moment = slot + width * chance.random()
        if rate > 0 and moment < end:
            number += 1
            leaked = bool(leaks) and moment >= leaks[0]
            leaks = leaks[1:] if leaked else leaks
            yield from _request(stream, f"{name}-{number:06d}", round(moment, 2), chance, leaked=leaked)
        slot += width


def _request(
    stream: Stream, request: str, t: float, chance: Random, *, leaked: bool
) -> Iterator[TelemetryRow]:
    """One row for each attempt: the target, or its short circuit, and then the fallback."""
    user = (
        stream.users if isinstance(stream.users, str) else f"u{1 + int(chance.random() * stream.users):03d}"
    )
    asked = TelemetryRow(
        t=t,
        id=request,
        provider=stream.target.provider,
        model=stream.target.model,
        region=stream.region,
        route=stream.route,
        route_reason=stream.route,
        status=200,
        tenant=stream.tenant,
        user=user,
        feature=stream.feature,
        traffic_class=stream.worth,
        predicted_tokens=stream.predicted_tokens,
    )
    failed = stream.target.failure
    if chance.random() < at(stream.steered, t):
        cause = FailureKind.PROVIDER_OUTAGE if failed.status else FailureKind.PROVIDER_CONNECTION
        first = _with(asked, route=SHORT_CIRCUITED, route_reason=SHORT_CIRCUITED, status=0, caused_by=cause)
    else:
        first = _answered(asked, stream, stream.target, chance, leaked=leaked)
    yield first
    if stream.fallback is not None and first.status != 200:
        again = _with(
            asked,
            t=round(t + first.latency_ms / 1000 + 0.01, 2),
            attempt=2,
            provider=stream.fallback.provider,
            model=stream.fallback.model,
            route="fallback",
            route_reason=f"fallback after {first.error or first.route}",
        )
        yield _answered(again, stream, stream.fallback, chance, leaked=leaked)


def _answered(
    asked: TelemetryRow, stream: Stream, target: Target, chance: Random, *, leaked: bool
) -> TelemetryRow:
    """The attempt as its target treats it."""
    t = asked.t
    injected = chance.random() < at(stream.injected, t)
    if chance.random() < at(target.failing, t):
        failure = target.failure
        return _with(
            asked, status=failure.status, error=failure.error, latency_ms=failure.took_ms, injection=injected
        )
    tokens_in = round(at(stream.tokens_in, t) * _around_one(chance))
    tokens_out = round(at(stream.tokens_out, t) * _around_one(chance))
    per_in, per_out = target.usd_per_mtok
    latency_ms = round(_lognormal(target, chance) * at(target.slowdown, t), 1)
    return _with(
        asked,
        latency_ms=latency_ms,
        ttfb_ms=round(0.35 * latency_ms, 1),
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost_usd=round((tokens_in * per_in + tokens_out * per_out) / 1e6, 6),
        schema_valid=chance.random() >= at(stream.malformed, t),
        entity_support=_score(chance, at(stream.unsupported, t), below=0.5),
        similarity=_score(chance, at(stream.incoherent, t), below=0.7),
        retrieval_score=_retrieval(stream, t, chance),
        injection=injected,
        pii_leak=leaked,
    )


def _with(row: TelemetryRow, **columns: Any) -> TelemetryRow:
    changed: TelemetryRow = msgspec.structs.replace(row, **columns)
    return changed


def _around_one(chance: Random) -> float:
    """Within 8 %, evenly."""
    return 0.92 + 0.16 * chance.random()


def _lognormal(target: Target, chance: Random) -> float:
    """Milliseconds with the target's median and 99th percentile."""
    sigma = math.log(target.p99_ms / target.p50_ms) / _P99_IN_SIGMAS
    return target.p50_ms * math.exp(sigma * NormalDist().inv_cdf(min(max(chance.random(), 1e-9), 1 - 1e-9)))


def _score(chance: Random, share: float, below: float) -> float:
    """A score under its limit with this probability, else well above it."""
    low, high = (0.1, below - 0.05) if chance.random() < share else (below + 0.05, 0.99)
    return round(low + (high - low) * chance.random(), 3)


def _retrieval(stream: Stream, t: float, chance: Random) -> float | None:
    if stream.retrieval is None:
        return None
    return round(min(max(at(stream.retrieval, t) + 0.1 * (chance.random() - 0.5), 0.0), 1.0), 3)
