"""Rules that speak for themselves: condition events without a culprit, and early warnings."""

from collections.abc import Iterable

import msgspec

from leadline.triage.diagnose import Standing
from leadline.triage.fold import dimensions
from leadline.triage.key_events import KeyEvents
from leadline.triage.reading import Now, Reading, Warned
from leadline.triage.samples import sampled
from leadline.vocabulary import CausalSignals, FailureCategory, FailureEvent, Severity
from leadline.vocabulary.tally import KeyTally


class Speaker(msgspec.Struct):
    """`spoken` holds the tick at which each breached condition last gave its event."""

    spoken: dict[str, int] = {}

    def conditions(
        self,
        now: Now,
        readings: dict[str, list[Reading]],
        inhibited: frozenset[str],
        standing: Standing,
        events: KeyEvents,
    ) -> list[FailureEvent]:
        """One event per minute and condition while it is breached; they count into the incident."""
        repeat = now.rules.ticks(now.rules.condition_event_s)
        given = []
        for key in sorted(readings.keys() - inhibited):
            for reading in readings[key]:
                if reading.condition is None or not reading.breached:
                    continue
                name = f"{key}/{reading.condition}/{reading.where}"
                if now.tick - self.spoken.get(name, now.tick - repeat) < repeat:
                    continue
                self.spoken[name] = now.tick
                event = _condition_event(reading, now, standing)
                events.add(now.tick, key, _alone(event))
                given.append(event)
        if not self.spoken:
            return given
        self.spoken = {name: tick for name, tick in self.spoken.items() if now.tick - tick < repeat}
        return given

    def warnings(self, now: Now, warned: Iterable[Warned]) -> list[FailureEvent]:
        """Trends open nothing and count nowhere: they are told as they are."""
        return [
            FailureEvent(
                event_id=f"{warning.key}/{warning.measure}/{now.at:.3f}",
                request_id="",
                at=now.at,
                kind=warning.kind,
                severity=Severity.LOW,
                provider=warning.where,
                key=warning.key,
                causal_signals=CausalSignals(
                    measure=warning.measure, measured=warning.measured, threshold=warning.threshold
                ),
                feature=warning.feature,
            )
            for warning in warned
        ]


def _condition_event(reading: Reading, now: Now, standing: Standing) -> FailureEvent:
    if reading.condition is None or reading.where is None:
        raise ValueError(f"the reading {reading.subtype} of {reading.key} has nobody to speak of")
    target = reading.where
    return FailureEvent(
        event_id=f"{reading.key}/{reading.condition.value}/{target.model}/{target.region}/{target.key_alias}"
        f"/{now.at:.3f}",
        request_id="",
        at=now.at,
        kind=reading.condition,
        severity=standing.severities.get(reading.key, Severity.LOW),
        provider=target,
        key=reading.key,
        causal_signals=CausalSignals(
            measure=reading.measure,
            measured=reading.measured,
            threshold=reading.threshold,
            evidence=reading.evidence,
        ),
        feature=reading.feature,
    )


def _alone(event: FailureEvent) -> KeyTally:
    """A provider's condition has requests of its own that failed; those count, and not its name as well."""
    return KeyTally(
        count=0 if event.kind.category is FailureCategory.PROVIDER else 1,
        first_at=event.at,
        last_at=event.at,
        kinds={event.kind.value: 1},
        dimensions=dimensions([event]),
        samples=sampled([event]),
    )
