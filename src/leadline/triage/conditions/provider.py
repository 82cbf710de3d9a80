"""Is a provider failing? Hard failures, throttling, single targets and little traffic."""

import math
from collections.abc import Iterator

import msgspec

from leadline.triage.keys import EGRESS_KEY, scope_of
from leadline.triage.merging import FEW_ROWS
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind, ProviderIdentifier
from leadline.vocabulary.tally import Counts, Tally

Target = tuple[str, str, str, str]
_FIGURES = {
    rule: (f"{rule}_min", f"{rule}_ratio", f"{rule}_clear_ratio", f"{rule}_clear_below")
    for rule in ("hard", "error_rate", "throttle", "broken")
}


class ProviderWindow(msgspec.Struct):
    """`short` sums rows, hard; `long` rows, hard, throttled, broken, transport.

    `run` counts hard rows in a row, from `run_since` to `run_until`. `outage_ticks` counts ticks in a row
    on which the provider was surely down. `latest` is (rows, hard) of the last tick that had rows.
    """

    short: SlidingSum
    long: SlidingSum
    run: int = 0
    run_since: float = 0.0
    run_until: float = 0.0
    outage_ticks: int = 0
    latest: tuple[float, float] = (0.0, 0.0)


class TargetWindow(msgspec.Struct):
    """`long` sums rows, hard, auth, model_gone of one (model, region, key)."""

    long: SlidingSum
    alarmed: bool = False


class ProviderWatch(msgspec.Struct):
    providers: dict[str, ProviderWindow] = {}
    targets: dict[Target, TargetWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        groups, targets = _grouped(tally)
        for name in sorted(groups.keys() | _open_providers(now)):
            if name not in self.providers:
                self.providers[name] = _new_window(now)
        for name, group in groups.items():
            window = self.providers[name]
            window.long.expire(now.tick)
            _absorb_rows(window, now.tick, group)
        for target, sums in targets.items():
            held = self.targets.get(target)
            if held is None:
                span = now.rules.ticks(now.rules.error_rate_window_s)
                held = self.targets[target] = TargetWindow(SlidingSum(span, [0.0] * 4))
            held.long.add(now.tick, sums)
        self._expire(now)

    def readings(self, now: Now) -> list[Reading]:
        """Nothing is read of a provider without failures and without an open incident."""
        found: list[Reading] = []
        for name, window in self.providers.items():
            key = f"PROVIDER:{name}"
            _, hard, throttled, broken, _ = window.long.sums
            if hard or throttled or broken or key in now.open_keys:
                found += _provider_readings(key, window, now)
        for target, held in self.targets.items():
            reading = self._target_reading(target, held, now)
            if reading is not None:
                found.append(reading)
        return found

    def _expire(self, now: Now) -> None:
        rules = now.rules
        for window in self.providers.values():
            window.short.expire(now.tick)
            window.long.expire(now.tick)
            rows, hard = window.short.sums
            # the lower bound of a share is never above the share itself
            down = hard > 0 and hard >= rules.outage_ratio * rows
            down = down and wilson_lower(hard, rows, rules.outage_confidence_z) >= rules.outage_ratio
            window.outage_ticks = window.outage_ticks + 1 if down else 0
        for target, held in list(self.targets.items()):
            held.long.expire(now.tick)
            if not held.long.cells:
                del self.targets[target]

    def _target_reading(self, target: Target, held: TargetWindow, now: Now) -> Reading | None:
        rows, hard, *_ = held.long.sums
        rules = now.rules
        ratio = hard / rows
        breached = hard >= rules.target_min and ratio >= rules.target_ratio
        key = f"PROVIDER:{target[0]}"
        held.alarmed = breached or (held.alarmed and key in now.open_keys)
        if not held.alarmed:
            return None
        subtype = self._target_subtype(target, held)
        return Reading(
            key=key,
            subtype=subtype,
            breached=breached,
            clear=ratio < rules.target_clear_ratio or hard < rules.target_clear_below,
            measure="ratio",
            measured=ratio,
            threshold=rules.target_ratio,
            condition=FailureKind.PROVIDER_REGIONAL if subtype == "regional" else None,
            where=identify(target),
        )

    def _target_subtype(self, target: Target, held: TargetWindow) -> str:
        """What is wrong with this one target: its key, its model, or it alone of its provider."""
        rows, hard, auth, gone = held.long.sums
        if auth * 2 > hard:
            return "auth"
        if gone * 2 > hard:
            return "model_gone"
        whole = self.providers[target[0]].long.sums
        others, others_hard = whole[0] - rows, whole[1] - hard
        return "regional" if others > 0 and others_hard < 0.5 * others else "error_rate"


def wilson_lower(failures: float, trials: float, z: float) -> float:
    """Lower end of the Wilson interval of a share (Wilson 1927); a `z` of 1.96 makes it that of 95 %."""
    share = failures / trials
    square = z * z
    middle = share + square / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    return (middle - spread) / (1 + square / trials)


def identify(target: Target) -> ProviderIdentifier:
    provider, model, region, key_alias = target
    return ProviderIdentifier(provider=provider, model=model, region=region, key_alias=key_alias)


def _new_window(now: Now) -> ProviderWindow:
    rules = now.rules
    return ProviderWindow(
        SlidingSum(rules.ticks(rules.hard_window_s), [0.0] * 2),
        SlidingSum(rules.ticks(rules.error_rate_window_s), [0.0] * 5),
    )


def _open_providers(now: Now) -> set[str]:
    """An open incident needs a window even without rows: silence must be seen to count as no evidence."""
    keys = {key for key in now.open_keys if key.startswith("PROVIDER:")} - {EGRESS_KEY}
    return {scope_of(key) for key in keys}


Sums = tuple[float, float, float, float]
"""Rows, hard, auth, model_gone of one target."""


def _grouped(tally: Tally) -> tuple[dict[str, list[Counts]], dict[Target, Sums]]:
    """By provider its strata, and by target their sums."""
    groups: dict[str, list[Counts]] = {}
    targets: dict[Target, Sums] = {}
    for stratum, counts in tally.strata.items():
        if not counts.rows:
            continue
        target = stratum[:4]
        groups.setdefault(target[0], []).append(counts)
        sums = (counts.rows, counts.hard, counts.auth, counts.model_gone)
        known = targets.get(target)
        if known is not None:
            sums = (sums[0] + known[0], sums[1] + known[1], sums[2] + known[2], sums[3] + known[3])
        targets[target] = sums
    return groups, targets


def _absorb_rows(window: ProviderWindow, tick: int, group: list[Counts]) -> None:
    rows = hard = throttled = broken = transport = 0.0
    for counts in group:
        rows += counts.rows
        hard += counts.hard
        throttled += counts.throttled
        broken += counts.broken
        transport += counts.transport
    window.short.add(tick, (rows, hard))
    window.long.add(tick, (rows, hard, throttled, broken, transport))
    window.latest = (rows, hard)
    if window.long.sums[0] >= FEW_ROWS:
        window.run = 0
        return
    for t, was_hard in sorted(moment for counts in group for moment in counts.recent):
        if not was_hard:
            window.run = 0
            continue
        window.run_since = window.run_since if window.run else t
        window.run_until = t
        window.run += 1


def _provider_readings(key: str, window: ProviderWindow, now: Now) -> Iterator[Reading]:
    """The table's rows for one provider. The last one, too little evidence, only ever keeps things open."""
    rules = now.rules
    short_rows, short_hard = window.short.sums
    rows, hard, throttled, broken, _ = window.long.sums
    yield _ratio(key, "hard", (short_hard, short_rows), now)
    yield _ratio(key, "error_rate", (hard, rows), now)
    yield _ratio(key, "throttle", (throttled, rows), now)
    yield _ratio(key, "broken", (broken, rows), now)
    span = window.run_until - window.run_since
    sparse = rows < rules.evidence_min
    yield Reading(
        key=key,
        subtype="sparse_hard",
        breached=sparse and window.run >= rules.sparse_hard_rows and span >= rules.sparse_span_s,
        clear=not sparse,
        measure="rows",
        measured=float(window.run),
        threshold=rules.sparse_hard_rows,
    )


def _ratio(key: str, rule: str, counts: tuple[float, float], now: Now) -> Reading:
    """A rule of the form: at least so many, and at least this share of all."""
    rules = now.rules
    part, whole = counts
    least, share, clear_share, below = (getattr(rules, name) for name in _FIGURES[rule])
    ratio = part / whole if whole else 0.0
    return Reading(
        key=key,
        subtype=rule,
        breached=part >= least and ratio >= share,
        clear=ratio < clear_share or part < below,
        measure="ratio",
        measured=ratio,
        threshold=share,
    )
