"""Is somebody attacking, or has something leaked? Cleared by silence, as an attacker who stops is gone."""

from leadline.triage.key_events import KeyEvents
from leadline.triage.reading import Now, Reading

PREFIX = "SECURITY:"


def security_readings(events: KeyEvents, now: Now) -> list[Reading]:
    keys = {key for key in (*events.rings, *now.open_keys) if key.startswith(PREFIX)}
    return [reading for key in sorted(keys) for reading in _readings(key, events, now)]


def _readings(key: str, events: KeyEvents, now: Now) -> list[Reading]:
    """One reading for each kind seen within the window, so that the incident says what it was."""
    rules = now.rules
    recent = events.since(key, now.tick - rules.ticks(rules.security_window_s))
    count = sum(tally.count for tally in recent)
    leaked = any(tally.confirmed_leaks for tally in recent)
    quiet = events.count_since(key, now.tick - rules.ticks(rules.security_clear_s)) == 0
    kinds = sorted({kind for tally in recent for kind in tally.kinds}) or ["security.quiet"]
    return [
        Reading(
            key=key,
            subtype=kind.split(".", 1)[1],
            breached=count >= rules.security_min or leaked,
            clear=quiet,
            measure="events",
            measured=float(count),
            threshold=float(rules.security_min),
        )
        for kind in kinds
    ]
